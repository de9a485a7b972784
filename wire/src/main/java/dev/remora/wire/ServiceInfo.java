package dev.remora.wire;

/**
 * The constants of one AWS service.
 *
 * @param signingName the name in the credential scope and in IAM actions, e.g. {@code ec2}, {@code logs}
 * @param model the name of its file in AWS's published models, e.g. {@code ec2}, {@code monitoring}; see the constraint tables
 * @param apiVersion e.g. {@code 2016-11-15}
 * @param xmlNamespace of the query protocols' answers, else empty
 * @param targetPrefix of the JSON protocols' X-Amz-Target, else empty
 */
public record ServiceInfo(
        String signingName,
        String model,
        Protocol protocol,
        String apiVersion,
        String xmlNamespace,
        String targetPrefix) {}
