package dev.remora.lambda;

import dev.remora.store.Store;
import dev.remora.wire.Authorizer;
import dev.remora.wire.Call;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The layers that a function is to have: looked up with its caller's rights, and refused where Lambda refuses them. */
final class LayerChoice {
    static final int LAYERS_MAX = 5;
    private static final String ACTION = "lambda:GetLayerVersion";

    private final Store store;
    private final Authorizer authorizer;
    private final Codes codes;

    LayerChoice(Store store, Authorizer authorizer, Codes codes) {
        this.store = store;
        this.authorizer = authorizer;
        this.codes = codes;
    }

    /** Keeps the code of layers until a document names it. */
    record Chosen(List<Settings.Layer> layers, List<Codes.Hold> holds) implements AutoCloseable {
        @Override
        public void close() {
            holds.forEach(Codes.Hold::close);
        }
    }

    /** In the order in which they are laid over each other. */
    Chosen choose(List<String> arns, Call call) {
        if (arns.size() > LAYERS_MAX) {
            throw Refusal.invalid("You cannot reference more than " + LAYERS_MAX + " layers.");
        }
        Map<String, String> versions = new LinkedHashMap<>();
        List<Settings.Layer> layers = new ArrayList<>();
        List<Codes.Hold> holds = new ArrayList<>();
        try {
            for (String arn : arns) {
                LayerName name = Layers.versionArn(arn);
                String other = versions.put(name.layerArn(), arn);
                if (other != null) {
                    throw Refusal.invalid("Two different versions of the same layer are not allowed to be referenced in the same"
                            + " function. " + other + " and " + arn + " are versions of the same layer.");
                }
                if (!name.region().equals(call.region())) {
                    throw Refusal.invalid("Layers are not in the same region as the function. Layers are expected to be in"
                            + " region " + call.region() + ".");
                }
                mayUse(name, call);
                LayerVersionDocument version = store.view().get(LayerVersionDocument.KIND, name.scope(), name.id())
                        .orElseThrow(() -> Refusal.invalid("Layer version " + arn + " does not exist."));
                holds.add(codes.hold(version.code()));
                layers.add(new Settings.Layer(arn, version.code()));
            }
            return new Chosen(List.copyOf(layers), List.copyOf(holds));
        } catch (RuntimeException refused) {
            holds.forEach(Codes.Hold::close);
            throw refused;
        }
    }

    private void mayUse(LayerName name, Call call) {
        var decision = authorizer.decide(call.principal(), ACTION, List.of(name.arn()), Map.of());
        if (!decision.allowed()) {
            throw Refusal.denied("User: " + call.principal().arn() + " is not authorized to perform: " + ACTION
                    + " on resource: " + name.arn() + decision.reason().because(ACTION));
        }
    }

    /** Refuses more than Lambda unpacks for one function; the codes are held. */
    void checkSize(Settings settings) {
        if (settings.layers().isEmpty()) {
            return;
        }
        long size = settings.codes().stream().mapToLong(codes::unzippedBytes).sum();
        if (size > CodeArchive.UNZIPPED_MAX) {
            throw Refusal.invalid("Function code combined with layers exceeds the maximum allowed size of "
                    + CodeArchive.UNZIPPED_MAX + " bytes. The actual size is " + size + " bytes.");
        }
    }
}
