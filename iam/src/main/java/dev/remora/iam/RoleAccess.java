package dev.remora.iam;

import dev.remora.wire.Authorizer.Decision;
import dev.remora.wire.Call;
import dev.remora.wire.ConditionKeys;
import dev.remora.wire.Permission;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What other services of ours ask about roles. */
public interface RoleAccess {
    /**
     * What a caller needs who hands a role to a service ("Grant a user permissions to pass a role to an AWS service"): nothing
     * for no role, and for another account's, which no service takes.
     *
     * @param keys condition keys besides {@code iam:PassedToService}
     */
    static List<Permission> passing(Call call, @Nullable String roleArn, String service, Map<String, List<String>> keys) {
        return roleArn != null && ofAccount(roleArn, call)
                ? List.of(new Permission("iam:PassRole", roleArn,
                        new ConditionKeys().with("iam:PassedToService", service).and(keys).map()))
                : List.of();
    }

    /** Whether a role is of the caller's account. */
    static boolean ofAccount(String roleArn, Call call) {
        return roleArn.startsWith("arn:aws:iam::" + call.account() + ":role/");
    }

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
