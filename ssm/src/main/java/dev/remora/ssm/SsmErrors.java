package dev.remora.ssm;

import dev.remora.wire.AwsError;

/** The errors of Parameter Store, in its words. */
final class SsmErrors {
    private static final String NAME_RULE = "Parameter name: can't be prefixed with \"ssm\" (case-insensitive). If formed as a"
            + " path, it can consist of sub-paths divided by slash symbol; each sub-path can be formed as a mix of letters,"
            + " numbers and the following 3 symbols .-_";
    private static final String PATH_RULE = "The parameter doesn't meet the parameter name requirements. The parameter name must"
            + " begin with a forward slash \"/\". It can't be prefixed with \\\"aws\\\" or \\\"ssm\\\" (case-insensitive). It"
            + " must use only letters, numbers, or the following symbols: . (period), - (hyphen), _ (underscore). Special"
            + " characters are not allowed. All sub-paths, if specified, must use the forward slash symbol \"/\". Valid example:"
            + " /get/parameters2-/by1./path0_.";

    private SsmErrors() {}

    static AwsError of(String code, String message) {
        return new AwsError(code, 400, message);
    }

    static AwsError invalid(String message) {
        return of("ValidationException", message);
    }

    /** AWS says nothing but the code. */
    static AwsError notFound() {
        return of("ParameterNotFound", "");
    }

    static AwsError noVersion(String name, String version) {
        return of("ParameterVersionNotFound",
                "Systems Manager could not find version " + version + " of " + name + ". Verify the version and try again.");
    }

    static AwsError alreadyExists() {
        return of("ParameterAlreadyExists", "The parameter already exists. To overwrite this value, set the overwrite option"
                + " in the"
                + " request to true.");
    }

    static AwsError badName() {
        return invalid(NAME_RULE);
    }

    static AwsError badPath() {
        return invalid(PATH_RULE);
    }

    static AwsError notQualified() {
        return invalid("Parameter name must be a fully qualified name.");
    }

    static AwsError reserved(String name) {
        return of("AccessDeniedException", "No access to reserved parameter name: " + name + ".");
    }

    static AwsError badToken() {
        return of("InvalidNextToken", "The specified token isn't valid.");
    }

    static AwsError badResource() {
        return of("InvalidResourceId", "The resource ID isn't valid. Verify that you entered the correct ID and try again.");
    }

    static AwsError badFilterOption(String option, String valid) {
        return of("InvalidFilterOption",
                "The following filter option is not valid: " + option + ". Valid options include: " + valid);
    }
}
