package dev.remora.wire;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkField;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.core.protocol.MarshallLocation;
import software.amazon.awssdk.core.traits.PayloadTrait;
import software.amazon.awssdk.utils.builder.Buildable;

/** What the codecs ask of an SDK class again and again, found once for each class that a request touches. */
final class Fields {
    private static final Map<Class<?>, Fields> KNOWN = new ConcurrentHashMap<>();

    /** Members by their name in a JSON body. */
    private final Map<String, SdkField<?>> inBody = new HashMap<>();

    private final @Nullable SdkField<?> payload;

    private Fields(SdkPojo pojo) {
        SdkField<?> found = null;
        for (SdkField<?> field : pojo.sdkFields()) {
            if (field.containsTrait(PayloadTrait.class)) {
                found = field;
            } else if (field.location() == MarshallLocation.PAYLOAD) {
                inBody.put(field.locationName(), field);
            }
        }
        payload = found;
    }

    static Fields of(SdkPojo pojo) {
        Fields known = KNOWN.get(pojo.getClass());
        return known != null ? known : KNOWN.computeIfAbsent(pojo.getClass(), c -> new Fields(pojo));
    }

    @Nullable
    SdkField<?> inBody(String name) {
        return inBody.get(name);
    }

    boolean hasBodyMembers() {
        return !inBody.isEmpty();
    }

    /** The member that is the whole body, if there is such a one. */
    @Nullable
    SdkField<?> payload() {
        return payload;
    }

    /** The built form of a builder that the codecs filled. */
    static Object build(SdkPojo builder) {
        return ((Buildable) builder).build();
    }
}
