package dev.remora.organizations;

import dev.remora.store.Kind;
import java.time.Instant;
import java.util.List;

/**
 * A request that made an account; it is done when it is answered.
 *
 * @param id car-…
 */
record CreatedAccount(String organization, String id, String name, String account, Instant when) {
    /** Found by id, and by index {@code organization}. */
    static final Kind<CreatedAccount> KIND = Kind.of("organizations.created-account", CreatedAccount.class)
            .index("organization", made -> List.of(made.organization()));
}
