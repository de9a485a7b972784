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

    /** Found by name; its indexes {@code policy}, {@code boundary} and {@code group} by what it refers to. */
    static final Kind<User> KIND = Kind.of("iam.user", User.class)
            .index("policy", User::attached)
            .index("boundary", user -> user.boundary().isEmpty() ? List.of() : List.of(user.boundary()))
            .index("group", User::groups);

    /** Names are unique without regard to case. */
    static String key(String name) {
        return name.toLowerCase(Locale.ROOT);
    }

    @Override
    public String arn() {
        return "arn:aws:iam::" + account + ":user" + path + name;
    }
}
