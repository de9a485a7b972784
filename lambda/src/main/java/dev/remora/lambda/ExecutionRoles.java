package dev.remora.lambda;

import dev.remora.iam.RoleAccess;
import dev.remora.store.Scope;
import dev.remora.wire.AwsError;
import dev.remora.wire.Call;
import dev.remora.wire.Permission;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is asked about a function's execution role: whether the caller may pass it (which the table of operations declares),
 * whether Lambda may assume it, and whether it lets Lambda manage network interfaces. All of it is asked when a function is
 * created or changed, never on an invocation.
 *
 * <p>The check of the interface rights is made without the context of a real call, as AWS makes it: CreateNetworkInterface
 * against the ARNs of this request, the other two against every resource of the account and region. A statement that narrows
 * them to {@code network-interface/*} or by a condition therefore does not count ("Giving Lambda functions access to resources
 * in an Amazon VPC": either a unique resource id, or all resource ids).
 */
final class ExecutionRoles {
    static final String SERVICE = "lambda.amazonaws.com";

    private final RoleAccess roles;

    ExecutionRoles(RoleAccess roles) {
        this.roles = roles;
    }

    /** What a caller needs who gives a function a role. */
    static List<Permission> passing(Call call, @Nullable String roleArn, String functionArn) {
        return RoleAccess.passing(call, roleArn, SERVICE, Map.of("iam:AssociatedResourceArn", List.of(functionArn)));
    }

    /** Refuses a role of another account, or that Lambda cannot assume. */
    void checkAssumable(Call call, String roleArn, String functionArn) {
        if (!RoleAccess.ofAccount(roleArn, call)) {
            throw Refusal.denied("Cross-account pass role is not allowed.");
        }
        if (!roles.assumableBy(roleArn, SERVICE, functionArn)) {
            throw Refusal.invalid("The role defined for the function cannot be assumed by Lambda.");
        }
    }

    /** Refuses a role that does not let Lambda make, see and delete the interfaces of this configuration. */
    void checkInterfaces(Scope scope, String roleArn, Settings.Vpc vpc) {
        if (!mayCreateInterfaces(scope, roleArn, vpc)) {
            throw lacks("CreateNetworkInterface");
        }
        if (!allows(scope, roleArn, "ec2:DescribeNetworkInterfaces")) {
            throw lacks("DescribeNetworkInterfaces");
        }
        if (!mayDeleteInterfaces(scope, roleArn)) {
            throw lacks("DeleteNetworkInterface");
        }
    }

    static String lacksText(String action) {
        return "The provided execution role does not have permissions to call " + action + " on EC2";
    }

    private static AwsError lacks(String action) {
        return Refusal.invalid(lacksText(action));
    }

    /** Refuses a role that does not let Lambda do what it must to receive from a queue. */
    void checkQueue(String roleArn, String queueArn, List<String> actions) {
        for (String action : actions) {
            if (!roles.decide(roleArn, "sqs:" + action, List.of(queueArn), Map.of()).allowed()) {
                throw Refusal.invalid(
                        "The provided execution role does not have permissions to call " + action + " on SQS");
            }
        }
    }

    boolean mayCreateInterfaces(Scope scope, String roleArn, Settings.Vpc vpc) {
        String prefix = "arn:aws:ec2:" + scope.region() + ":" + scope.account() + ":";
        var touched = new ArrayList<String>();
        vpc.subnetIds().forEach(s -> touched.add(prefix + "subnet/" + s));
        vpc.securityGroupIds().forEach(g -> touched.add(prefix + "security-group/" + g));
        touched.add(prefix + "network-interface/*");
        return roles.decide(roleArn, "ec2:CreateNetworkInterface", touched, Map.of()).allowed();
    }

    boolean mayDeleteInterfaces(Scope scope, String roleArn) {
        return allows(scope, roleArn, "ec2:DeleteNetworkInterface");
    }

    private boolean allows(Scope scope, String roleArn, String action) {
        String everything = "arn:aws:ec2:" + scope.region() + ":" + scope.account() + ":*/*";
        return roles.decide(roleArn, action, List.of(everything), Map.of()).allowed();
    }
}
