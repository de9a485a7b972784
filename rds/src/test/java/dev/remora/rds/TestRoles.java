package dev.remora.rds;

import dev.remora.iam.RoleAccess;
import dev.remora.wire.Authorizer.Decision;
import dev.remora.wire.Authorizer.Reason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** One role that RDS may assume, {@code …role/proxy}. */
final class TestRoles implements RoleAccess {
    static final String ROLE = "arn:aws:iam::123456789012:role/proxy";
    final List<String> asked = new ArrayList<>();
    boolean reads = true;

    @Override
    public boolean assumableBy(String roleArn, String service, String sourceArn) {
        return roleArn.equals(ROLE) && service.equals("rds.amazonaws.com");
    }

    @Override
    public Decision decide(
            String roleArn, String action, List<String> resources, Map<String, List<String>> context) {
        asked.add(action + " " + resources);
        return reads ? Decision.ALLOWED : new Decision(false, "", Reason.NO_IDENTITY_POLICY);
    }

    @Override
    public SessionCredentials issue(String roleArn, String sessionName, String sourceFunctionArn, Duration life) {
        throw new UnsupportedOperationException();
    }
}
