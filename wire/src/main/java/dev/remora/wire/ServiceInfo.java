package dev.remora.wire;

/**
 * The constants of one AWS service.
 *
 * @param signingName the name in the credential scope and in IAM actions, e.g. {@code ec2}, {@code logs}
 * @param model the name of its file in AWS's published models, e.g. {@code ec2}, {@code monitoring}; see the constraint tables
 * @param apiVersion e.g. {@code 2016-11-15}
 * @param xmlNamespace of the query protocols' answers, else empty; a JSON service that has one speaks awsQuery as well, to
 *     clients that are older than its JSON
 * @param targetPrefix of the JSON protocols' X-Amz-Target, else empty
 */
public record ServiceInfo(
        String signingName,
        String model,
        Protocol protocol,
        String apiVersion,
        String xmlNamespace,
        String targetPrefix) {
    /** Whether awsQuery is spoken besides JSON, whichever a request comes in. */
    boolean queryToo() {
        return protocol == Protocol.AWS_JSON_1_0 && !xmlNamespace.isEmpty();
    }
}
