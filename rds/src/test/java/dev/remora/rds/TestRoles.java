package dev.remora.rds;

import dev.remora.iam.RoleAccess;
import dev.remora.wire.Authorizer;
import dev.remora.wire.Principal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** One role that RDS may assume, {@code …role/proxy}; everybody may pass every role unless a test forbids it. */
final class TestRoles implements RoleAccess, Authorizer {
    static final String ROLE = "arn:aws:iam::123456789012:role/proxy";
    final List<String> asked = new ArrayList<>();
    boolean passes = true;
    boolean reads = true;

    private static Decision decision(boolean allowed) {
        return allowed ? Decision.ALLOWED : new Decision(false, "", Reason.NO_IDENTITY_POLICY);
    }

    @Override
    public boolean assumableBy(String roleArn, String service, String sourceArn) {
        return roleArn.equals(ROLE) && service.equals("rds.amazonaws.com");
    }

    @Override
    public Decision decide(
            String roleArn, String action, List<String> resources, Map<String, List<String>> context) {
        asked.add(action + " " + resources);
        return decision(reads);
    }

    @Override
    public SessionCredentials issue(String roleArn, String sessionName, String sourceFunctionArn, Duration life) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Decision decide(
            Principal principal, String action, List<String> resources, Map<String, List<String>> context) {
        return decision(passes);
    }
}
