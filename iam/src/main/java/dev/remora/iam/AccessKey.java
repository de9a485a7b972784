package dev.remora.iam;

import dev.remora.store.Kind;
import java.time.Instant;
import java.util.List;

/**
 * A long-lived access key, as it is stored.
 *
 * @param id AKIA…, from which the account can be read
 * @param user the key of the user that holds it; empty for one of the account's root
 * @param active whether it is good at present
 */
record AccessKey(String account, String id, String user, String secret, boolean active, Instant created) {
    /** Found by id; its index {@code user} by whose it is. */
    static final Kind<AccessKey> KIND = Kind.of("iam.access-key", AccessKey.class).index("user", key -> List.of(key.user()));

    AccessKey withActive(boolean good) {
        return new AccessKey(account, id, user, secret, good, created);
    }

    AccessKey withUser(String key) {
        return new AccessKey(account, id, key, secret, active, created);
    }

    boolean ofRoot() {
        return user.isEmpty();
    }
}
