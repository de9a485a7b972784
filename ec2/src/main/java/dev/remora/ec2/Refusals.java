package dev.remora.ec2;

import dev.remora.wire.AwsError;
import org.jspecify.annotations.Nullable;

/** Refusals that several nouns share, in AWS's words. */
final class Refusals {
    private Refusals() {}

    static AwsError of(String code, String message) {
        return new AwsError(code, 400, message);
    }

    static AwsError missing(String parameter) {
        return of("MissingParameter", "The request must contain the parameter " + parameter);
    }

    static AwsError invalidValue(String message) {
        return of("InvalidParameterValue", message);
    }

    static AwsError invalidValue(String value, String parameter, String why) {
        return invalidValue("Value (" + value + ") for parameter " + parameter + " is invalid. " + why);
    }

    static AwsError combination(String message) {
        return of("InvalidParameterCombination", message);
    }

    static AwsError unsupported(String what) {
        return of("UnsupportedOperation", what);
    }

    static AwsError malformedId(String code, String id, String prefix) {
        return of(code, "Invalid id: \"" + id + "\" (expecting \"" + prefix + "-...\")");
    }

    static AwsError inUse(String type, String id) {
        return of("DependencyViolation", "The " + type + " '" + id + "' has dependencies and cannot be deleted.");
    }

    static AwsError otherNetwork() {
        return of("InvalidGroup.NotFound", "You have specified two resources that belong to different networks.");
    }

    /** The value, or the refusal that says that it is missing. */
    static String require(@Nullable String value, String parameter) {
        if (value == null || value.isEmpty()) {
            throw missing(parameter);
        }
        return value;
    }
}
