package dev.remora.iam;

import dev.remora.store.Kind;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A group of users, as it is stored. Who is in it, the users say.
 *
 * @param id AGPA…
 */
record Group(
        String account,
        String name,
        String path,
        String id,
        Instant created,
        List<String> attached,
        Map<String, String> inline)
        implements Identity {

    /** Found by name; its index {@code policy} by the ARN of an attached policy. */
    static final Kind<Group> KIND = Kind.of("iam.group", Group.class).index("policy", Group::attached);

    /** Names are unique without regard to case. */
    static String key(String name) {
        return name.toLowerCase(Locale.ROOT);
    }

    @Override
    public String arn() {
        return "arn:aws:iam::" + account + ":group" + path + name;
    }

    Group renamed(String newName, String newPath) {
        return new Group(account, newName, newPath, id, created, attached, inline);
    }

    Group withAttached(List<String> arns) {
        return new Group(account, name, path, id, created, arns, inline);
    }

    Group withInline(Map<String, String> documents) {
        return new Group(account, name, path, id, created, attached, documents);
    }
}
