package dev.remora.iam;

import dev.remora.wire.Authorizer.Decision;
import dev.remora.wire.Authorizer.Reason;
import java.util.List;

/**
 * All policies that bear on a principal, in layers. An explicit denial in any layer decides; otherwise every layer must allow the
 * call. Today there is one layer, the identity's own policies. Permission boundaries, session policies and an organisation's
 * control policies become further layers; each brings its own {@link Reason} for the sentence of a denial.
 */
record Authority(List<Layer> layers) {
    /** @param silence the reason to give when the layer's policies do not speak of the call */
    record Layer(PolicySet policies, Reason silence) {}

    static Authority of(PolicySet identity) {
        return new Authority(List.of(new Layer(identity, Reason.NO_IDENTITY_POLICY)));
    }

    /** Allowed only if allowed on every resource; the first that is not is named. */
    Decision decide(String action, List<String> resources, Facts facts) {
        for (String resource : resources) {
            Reason reason = reason(action, resource, facts);
            if (reason != Reason.ALLOWED) {
                return new Decision(false, resource, reason);
            }
        }
        return Decision.ALLOWED;
    }

    private Reason reason(String action, String resource, Facts facts) {
        Reason reason = Reason.ALLOWED;
        for (Layer layer : layers) {
            switch (layer.policies().decide(action, resource, facts)) {
                case DENIED -> {
                    return Reason.EXPLICIT_DENY;
                }
                case SILENT -> reason = reason == Reason.ALLOWED ? layer.silence() : reason;
                case ALLOWED -> { }
            }
        }
        return reason;
    }
}
