package dev.remora.wire;

import java.util.List;
import java.util.Map;

/**
 * One thing that a call needs a permission for. RunInstances, for one, touches a subnet, groups, an image and interfaces, each
 * with condition keys of its own, and all of them must be allowed.
 *
 * @param action service prefix and operation, e.g. {@code ec2:RunInstances}
 * @param resource an ARN, or {@code *}
 * @param keys condition keys that this resource has besides those of the request; the operation's own keys are its own service's
 *     alone
 */
public record Permission(String action, String resource, Map<String, List<String>> keys) {
    /** Whether it is of the service that an operation is of: {@code iam:PassRole}, for one, mostly is not. */
    boolean ofServiceOf(Operation<?, ?> operation) {
        String its = operation.action();
        return action.regionMatches(0, its, 0, its.indexOf(':') + 1);
    }
}
