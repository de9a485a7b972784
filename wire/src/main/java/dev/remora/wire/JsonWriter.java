package dev.remora.wire;

import java.io.ByteArrayOutputStream;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.SdkField;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.core.document.Document;
import software.amazon.awssdk.core.protocol.MarshallLocation;
import software.amazon.awssdk.core.traits.ListTrait;
import software.amazon.awssdk.core.traits.MapTrait;
import software.amazon.awssdk.core.traits.PayloadTrait;
import software.amazon.awssdk.core.traits.TimestampFormatTrait.Format;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;

/** Writes SDK objects as JSON bodies. */
final class JsonWriter {
    private final JsonGenerator out;

    private JsonWriter(JsonGenerator out) {
        this.out = out;
    }

    /** The body members of a structure. */
    static byte[] write(SdkPojo structure) {
        return document(out -> new JsonWriter(out).structure(structure));
    }

    /** Whatever the writer writes. */
    static byte[] document(Consumer<JsonGenerator> writer) {
        var bytes = new ByteArrayOutputStream(512);
        try (JsonGenerator out = JsonReader.JSON.createGenerator(ObjectWriteContext.empty(), bytes)) {
            writer.accept(out);
        }
        return bytes.toByteArray();
    }

    /** Writes a plain value: text, number, truth value, list or map of such; anything else as text. */
    static void plain(JsonGenerator out, @Nullable Object value) {
        switch (value) {
            case null -> out.writeNull();
            case Integer number -> out.writeNumber(number);
            case Long number -> out.writeNumber(number);
            case Double number -> out.writeNumber(number);
            case Boolean truth -> out.writeBoolean(truth);
            case List<?> list -> {
                out.writeStartArray();
                list.forEach(each -> plain(out, each));
                out.writeEndArray();
            }
            case Map<?, ?> map -> {
                out.writeStartObject();
                map.forEach((key, each) -> {
                    out.writeName(key.toString());
                    plain(out, each);
                });
                out.writeEndObject();
            }
            default -> out.writeString(value.toString());
        }
    }

    private void structure(SdkPojo structure) {
        out.writeStartObject();
        for (SdkField<?> field : structure.sdkFields()) {
            if (field.location() != MarshallLocation.PAYLOAD || field.containsTrait(PayloadTrait.class)) {
                continue;
            }
            Object value = field.getValueOrDefault(structure);
            if (!Scalars.absent(value)) {
                out.writeName(field.unmarshallLocationName());
                value(field, value);
            }
        }
        out.writeEndObject();
    }

    private void value(SdkField<?> field, @Nullable Object value) {
        switch (value) {
            case null -> out.writeNull();
            case String text -> out.writeString(text);
            case SdkPojo structure -> structure(structure);
            case List<?> list -> {
                SdkField<?> member = field.getTrait(ListTrait.class).memberFieldInfo();
                out.writeStartArray();
                for (Object each : list) {
                    value(member, each);
                }
                out.writeEndArray();
            }
            case Map<?, ?> map -> {
                SdkField<?> member = field.getTrait(MapTrait.class).valueFieldInfo();
                out.writeStartObject();
                map.forEach((key, each) -> {
                    out.writeName(key.toString());
                    value(member, each);
                });
                out.writeEndObject();
            }
            case Integer number -> out.writeNumber(number);
            case Long number -> out.writeNumber(number);
            case Double number -> out.writeNumber(number);
            case Float number -> out.writeNumber(number);
            case BigDecimal number -> out.writeNumber(number);
            case Boolean truth -> out.writeBoolean(truth);
            case SdkBytes bytes -> out.writeBinary(bytes.asByteArrayUnsafe());
            case Instant time -> time(field, time);
            case Document document -> document(document);
            default -> out.writeString(value.toString());
        }
    }

    private void time(SdkField<?> field, Instant time) {
        Format format = Scalars.format(field, Format.UNIX_TIMESTAMP);
        String text = Scalars.time(time, format);
        if (format == Format.ISO_8601 || format == Format.RFC_822) {
            out.writeString(text);
        } else {
            out.writeNumber(text);
        }
    }

    private void document(Document document) {
        if (document.isNull()) {
            out.writeNull();
        } else if (document.isBoolean()) {
            out.writeBoolean(document.asBoolean());
        } else if (document.isNumber()) {
            out.writeNumber(document.asNumber().stringValue());
        } else if (document.isString()) {
            out.writeString(document.asString());
        } else if (document.isList()) {
            out.writeStartArray();
            document.asList().forEach(this::document);
            out.writeEndArray();
        } else {
            out.writeStartObject();
            document.asMap().forEach((key, value) -> {
                out.writeName(key);
                document(value);
            });
            out.writeEndObject();
        }
    }
}
