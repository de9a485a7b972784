package dev.remora.wire;

import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkField;
import software.amazon.awssdk.core.SdkPojo;

/**
 * EC2 words its checks in its own way: a missing parameter is MissingParameter with the name on the wire, a number
 * out of its range is InvalidParameterValue. It answers unknown enumeration values and patterns operation by
 * operation, so that those are left to the handlers.
 */
final class Ec2Validation {
    private Ec2Validation() {}

    static void check(Constraints constraints, String operation, SdkPojo input) {
        Constraints.Call call = constraints.call(operation);
        Constraints.Shape shape = call == null ? null : constraints.shape(call.input);
        if (shape != null) {
            structure(constraints, "", shape, input);
        }
    }

    private static void structure(Constraints constraints, String path, Constraints.Shape shape, SdkPojo input) {
        for (SdkField<?> field : input.sdkFields()) {
            boolean required = shape.required.contains(field.memberName());
            Constraints.Shape member = constraints.shape(shape.members.get(field.memberName()));
            if (member == null && !required) {
                continue;
            }
            Object value = field.getValueOrDefault(input);
            if (Scalars.absent(value) || value instanceof String text && text.isEmpty() && required) {
                if (required) {
                    throw new AwsError(
                            "MissingParameter",
                            400,
                            "The request must contain the parameter " + path + field.locationName());
                }
            } else if (member != null) {
                value(constraints, path + field.locationName(), field, member, value);
            }
        }
    }

    private static void value(
            Constraints constraints, String path, SdkField<?> field, Constraints.Shape shape, Object value) {
        switch (value) {
            case SdkPojo structure -> structure(constraints, path + ".", shape, structure);
            case List<?> list -> {
                Constraints.Shape member = constraints.shape(shape.members.get("member"));
                for (int i = 0; member != null && i < list.size(); i++) {
                    if (list.get(i) instanceof SdkPojo structure) {
                        structure(constraints, path + "." + (i + 1) + ".", member, structure);
                    }
                }
            }
            case Number number -> range(field, number.doubleValue(), value, shape.min, shape.max);
            default -> {}
        }
    }

    private static void range(
            SdkField<?> field, double number, Object value, @Nullable Double min, @Nullable Double max) {
        String name = Validation.join("", field.memberName());
        if (min != null && number < min) {
            throw new AwsError(
                    "InvalidParameterValue",
                    400,
                    "Value ( " + value + " ) for parameter " + name + " is invalid. Expecting a value greater than "
                            + min.longValue() + ".");
        }
        if (max != null && number > max) {
            throw new AwsError(
                    "InvalidParameterValue",
                    400,
                    "Value ( " + value + " ) for parameter " + name
                            + " is invalid. Expecting a value less than or equal to " + max.longValue() + ".");
        }
    }
}
