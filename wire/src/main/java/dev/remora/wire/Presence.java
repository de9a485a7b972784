package dev.remora.wire;

import java.util.List;
import software.amazon.awssdk.core.SdkField;
import software.amazon.awssdk.core.SdkPojo;

/**
 * Whether all that is required is there, for services that began with awsQuery and kept its errors: they name the first missing
 * parameter as that protocol spells it, and check values one by one in their operations ("Amazon SQS API Reference", common
 * errors: MissingParameter).
 */
final class Presence {
    private final Constraints constraints;

    private Presence(Constraints constraints) {
        this.constraints = constraints;
    }

    static void check(Constraints constraints, String operation, SdkPojo input) {
        Constraints.Call call = constraints.call(operation);
        Constraints.Shape shape = call == null ? null : constraints.shape(call.input);
        if (shape != null) {
            new Presence(constraints).structure("", shape, input);
        }
    }

    private void structure(String path, Constraints.Shape shape, SdkPojo input) {
        for (SdkField<?> field : input.sdkFields()) {
            Object value = field.getValueOrDefault(input);
            boolean absent = Scalars.absent(value) || value instanceof String text && text.isEmpty();
            if (absent && shape.required.contains(field.memberName()) && !(value instanceof List)) {
                throw new AwsError("MissingRequiredParameterException", 400, "The request must contain the parameter " + path
                        + QueryNames.SINGULAR.input(field) + ".");
            }
            Constraints.Shape member = constraints.shape(shape.members.get(field.memberName()));
            if (member != null && value instanceof List<?> list) {
                list(path + QueryNames.SINGULAR.input(field), member, list);
            }
        }
    }

    private void list(String path, Constraints.Shape shape, List<?> list) {
        Constraints.Shape member = constraints.shape(shape.members.get("member"));
        for (int i = 0; member != null && i < list.size(); i++) {
            if (list.get(i) instanceof SdkPojo structure) {
                structure(path + "." + (i + 1) + ".", member, structure);
            }
        }
    }
}
