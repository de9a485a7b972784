package dev.remora.iam;

import dev.remora.store.Scope;
import dev.remora.store.Transaction;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * The users and roles that trust documents name.
 *
 * <p>A trust is in one user or role, not in whoever bears its name: IAM keeps the unique id, shows the present ARN for it, and
 * the id itself once its owner is gone, so that a user made again under the old name is not trusted. Here the documents hold
 * ARNs, and are written anew when an ARN changes or ends ("AWS JSON policy elements: Principal").
 */
final class TrustedPrincipals {
    private static final Pattern NAMED = Pattern.compile("\"(arn:aws:iam::\\d{12}:(?:user|role)/[^\"\\\\]+)\"");

    private TrustedPrincipals() {}

    /** The ARNs of users and roles that stand in a document. */
    static List<String> of(String trust) {
        return NAMED.matcher(trust).results().map((MatchResult match) -> match.group(1)).distinct().toList();
    }

    /** Writes the trust documents of all accounts that name an ARN anew. */
    static void replace(Transaction tx, String arn, String by) {
        for (Scope scope : tx.scopes(Role.KIND)) {
            for (Role role : tx.find(Role.KIND, scope, "trusted", arn)) {
                Role changed = role.withTrust(role.trust().replace("\"" + arn + "\"", "\"" + by + "\""));
                tx.put(Role.KIND, scope, Role.key(role.name()), changed);
            }
        }
    }
}
