package dev.remora.iam;

import dev.remora.store.Kind;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * An instance profile, as it is stored.
 *
 * @param id AIPA…
 * @param roles keys of its roles: none or one
 */
record InstanceProfile(
        String account, String name, String path, String id, Instant created, List<String> roles, Map<String, String> tags) {

    /** Found by name; its index {@code role} by the key of its role. */
    static final Kind<InstanceProfile> KIND =
            Kind.of("iam.instance-profile", InstanceProfile.class).index("role", InstanceProfile::roles);

    /** Names are unique without regard to case. */
    static String key(String name) {
        return name.toLowerCase(Locale.ROOT);
    }

    String arn() {
        return "arn:aws:iam::" + account + ":instance-profile" + path + name;
    }

    InstanceProfile withRoles(List<String> keys) {
        return new InstanceProfile(account, name, path, id, created, keys, tags);
    }

    InstanceProfile withTags(Map<String, String> changed) {
        return new InstanceProfile(account, name, path, id, created, roles, changed);
    }
}
