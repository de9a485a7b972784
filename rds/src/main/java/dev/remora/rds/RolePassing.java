package dev.remora.rds;

import dev.remora.iam.RoleAccess;
import dev.remora.wire.Authorizer;
import dev.remora.wire.AwsError;
import dev.remora.wire.Call;
import dev.remora.wire.ConditionKeys;
import java.util.List;

/** Whether a caller may give a role to RDS, and RDS may take it. */
final class RolePassing {
    private static final String SERVICE = "rds.amazonaws.com";
    private static final int FORBIDDEN = 403;
    private final RoleAccess roles;
    private final Authorizer authorizer;

    RolePassing(RoleAccess roles, Authorizer authorizer) {
        this.roles = roles;
        this.authorizer = authorizer;
    }

    void check(Call call, String roleArn) {
        if (!roleArn.startsWith("arn:aws:iam::" + call.account() + ":role/")) {
            throw new AwsError("AccessDenied", FORBIDDEN, "Cross-account pass role is not allowed.");
        }
        var context = new ConditionKeys().and(call.keys()).with("iam:PassedToService", SERVICE).map();
        var decision = authorizer.decide(call.principal(), "iam:PassRole", List.of(roleArn), context);
        if (!decision.allowed()) {
            throw new AwsError(
                    "AccessDenied",
                    FORBIDDEN,
                    "User: " + call.principal().arn() + " is not authorized to perform: iam:PassRole on resource: "
                            + roleArn + decision.reason().because("iam:PassRole"));
        }
        if (!roles.assumableBy(roleArn, SERVICE)) {
            throw RdsErrors.invalid("RDS is not authorized to assume the role " + roleArn
                    + ": its trust policy must allow " + SERVICE + ".");
        }
    }
}
