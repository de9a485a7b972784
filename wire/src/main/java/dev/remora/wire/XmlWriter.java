package dev.remora.wire;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkField;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.core.protocol.MarshallLocation;
import software.amazon.awssdk.core.traits.ListTrait;
import software.amazon.awssdk.core.traits.MapTrait;
import software.amazon.awssdk.core.traits.TimestampFormatTrait.Format;

/** Writes SDK objects as the XML of the query protocols. */
final class XmlWriter {
    private final boolean ec2;
    /** Whether times are printed with milliseconds, also when there are none. */
    private final boolean millis;
    private final StringBuilder out = new StringBuilder(1024).append("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");

    private final QueryNames names;

    XmlWriter(boolean ec2, QueryNames names) {
        this(ec2, names, ec2);
    }

    private XmlWriter(boolean ec2, QueryNames names, boolean millis) {
        this.names = names;
        this.ec2 = ec2;
        this.millis = millis;
    }

    static XmlWriter s3() {
        return new XmlWriter(false, QueryNames.TRAITS, true);
    }

    XmlWriter open(String name) {
        out.append('<').append(name).append('>');
        return this;
    }

    XmlWriter open(String name, String namespace) {
        out.append('<').append(name).append(" xmlns=\"");
        text(namespace);
        out.append("\">");
        return this;
    }

    XmlWriter close(String name) {
        out.append("</").append(name).append('>');
        return this;
    }

    XmlWriter element(String name, String value) {
        open(name);
        text(value);
        return close(name);
    }

    XmlWriter content(String value) {
        text(value);
        return this;
    }

    byte[] bytes() {
        return out.toString().getBytes(StandardCharsets.UTF_8);
    }

    /** Those members of an answer that are in its body. */
    void payload(SdkPojo structure) {
        for (SdkField<?> field : structure.sdkFields()) {
            Object value = field.getValueOrDefault(structure);
            if (field.location() == MarshallLocation.PAYLOAD && !Scalars.absent(value)) {
                member(names.output(field), field, value);
            }
        }
    }

    /** The members of a structure that were set; a list that was set to nothing is written as an empty element. */
    void members(SdkPojo structure) {
        for (SdkField<?> field : structure.sdkFields()) {
            Object value = field.getValueOrDefault(structure);
            if (!Scalars.absent(value)) {
                member(names.output(field), field, value);
            }
        }
    }

    private void member(String name, SdkField<?> field, @Nullable Object value) {
        switch (value) {
            case null -> element(name, "");
            case List<?> list -> list(name, field, list);
            case Map<?, ?> map -> map(name, field, map);
            case SdkPojo structure -> {
                open(name);
                members(structure);
                close(name);
            }
            case Instant time
            when millis && Scalars.format(field, Format.ISO_8601) == Format.ISO_8601 ->
                element(name, Scalars.millis(time));
            default -> element(name, Scalars.print(field, value, Format.ISO_8601));
        }
    }

    private void list(String name, SdkField<?> field, List<?> list) {
        ListTrait trait = field.getTrait(ListTrait.class);
        SdkField<?> member = trait.memberFieldInfo();
        if (names.flattened(trait.isFlattened()) && !ec2) {
            String item = trait.memberLocationName() == null ? name : trait.memberLocationName();
            list.forEach(value -> member(item, member, value));
            return;
        }
        String item = trait.memberLocationName() != null ? trait.memberLocationName() : ec2 ? "item" : "member";
        open(name);
        for (Object value : list) {
            member(item, member, value);
        }
        close(name);
    }

    private void map(String name, SdkField<?> field, Map<?, ?> map) {
        MapTrait trait = field.getTrait(MapTrait.class);
        boolean flattened = names.flattened(trait.isFlattened());
        if (!flattened) {
            open(name);
        }
        String entry = flattened ? name : "entry";
        map.forEach((key, value) -> {
            open(entry);
            element(names.key(field), key.toString());
            member(names.value(field), trait.valueFieldInfo(), value);
            close(entry);
        });
        if (!flattened) {
            close(name);
        }
    }

    /** XML 1.0 has no way to write most control characters: they become the replacement character. */
    private void text(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '<' -> out.append("&lt;");
                case '>' -> out.append("&gt;");
                case '&' -> out.append("&amp;");
                case '"' -> out.append("&quot;");
                case '\r' -> out.append("&#xD;");
                case '\n', '\t' -> out.append(c);
                default -> out.append(c < 0x20 || c == 0xFFFE || c == 0xFFFF ? '\uFFFD' : c);
            }
        }
    }
}
