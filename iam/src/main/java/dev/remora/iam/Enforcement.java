package dev.remora.iam;

import dev.remora.wire.Authorizer.Decision;
import dev.remora.wire.Principal;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What becomes of a denial. */
public enum Enforcement {
    /** It stands, as on AWS. */
    ON,
    /** It is logged, and the call goes on: for finding out what a policy would stop before it does. */
    WARN;

    private static final Logger LOG = LoggerFactory.getLogger(Enforcement.class);

    /** A denial that was waived is allowed for a reason other than {@code ALLOWED}. */
    Decision of(Principal caller, String action, Decision decision) {
        if (this == ON || decision.allowed()) {
            return decision;
        }
        String because = decision.reason().because(action);
        LOG.warn("would be denied: {} on {} by {}{}", action, decision.resource(), caller.arn(), because);
        return new Decision(true, decision.resource(), decision.reason(), decision.decidedBy().orElse(null));
    }
}
