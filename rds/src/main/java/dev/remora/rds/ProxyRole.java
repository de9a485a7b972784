package dev.remora.rds;

import dev.remora.iam.RoleAccess;
import dev.remora.wire.AwsError;
import dev.remora.wire.Call;
import dev.remora.wire.Permission;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The role that a proxy reads secrets with: what giving it takes, and whether RDS may take it. */
final class ProxyRole {
    private static final String SERVICE = "rds.amazonaws.com";
    private static final int FORBIDDEN = 403;
    private final RoleAccess roles;

    ProxyRole(RoleAccess roles) {
        this.roles = roles;
    }

    /** What a caller needs who gives a proxy a role. */
    static List<Permission> passing(Call call, @Nullable String roleArn) {
        return RoleAccess.passing(call, roleArn, SERVICE, Map.of());
    }

    /** Refuses a role of another account, or that RDS cannot assume. */
    void check(Call call, String roleArn) {
        if (!RoleAccess.ofAccount(roleArn, call)) {
            throw new AwsError("AccessDenied", FORBIDDEN, "Cross-account pass role is not allowed.");
        }
        if (!roles.assumableBy(roleArn, SERVICE)) {
            throw RdsErrors.invalid("RDS is not authorized to assume the role " + roleArn
                    + ": its trust policy must allow " + SERVICE + ".");
        }
    }
}
