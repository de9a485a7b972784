package dev.remora.wire;

import dev.remora.wire.Authorizer.Reason;

/**
 * What the front door answers, in the words of each protocol: EC2 has its own codes, the query services share one
 * set, and the JSON services have the same set with Exception at the end. (IAM user guide, "Common errors"; EC2 API
 * reference, "Error codes".)
 */
record Refusals(Protocol protocol) {
    /** What the JSON services call a denial. */
    static final String ACCESS_DENIED = "AccessDeniedException";

    static final String COVERAGE = "see docs/coverage.md";

    private static final String BAD_SIGNATURE =
            "The request signature we calculated does not match the signature you provided. Check your AWS Secret"
                    + " Access Key and signing method. Consult the service documentation for details.";
    private static final String BAD_TOKEN = "The security token included in the request is invalid.";
    private static final String EC2_AUTH = "AWS was not able to validate the provided access credentials";

    /** 403, or 400 where the protocol carries every client's mistake so. */
    private int forbidden() {
        return protocol == Protocol.AWS_JSON_1_0 || protocol == Protocol.AWS_JSON_1_1 ? 400 : 403;
    }

    AwsError notSigned() {
        return switch (protocol) {
            case REST_XML -> new AwsError("AccessDenied", 403, "Access Denied");
            case EC2_QUERY, AWS_QUERY ->
                new AwsError("MissingAuthenticationToken", 403, "Request is missing Authentication Token");
            case REST_JSON, AWS_JSON_1_0, AWS_JSON_1_1 ->
                new AwsError("MissingAuthenticationTokenException", forbidden(), "Missing Authentication Token");
        };
    }

    AwsError incompleteSignature(String message) {
        return switch (protocol) {
            case REST_XML -> new AwsError("AuthorizationHeaderMalformed", 400, message);
            case EC2_QUERY, AWS_QUERY -> new AwsError("IncompleteSignature", 400, message);
            case REST_JSON, AWS_JSON_1_0, AWS_JSON_1_1 -> new AwsError("IncompleteSignatureException", forbidden(), message);
        };
    }

    AwsError unknownKey() {
        return switch (protocol) {
            case REST_XML ->
                new AwsError(
                        "InvalidAccessKeyId", 403, "The AWS Access Key Id you provided does not exist in our records.");
            case EC2_QUERY -> new AwsError("AuthFailure", 401, EC2_AUTH);
            case AWS_QUERY -> new AwsError("InvalidClientTokenId", 403, BAD_TOKEN);
            case REST_JSON, AWS_JSON_1_0, AWS_JSON_1_1 -> new AwsError("UnrecognizedClientException", forbidden(), BAD_TOKEN);
        };
    }

    /** A token that came with the key and is not the key's. Only S3 tells it from a key that it does not know. */
    AwsError badToken() {
        return protocol == Protocol.REST_XML
                ? new AwsError("InvalidToken", 400, "The provided token is malformed or otherwise invalid.")
                : unknownKey();
    }

    AwsError expiredToken() {
        String message = "The security token included in the request is expired";
        return switch (protocol) {
            case REST_XML -> new AwsError("ExpiredToken", 400, "The provided token has expired.");
            case EC2_QUERY -> new AwsError("RequestExpired", 400, "Request has expired.");
            case AWS_QUERY -> new AwsError("ExpiredToken", 403, message);
            case REST_JSON, AWS_JSON_1_0, AWS_JSON_1_1 -> new AwsError("ExpiredTokenException", forbidden(), message);
        };
    }

    AwsError badSignature() {
        return badSignature(
                protocol == Protocol.REST_XML
                        ? "The request signature we calculated does not match the signature you provided. Check your key and"
                                + " signing method."
                        : BAD_SIGNATURE);
    }

    AwsError badSignature(String message) {
        return switch (protocol) {
            case REST_XML -> new AwsError("SignatureDoesNotMatch", 403, message);
            case EC2_QUERY -> new AwsError("AuthFailure", 401, EC2_AUTH);
            case AWS_QUERY -> new AwsError("SignatureDoesNotMatch", 403, message);
            case REST_JSON, AWS_JSON_1_0, AWS_JSON_1_1 -> new AwsError("InvalidSignatureException", forbidden(), message);
        };
    }

    AwsError tooEarly(String message) {
        return protocol == Protocol.REST_XML ? skewed() : badSignature(message);
    }

