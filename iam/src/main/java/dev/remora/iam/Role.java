package dev.remora.iam;

import dev.remora.store.Kind;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A role, as it is stored.
 *
 * @param path begins and ends with a slash
 * @param id AROA…
 * @param trust its trust document, as it was given
 * @param description empty if it has none
 * @param boundary the ARN of its permissions boundary, or empty
 * @param attached ARNs of managed policies, in the order of their attachment
 * @param inline documents by the names of inline policies
 */
record Role(
        String account,
        String name,
        String path,
        String id,
        Instant created,
        String trust,
        String description,
        int maxSessionSeconds,
        String boundary,
        Map<String, String> tags,
        List<String> attached,
        Map<String, String> inline)
        implements Identity {

    /**
     * Found by name; its indexes {@code policy} and {@code boundary} by the ARN of a policy, {@code trusted} by the ARN of a user
     * or role that its trust document names.
     */
    static final Kind<Role> KIND = Kind.of("iam.role", Role.class)
            .index("policy", Role::attached)
            .index("boundary", role -> role.boundary().isEmpty() ? List.of() : List.of(role.boundary()))
            .index("trusted", role -> TrustedPrincipals.of(role.trust()));

    /** Names are unique without regard to case. */
    static String key(String name) {
        return name.toLowerCase(Locale.ROOT);
    }

    @Override
    public String arn() {
        return "arn:aws:iam::" + account + ":role" + path + name;
    }

    /** A role that an account may assume to do everything in another one. */
    static Role administrator(String account, String name, String id, Instant created, String trusted) {
        String trust = "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"AWS\":\"arn:aws:iam::"
                + trusted + ":root\"},\"Action\":\"sts:AssumeRole\"}]}";
        return new Role(account, name, "/", id, created, trust, "", Roles.DEFAULT_SESSION_SECONDS, "", Map.of(),
                List.of("arn:aws:iam::aws:policy/AdministratorAccess"), Map.of());
    }

    Role withTrust(String document) {
        return new Role(account, name, path, id, created, document, description, maxSessionSeconds, boundary,
                tags, attached, inline);
    }

    Role withDescription(String text) {
        return new Role(account, name, path, id, created, trust, text, maxSessionSeconds, boundary,
                tags, attached, inline);
    }

    Role withMaxSessionSeconds(int seconds) {
        return new Role(account, name, path, id, created, trust, description, seconds, boundary,
                tags, attached, inline);
    }

    Role withTags(Map<String, String> changed) {
        return new Role(account, name, path, id, created, trust, description, maxSessionSeconds, boundary,
                changed, attached, inline);
    }

    Role withAttached(List<String> arns) {
        return new Role(account, name, path, id, created, trust, description, maxSessionSeconds, boundary,
                tags, arns, inline);
    }

    Role withInline(Map<String, String> documents) {
        return new Role(account, name, path, id, created, trust, description, maxSessionSeconds, boundary,
                tags, attached, documents);
    }

    Role withBoundary(String arn) {
        return new Role(account, name, path, id, created, trust, description, maxSessionSeconds, arn, tags, attached, inline);
    }
}
