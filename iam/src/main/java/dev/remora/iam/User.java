package dev.remora.iam;

import dev.remora.store.Kind;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A user, as it is stored.
 *
 * @param id AIDA…
 * @param boundary the ARN of its permissions boundary, or empty
 * @param groups keys of the groups that it is in
 */
record User(
        String account,
        String name,
        String path,
        String id,
        Instant created,
        String boundary,
        Map<String, String> tags,
        List<String> groups,
        List<String> attached,
        Map<String, String> inline)
        implements Identity {

    /**
     * Found by name; its indexes {@code policy}, {@code boundary} and {@code group} by what it refers to, {@code id} by what
     * stays the same when it is renamed.
     */
    static final Kind<User> KIND = Kind.of("iam.user", User.class)
            .index("policy", User::attached)
            .index("boundary", user -> user.boundary().isEmpty() ? List.of() : List.of(user.boundary()))
            .index("group", User::groups)
            .index("id", user -> List.of(user.id()));

    /** Names are unique without regard to case. */
    static String key(String name) {
        return name.toLowerCase(Locale.ROOT);
    }

    @Override
    public String arn() {
        return "arn:aws:iam::" + account + ":user" + path + name;
    }

    User renamed(String newName, String newPath) {
        return new User(account, newName, newPath, id, created, boundary, tags, groups, attached, inline);
    }

    User withBoundary(String arn) {
        return new User(account, name, path, id, created, arn, tags, groups, attached, inline);
    }

    User withTags(Map<String, String> changed) {
        return new User(account, name, path, id, created, boundary, changed, groups, attached, inline);
    }

    User withGroups(List<String> keys) {
        return new User(account, name, path, id, created, boundary, tags, keys, attached, inline);
    }

    User withAttached(List<String> arns) {
        return new User(account, name, path, id, created, boundary, tags, groups, arns, inline);
    }

    User withInline(Map<String, String> documents) {
        return new User(account, name, path, id, created, boundary, tags, groups, attached, documents);
    }
}
