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
        Map<String, String> tags,
        List<String> attached,
        Map<String, String> inline) {

    /** Found by name; its index {@code policy} by the ARN of an attached policy. */
    static final Kind<Role> KIND = Kind.of("iam.role", Role.class).index("policy", Role::attached);

    /** Names are unique without regard to case. */
    static String key(String name) {
        return name.toLowerCase(Locale.ROOT);
    }

    String arn() {
        return "arn:aws:iam::" + account + ":role" + path + name;
    }

    Role withTrust(String document) {
        return new Role(account, name, path, id, created, document, description, maxSessionSeconds, tags, attached, inline);
    }

    Role withDescription(String text) {
        return new Role(account, name, path, id, created, trust, text, maxSessionSeconds, tags, attached, inline);
    }

    Role withMaxSessionSeconds(int seconds) {
        return new Role(account, name, path, id, created, trust, description, seconds, tags, attached, inline);
    }

    Role withTags(Map<String, String> changed) {
        return new Role(account, name, path, id, created, trust, description, maxSessionSeconds, changed, attached, inline);
    }

    Role withAttached(List<String> arns) {
        return new Role(account, name, path, id, created, trust, description, maxSessionSeconds, tags, arns, inline);
    }

    Role withInline(Map<String, String> documents) {
        return new Role(account, name, path, id, created, trust, description, maxSessionSeconds, tags, attached, documents);
    }
}
