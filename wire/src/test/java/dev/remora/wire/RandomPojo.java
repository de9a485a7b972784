package dev.remora.wire;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.SdkField;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.core.document.Document;
import software.amazon.awssdk.core.protocol.MarshallLocation;
import software.amazon.awssdk.core.protocol.MarshallingType;
import software.amazon.awssdk.core.traits.ListTrait;
import software.amazon.awssdk.core.traits.MapTrait;

/** SDK objects with every member set to something, four structures deep. */
final class RandomPojo {
    private static final int DEPTH = 4;

    /** What must be the body's own, and what the SDK makes another member of. */
    private static final Set<String> LEFT_OUT = Set.of("ContentMD5", "SourceBucket", "SourceKey", "SourceVersionId");

    private final Random random;

    RandomPojo(long seed) {
        random = new Random(seed);
    }

    SdkPojo built(Class<?> pojo) throws ReflectiveOperationException {
        var builder = (SdkPojo) pojo.getMethod("builder").invoke(null);
        fill(builder, DEPTH);
        return (SdkPojo) Fields.build(builder);
    }

    /** Whether anything was set. */
    private boolean fill(SdkPojo builder, int depth) {
        boolean any = false;
        for (SdkField<?> field : builder.sdkFields()) {
            Object value = value(field, depth);
            if (value != null) {
                field.set(builder, value);
                any = true;
            }
        }
        return any;
    }

    private Object value(SdkField<?> field, int depth) {
        MarshallingType<?> type = field.marshallingType();
        if (LEFT_OUT.contains(String.valueOf(field.memberName()))) {
            return null;
        }
        if (type == MarshallingType.STRING) {
            return text(field);
        } else if (type == MarshallingType.INTEGER) {
            return field.location() == MarshallLocation.STATUS_CODE ? 200 : random.nextInt(1000);
        } else if (type == MarshallingType.LONG) {
            return (long) random.nextInt();
        } else if (type == MarshallingType.BOOLEAN) {
            return !field.memberName().equals("DryRun") && random.nextBoolean();
        } else if (type == MarshallingType.DOUBLE) {
            return random.nextInt(1000) / 4.0;
        } else if (type == MarshallingType.FLOAT) {
            return random.nextInt(1000) / 4f;
        } else if (type == MarshallingType.INSTANT) {
            return Instant.ofEpochSecond(1_700_000_000L + random.nextInt(1_000_000));
        } else if (type == MarshallingType.SDK_BYTES) {
            return SdkBytes.fromUtf8String("bytes" + random.nextInt());
        } else if (type == MarshallingType.DOCUMENT) {
            return Document.mapBuilder()
                    .putString("k", "v")
                    .putNumber("n", random.nextInt(100))
                    .build();
        } else if (type == MarshallingType.SDK_POJO) {
            return structure(field, depth);
        } else if (type == MarshallingType.LIST) {
            return field.location() == MarshallLocation.HEADER
                    ? List.of("h1", "h2")
                    : list(field.getTrait(ListTrait.class).memberFieldInfo(), depth);
        } else if (type == MarshallingType.MAP) {
            Object value = field.location() == MarshallLocation.HEADER
                    ? "m" + random.nextInt(1000)
                    : value(field.getTrait(MapTrait.class).valueFieldInfo(), depth);
            return value == null ? null : new HashMap<>(Map.of("k" + random.nextInt(100), value));
        }
        throw new IllegalStateException(field.memberName() + " has a type that nobody fills: " + type);
    }

    private String text(SdkField<?> field) {
        if ("Bucket".equals(field.locationName()) && field.location() == MarshallLocation.PATH) {
            return "bucket-" + random.nextInt(1000);
        } else if ("ChecksumAlgorithm".equals(field.memberName()) && field.location() == MarshallLocation.HEADER) {
            return "CRC32";
        }
        return switch (field.location()) {
            case PATH, GREEDY_PATH -> "p" + random.nextInt(1000) + ":x $y/z";
            case HEADER -> "h" + random.nextInt(1000);
            case PAYLOAD, QUERY_PARAM, STATUS_CODE -> "s" + random.nextInt(1000) + "<&>\"'+ é/%\n☃";
        };
    }

    /** The query protocols cannot carry a structure without members, so that none is made. */
    private Object structure(SdkField<?> field, int depth) {
        if (depth == 0) {
            return null;
        }
        SdkPojo builder = field.constructor().get();
        return fill(builder, depth - 1) ? Fields.build(builder) : null;
    }

    private Object list(SdkField<?> member, int depth) {
        List<Object> values = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            Object value = value(member, depth);
            if (value != null) {
                values.add(value);
            }
        }
        return values.isEmpty() ? null : values;
    }
}
