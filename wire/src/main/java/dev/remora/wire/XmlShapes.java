package dev.remora.wire;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkField;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.core.protocol.MarshallLocation;
import software.amazon.awssdk.core.protocol.MarshallingType;
import software.amazon.awssdk.core.traits.ListTrait;
import software.amazon.awssdk.core.traits.MapTrait;
import software.amazon.awssdk.core.traits.TimestampFormatTrait.Format;

/**
 * How one protocol writes the SDK's classes as XML: their members with their tags as bytes, found once for each class that an
 * answer holds. An answer may hold ten thousand objects of a class.
 */
final class XmlShapes {
    private final boolean ec2;
    private final QueryNames names;
    /** Whether times are printed with milliseconds, also when there are none. */
    private final boolean millis;

    private final Map<Class<?>, List<Member>> known = new ConcurrentHashMap<>();

    XmlShapes(boolean ec2, QueryNames names) {
        this(ec2, names, ec2);
    }

    private XmlShapes(boolean ec2, QueryNames names, boolean millis) {
        this.ec2 = ec2;
        this.names = names;
        this.millis = millis;
    }

    static XmlShapes s3() {
        return new XmlShapes(false, QueryNames.TRAITS, true);
    }

    /** An element's name, as it begins and as it ends. */
    record Tag(byte[] open, byte[] close) {
        Tag(String name) {
            this(("<" + name + ">").getBytes(StandardCharsets.UTF_8), ("</" + name + ">").getBytes(StandardCharsets.UTF_8));
        }
    }

    /**
     * A member of a structure, an item of a list, or a key or value of a map.
     *
     * @param payload whether it is in an answer's body
     * @param millis whether it is a time that is printed with milliseconds
     * @param many what a list or a map holds; null for all else
     */
    record Member(SdkField<?> field, Tag tag, boolean payload, boolean millis, @Nullable Many many) {}

    /**
     * The items of a list, or the entries of a map.
     *
     * @param flattened whether there is no element around them
     * @param entry around a key and its value; unused in lists
     */
    record Many(boolean flattened, Tag entry, Tag key, Member item) {}

    List<Member> members(SdkPojo structure) {
        List<Member> members = known.get(structure.getClass());
        return members != null ? members : known.computeIfAbsent(structure.getClass(), c -> found(structure));
    }

    private List<Member> found(SdkPojo structure) {
        var members = new ArrayList<Member>();
        for (SdkField<?> field : structure.sdkFields()) {
            members.add(member(names.output(field), field));
        }
        return List.copyOf(members);
    }

    private Member member(String name, SdkField<?> field) {
        MarshallingType<?> type = field.marshallingType();
        return new Member(
                field,
                new Tag(name),
                field.location() == MarshallLocation.PAYLOAD,
                millis && type == MarshallingType.INSTANT && Scalars.format(field, Format.ISO_8601) == Format.ISO_8601,
                type == MarshallingType.LIST ? list(name, field) : type == MarshallingType.MAP ? map(name, field) : null);
    }

    private Many list(String name, SdkField<?> field) {
        ListTrait trait = field.getTrait(ListTrait.class);
        boolean flattened = names.flattened(trait.isFlattened()) && !ec2;
        String item = trait.memberLocationName() != null
                ? trait.memberLocationName()
                : flattened ? name : ec2 ? "item" : "member";
        return new Many(flattened, new Tag(item), new Tag(item), member(item, trait.memberFieldInfo()));
    }

    private Many map(String name, SdkField<?> field) {
        MapTrait trait = field.getTrait(MapTrait.class);
        boolean flattened = names.flattened(trait.isFlattened());
        return new Many(
                flattened,
                new Tag(flattened ? name : "entry"),
                new Tag(names.key(field)),
                member(names.value(field), trait.valueFieldInfo()));
    }
}
