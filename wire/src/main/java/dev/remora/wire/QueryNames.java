package dev.remora.wire;

import software.amazon.awssdk.core.SdkField;
import software.amazon.awssdk.core.protocol.MarshallingType;
import software.amazon.awssdk.core.traits.ListTrait;
import software.amazon.awssdk.core.traits.MapTrait;

/**
 * What members are called in the query protocols.
 *
 * <p>The SDK's classes of a query service say so themselves. Those of a service that has gone over to JSON say only what its JSON
 * looks like, but such services keep a rule in their query form (SQS's model of 2012-11-05, as old clients have it): what there
 * are several of is flattened under its name in the singular; structures under the name of their shape; a map's entries have Name
 * and Value, those of tags Key and Value.
 */
enum QueryNames {
    /** What the SDK's class says. */
    TRAITS,
    /** By the rule of services that have gone over to JSON. */
    SINGULAR;

    String input(SdkField<?> field) {
        return this == TRAITS ? field.locationName() : singular(field);
    }

    String output(SdkField<?> field) {
        return this == TRAITS ? field.unmarshallLocationName() : singular(field);
    }

    boolean flattened(boolean trait) {
        return this == SINGULAR || trait;
    }

    String key(SdkField<?> map) {
        return this == TRAITS
                ? map.getTrait(MapTrait.class).keyLocationName()
                : singular(map).equals("Tag") ? "Key" : "Name";
    }

    String value(SdkField<?> map) {
        return this == TRAITS ? map.getTrait(MapTrait.class).valueLocationName() : "Value";
    }

    private static String singular(SdkField<?> field) {
        String name = field.memberName();
        MarshallingType<?> type = field.marshallingType();
        if (type == MarshallingType.LIST) {
            SdkField<?> member = field.getTrait(ListTrait.class).memberFieldInfo();
            return member.marshallingType() == MarshallingType.SDK_POJO ? shape(member) : withoutS(name);
        }
        return type == MarshallingType.MAP ? withoutS(name) : name;
    }

    private static String shape(SdkField<?> structure) {
        return structure.constructor().get().getClass().getDeclaringClass().getSimpleName();
    }

    private static String withoutS(String plural) {
        String capitalised = Character.toUpperCase(plural.charAt(0)) + plural.substring(1);
        return capitalised.endsWith("s") ? capitalised.substring(0, capitalised.length() - 1) : capitalised;
    }
}
