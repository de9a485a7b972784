package dev.remora.iam;

import dev.remora.store.Kind;
import java.time.Instant;
import java.util.List;

/**
 * A user's password for the console, as it is stored.
 *
 * @param user the key of the user
 * @param hashes of its passwords, the present one first
 * @param resetRequired whether the user must choose another at the next sign-in
 */
record LoginProfile(String account, String user, List<String> hashes, boolean resetRequired, Instant created) {
    /** Found by the user's key. */
    static final Kind<LoginProfile> KIND = Kind.of("iam.login-profile", LoginProfile.class);

    LoginProfile withUser(String key) {
        return new LoginProfile(account, key, hashes, resetRequired, created);
    }

    LoginProfile withResetRequired(boolean required) {
        return new LoginProfile(account, user, hashes, required, created);
    }

    LoginProfile withHashes(List<String> newestFirst) {
        return new LoginProfile(account, user, newestFirst, resetRequired, created);
    }
}
