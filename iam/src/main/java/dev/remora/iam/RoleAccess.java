package dev.remora.iam;

import dev.remora.wire.Authorizer.Decision;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** What other services of ours ask about roles. */
public interface RoleAccess {
    /** Whether the role exists and its trust document lets the service (e.g. {@code lambda.amazonaws.com}) assume it. */
    default boolean assumableBy(String roleArn, String service) {
        return assumableBy(roleArn, service, "");
    }

    /** @param sourceArn what the service assumes the role for ({@code aws:SourceArn}), e.g. a function; empty if it has no ARN */
    boolean assumableBy(String roleArn, String service, String sourceArn);

    /** Whether the role's policies allow an action, without any caller; a role that does not exist allows nothing. */
    Decision decide(String roleArn, String action, List<String> resources, Map<String, List<String>> context);

    /**
     * Fresh credentials of a role's session, for a sandbox.
     *
     * @param sourceFunctionArn what {@code lambda:SourceFunctionArn} is on the calls made with them
     * @throws dev.remora.wire.AwsError if the role does not exist
     */
    SessionCredentials issue(String roleArn, String sessionName, String sourceFunctionArn, Duration life);

    /** @param accessKeyId ASIA… */
    record SessionCredentials(String accessKeyId, String secretAccessKey, String sessionToken, Instant expiration,
            String assumedRoleId) {}
}
