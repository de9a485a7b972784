package dev.remora.iam;

import dev.remora.wire.Principal;
import java.util.List;

/**
 * The Principal (or NotPrincipal) element of a statement.
 *
 * @param except whether it is NotPrincipal
 * @param aws account ids, ARNs or {@code *}
 * @param services e.g. {@code lambda.amazonaws.com}
 */
record PrincipalElement(boolean except, List<String> aws, List<String> services) {
    /** How a statement names a caller; the difference decides whether the caller's own policies must allow the call as well. */
    enum Naming {
        /** Not at all. */
        NOT,
        /** By its account, which leaves it to the account's own policies who may. */
        ACCOUNT,
        /** By itself: no further permission is needed within one account. */
        DIRECT
    }

    Naming names(Principal caller) {
        Naming naming = switch (caller) {
            case Principal.Service service -> services.contains(service.name()) ? Naming.DIRECT : Naming.NOT;
            case Principal.Root root -> named(List.of(), root.account());
            case Principal.User user -> named(List.of(user.arn()), user.account());
            case Principal.FederatedUser user -> named(List.of(user.arn()), user.account());
            case Principal.RoleSession session -> named(List.of(session.arn(), session.roleArn()), session.account());
        };
        if (except) {
            return naming == Naming.NOT ? Naming.DIRECT : Naming.NOT;
        }
        return naming;
    }

    private Naming named(List<String> arns, String account) {
        if (aws.contains("*") || arns.stream().anyMatch(aws::contains)) {
            return Naming.DIRECT;
        }
        return aws.contains(account) || aws.contains("arn:aws:iam::" + account + ":root") ? Naming.ACCOUNT : Naming.NOT;
    }
}
