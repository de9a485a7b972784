package dev.remora.wire;

import java.math.BigDecimal;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.Locale;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.SdkField;
import software.amazon.awssdk.core.protocol.MarshallingType;
import software.amazon.awssdk.core.traits.TimestampFormatTrait;
import software.amazon.awssdk.core.traits.TimestampFormatTrait.Format;
import software.amazon.awssdk.core.util.SdkAutoConstructList;
import software.amazon.awssdk.core.util.SdkAutoConstructMap;

/**
 * Single values as text, in both directions, as the query protocols, headers, labels and query strings carry them.
 */
final class Scalars {
    private static final DateTimeFormatter RFC_822 = DateTimeFormatter.ofPattern(
                    "EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ENGLISH)
            .withZone(ZoneOffset.UTC);
    private static final DateTimeFormatter MILLIS = DateTimeFormatter.ofPattern(
                    "yyyy-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    private Scalars() {}

    /** Whether a member was never set. A list that was set, to nothing, is present. */
    static boolean absent(Object value) {
        return value == null || value instanceof SdkAutoConstructList || value instanceof SdkAutoConstructMap;
    }

    /**
     * Reads a value.
     *
     * @throws IllegalArgumentException where the text is none of the member's type
     */
    static Object parse(SdkField<?> field, String text, Format usual) {
        MarshallingType<?> type = field.marshallingType();
        try {
            if (type == MarshallingType.STRING) {
                return text;
            } else if (type == MarshallingType.INTEGER) {
                return Integer.valueOf(text);
            } else if (type == MarshallingType.LONG) {
                return Long.valueOf(text);
            } else if (type == MarshallingType.BOOLEAN) {
                return bool(text);
            } else if (type == MarshallingType.DOUBLE) {
                return Double.valueOf(text);
            } else if (type == MarshallingType.FLOAT) {
                return Float.valueOf(text);
            } else if (type == MarshallingType.SHORT) {
                return Short.valueOf(text);
            } else if (type == MarshallingType.BYTE) {
                return Byte.valueOf(text);
            } else if (type == MarshallingType.BIG_DECIMAL) {
                return new BigDecimal(text);
            } else if (type == MarshallingType.SDK_BYTES) {
                return SdkBytes.fromByteArrayUnsafe(Base64.getDecoder().decode(text));
            } else if (type == MarshallingType.INSTANT) {
                return time(text, format(field, usual));
            }
        } catch (DateTimeParseException | ArithmeticException e) {
            throw new IllegalArgumentException(e);
        }
        throw new IllegalStateException(field.memberName() + " is not a single value");
    }

    private static Boolean bool(String text) {
        if (text.equalsIgnoreCase("true")) {
            return Boolean.TRUE;
        }
        if (text.equalsIgnoreCase("false")) {
            return Boolean.FALSE;
        }
        throw new IllegalArgumentException(text);
    }

    static Format format(SdkField<?> field, Format usual) {
        TimestampFormatTrait trait = field.getTrait(TimestampFormatTrait.class);
        return trait == null ? usual : trait.format();
    }

    static Instant time(String text, Format format) {
        return switch (format) {
            case ISO_8601 -> DateTimeFormatter.ISO_OFFSET_DATE_TIME.parse(text, Instant::from);
            case RFC_822 -> DateTimeFormatter.RFC_1123_DATE_TIME.parse(text, Instant::from);
            case UNIX_TIMESTAMP, UNIX_TIMESTAMP_MILLIS -> {
                long scaled = new BigDecimal(text)
                        .movePointRight(format == Format.UNIX_TIMESTAMP ? 3 : 0)
                        .longValue();
                yield Instant.ofEpochMilli(scaled);
            }
        };
    }

    static String time(Instant time, Format format) {
        return switch (format) {
            case ISO_8601 -> time.truncatedTo(ChronoUnit.MILLIS).toString();
            case RFC_822 -> RFC_822.format(time);
            case UNIX_TIMESTAMP -> plain(BigDecimal.valueOf(time.toEpochMilli(), 3));
            case UNIX_TIMESTAMP_MILLIS -> Long.toString(time.toEpochMilli());
        };
    }

    /** EC2 always prints milliseconds. */
    static String millis(Instant time) {
        return MILLIS.format(time);
    }

    private static String plain(BigDecimal number) {
        return number.stripTrailingZeros().toPlainString();
    }

    /** Writes a value that is neither a structure nor a list nor a map. */
    static String print(SdkField<?> field, Object value, Format usual) {
        return switch (value) {
            case Instant time -> time(time, format(field, usual));
            case SdkBytes bytes -> Base64.getEncoder().encodeToString(bytes.asByteArrayUnsafe());
            default -> value.toString();
        };
    }
}
