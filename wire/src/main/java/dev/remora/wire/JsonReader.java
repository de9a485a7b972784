package dev.remora.wire;

import java.math.BigDecimal;
import java.time.DateTimeException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.SdkField;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.core.document.Document;
import software.amazon.awssdk.core.protocol.MarshallingType;
import software.amazon.awssdk.core.traits.ListTrait;
import software.amazon.awssdk.core.traits.MapTrait;
import software.amazon.awssdk.core.traits.TimestampFormatTrait.Format;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;

/**
 * Reads JSON bodies into SDK builders. Numbers, texts and truth values are not converted into each other: AWS refuses
 * to, too.
 */
final class JsonReader {
    /** Deeper than any shape of any service. */
    static final int MAX_DEPTH = 100;

    static final JsonFactory JSON = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(MAX_DEPTH)
                    .maxStringLength(HttpLimits.MAX_BODY_BYTES)
                    .build())
            .build();

    private final JsonParser in;

    private JsonReader(JsonParser in) {
        this.in = in;
    }

    /** Reads the members of a body into a builder; an empty body has none. */
    static void read(byte[] body, SdkPojo builder) {
        if (body.length == 0) {
            return;
        }
        try (JsonParser in = JSON.createParser(ObjectReadContext.empty(), body)) {
            in.nextToken();
            new JsonReader(in).structure(builder);
            if (in.nextToken() != null) {
                throw unreadable("Unexpected content after the end of the structure.");
            }
        } catch (JacksonException e) {
            throw unreadable("The request body is not well-formed JSON.");
        }
    }

    private void structure(SdkPojo builder) {
        if (in.currentToken() != JsonToken.START_OBJECT) {
            throw unexpected("structure or map");
        }
        Fields fields = Fields.of(builder);
        while (in.nextToken() != JsonToken.END_OBJECT) {
            SdkField<?> field = fields.inBody(in.currentName());
            JsonToken token = in.nextToken();
            if (field == null) {
                in.skipChildren();
            } else if (token != JsonToken.VALUE_NULL) {
                field.set(builder, value(field));
            }
        }
    }

    private @Nullable Object value(SdkField<?> field) {
        JsonToken token = in.currentToken();
        if (token == JsonToken.VALUE_NULL) {
            return null;
        }
        MarshallingType<?> type = field.marshallingType();
        if (type == MarshallingType.STRING) {
            require(token == JsonToken.VALUE_STRING, token, "a String");
            return in.getString();
        } else if (type == MarshallingType.SDK_POJO) {
            SdkPojo builder = field.constructor().get();
            structure(builder);
            return Fields.build(builder);
        } else if (type == MarshallingType.LIST) {
            return list(field.getTrait(ListTrait.class).memberFieldInfo());
        } else if (type == MarshallingType.MAP) {
            return map(field.getTrait(MapTrait.class).valueFieldInfo());
        } else if (type == MarshallingType.BOOLEAN) {
            require(token == JsonToken.VALUE_TRUE || token == JsonToken.VALUE_FALSE, token, "a Boolean");
            return token == JsonToken.VALUE_TRUE;
        } else if (type == MarshallingType.SDK_BYTES) {
            require(token == JsonToken.VALUE_STRING, token, "a Blob");
            return SdkBytes.fromByteArrayUnsafe(in.getBinaryValue());
        } else if (type == MarshallingType.INSTANT) {
            return time(field, token);
        } else if (type == MarshallingType.DOCUMENT) {
            return document(token);
        }
        return number(type, token);
    }

    private Object time(SdkField<?> field, JsonToken token) {
        Format format = Scalars.format(field, Format.UNIX_TIMESTAMP);
        boolean text = format == Format.ISO_8601 || format == Format.RFC_822;
        require(text ? token == JsonToken.VALUE_STRING : numeric(token), token, "a Timestamp");
        try {
            return Scalars.time(in.getString(), format);
        } catch (DateTimeException | NumberFormatException e) {
            throw unreadable("The value of " + field.locationName() + " is not a timestamp.");
        }
    }

    private Object number(MarshallingType<?> type, JsonToken token) {
        boolean whole =
                type == MarshallingType.INTEGER || type == MarshallingType.SHORT || type == MarshallingType.BYTE;
        require(numeric(token), token, whole ? "an Integer" : type == MarshallingType.LONG ? "a Long" : "a Double");
        if (type == MarshallingType.INTEGER) {
            return in.getIntValue();
        } else if (type == MarshallingType.LONG) {
            return in.getLongValue();
        } else if (type == MarshallingType.DOUBLE) {
            return in.getDoubleValue();
        } else if (type == MarshallingType.FLOAT) {
            return (float) in.getDoubleValue();
        } else if (type == MarshallingType.SHORT) {
            return (short) in.getIntValue();
        } else if (type == MarshallingType.BYTE) {
            return (byte) in.getIntValue();
        } else if (type == MarshallingType.BIG_DECIMAL) {
            return in.getDecimalValue();
        }
        throw new IllegalStateException("no JSON form for " + type);
    }

    private List<@Nullable Object> list(SdkField<?> member) {
        if (in.currentToken() != JsonToken.START_ARRAY) {
            throw unexpected("list");
        }
        List<@Nullable Object> values = new ArrayList<>();
        while (in.nextToken() != JsonToken.END_ARRAY) {
            values.add(value(member));
        }
        return values;
    }

    private Map<String, @Nullable Object> map(SdkField<?> member) {
        if (in.currentToken() != JsonToken.START_OBJECT) {
            throw unexpected("structure or map");
        }
        Map<String, @Nullable Object> values = new LinkedHashMap<>();
        while (in.nextToken() != JsonToken.END_OBJECT) {
            String key = in.currentName();
            in.nextToken();
            values.put(key, value(member));
        }
        return values;
    }

    private Document document(JsonToken token) {
        return switch (token) {
            case VALUE_NULL -> Document.fromNull();
            case VALUE_TRUE -> Document.fromBoolean(true);
            case VALUE_FALSE -> Document.fromBoolean(false);
            case VALUE_STRING -> Document.fromString(in.getString());
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> Document.fromNumber(new BigDecimal(in.getString()));
            case START_ARRAY -> {
                List<Document> values = new ArrayList<>();
                for (JsonToken next = in.nextToken(); next != JsonToken.END_ARRAY; next = in.nextToken()) {
                    values.add(document(next));
                }
                yield Document.fromList(values);
            }
            case START_OBJECT -> {
                Map<String, Document> values = new LinkedHashMap<>();
                while (in.nextToken() != JsonToken.END_OBJECT) {
                    String key = in.currentName();
                    values.put(key, document(in.nextToken()));
                }
                yield Document.fromMap(values);
            }
            case NOT_AVAILABLE, END_ARRAY, END_OBJECT, PROPERTY_NAME, VALUE_EMBEDDED_OBJECT ->
                throw unexpected("document");
        };
    }

    private static boolean numeric(JsonToken token) {
        return token == JsonToken.VALUE_NUMBER_INT || token == JsonToken.VALUE_NUMBER_FLOAT;
    }

    private void require(boolean fits, JsonToken token, String wanted) {
        if (fits) {
            return;
        }
        if (token == JsonToken.START_OBJECT || token == JsonToken.START_ARRAY) {
            throw unexpected(token == JsonToken.START_ARRAY ? "list" : "structure or map", false);
        }
        String found = numeric(token)
                ? "NUMBER_VALUE"
                : token == JsonToken.VALUE_STRING
                        ? "STRING_VALUE"
                        : token.name().substring(6) + "_VALUE";
        throw unreadable(found + " can not be converted to " + wanted);
    }

    private AwsError unexpected(String wanted) {
        return unreadable("Expected " + wanted + ".");
    }

    private AwsError unexpected(String found, boolean end) {
        return unreadable((end ? "End of " : "Start of ") + found + " found where not expected.");
    }

    private static AwsError unreadable(String message) {
        return new AwsError("SerializationException", 400, message);
    }
}