    AwsError tooLate(String message, boolean presigned) {
        return switch (protocol) {
            case EC2_QUERY -> new AwsError("RequestExpired", 400, "Request has expired.");
            case REST_XML -> presigned ? new AwsError("AccessDenied", 403, "Request has expired") : skewed();
            case AWS_QUERY, REST_JSON, AWS_JSON_1_0, AWS_JSON_1_1 -> badSignature(message);
        };
    }

    private static AwsError skewed() {
        return new AwsError(
                "RequestTimeTooSkewed", 403, "The difference between the request time and the current time is too large.");
    }

    AwsError unknownOperation(String service, String operation) {
        String message = "The operation " + operation + " of " + service + " is not supported by Remora: " + COVERAGE;
        return switch (protocol) {
            case REST_XML -> new AwsError("NotImplemented", 501, message);
            case EC2_QUERY, AWS_QUERY -> new AwsError("InvalidAction", 400, message);
            case REST_JSON -> new AwsError("UnknownOperationException", 404, message);
            case AWS_JSON_1_0, AWS_JSON_1_1 -> new AwsError("UnknownOperationException", 400, message);
        };
    }

    AwsError refusedParameter(String parameter, String operation) {
        String message = "The parameter " + parameter + " of " + operation + " is not supported by Remora: " + COVERAGE;
        return switch (protocol) {
            case REST_XML -> new AwsError("NotImplemented", 501, message);
            case EC2_QUERY, AWS_QUERY -> new AwsError("InvalidParameterValue", 400, message);
            case REST_JSON, AWS_JSON_1_0 -> new AwsError("InvalidParameterValueException", 400, message);
            case AWS_JSON_1_1 -> new AwsError("InvalidParameterException", 400, message);
        };
    }

    /** The body is over the limit; the operation is not known yet, the body being what would tell it. */
    AwsError tooLarge(int limit, String operation) {
        String message = "Request must be smaller than " + limit + " bytes for the " + operation + " operation";
        return switch (protocol) {
            case REST_XML -> new AwsError("EntityTooLarge", 400, "Your proposed upload exceeds the maximum allowed size");
            case EC2_QUERY, AWS_QUERY -> new AwsError("RequestEntityTooLarge", 413, message);
            case REST_JSON, AWS_JSON_1_0, AWS_JSON_1_1 -> new AwsError("RequestEntityTooLargeException", 413, message);
        };
    }

    AwsError dryRun() {
        return new AwsError("DryRunOperation", 412, "Request would have succeeded, but DryRun flag is set.");
    }

    AwsError internal() {
        return switch (protocol) {
            case REST_XML -> new AwsError("InternalError", 500, "We encountered an internal error. Please try again.");
            case EC2_QUERY -> new AwsError("InternalError", 500, "An internal error has occurred");
            case AWS_QUERY, REST_JSON, AWS_JSON_1_0, AWS_JSON_1_1 ->
                new AwsError(
                        "InternalFailure",
                        500,
                        "The request processing has failed because of an unknown error, exception or failure.");
        };
    }

    /**
     * A denial, in the sentence that says which policy was missing or which one forbade.
     *
     * @param action as the service prints it
     * @param resource as the service prints it; nothing is said of it if it is empty
     */
    AwsError denied(Principal principal, String action, String resource, Reason reason, String encoded) {
        boolean somewhere = !resource.isEmpty() && !resource.equals("*");
        String quote = protocol == Protocol.REST_XML ? "\"" : "";
        String where = somewhere || protocol != Protocol.EC2_QUERY && !resource.isEmpty()
                ? " on resource: " + quote + resource + quote
                : "";
        String sentence = "User: " + principal.arn() + " is not authorized to perform: " + action + where
                + reason.because(action);
        return switch (protocol) {
            case EC2_QUERY ->
                new AwsError(
                        "UnauthorizedOperation",
                        403,
                        "You are not authorized to perform this operation. " + sentence
                                + (somewhere ? ". Encoded authorization failure message: " + encoded : ""));
            case REST_XML, AWS_QUERY -> new AwsError("AccessDenied", 403, sentence);
            case REST_JSON, AWS_JSON_1_0 -> new AwsError(ACCESS_DENIED, 403, sentence);
            case AWS_JSON_1_1 -> new AwsError(ACCESS_DENIED, forbidden(), sentence);
        };
    }
}
