package dev.remora.iam;

import dev.remora.store.Kind;
import dev.remora.store.Scope;
import dev.remora.store.View;
import java.util.Optional;

/** The name that an account goes by, as it is stored. No two accounts have the same. */
record AccountAlias(String account, String alias) {
    /** One an account, under its number. */
    static final Kind<AccountAlias> KIND = Kind.of("iam.account-alias", AccountAlias.class);

    static Optional<AccountAlias> of(String account, View view) {
        return view.get(KIND, Scope.global(account), account);
    }
}
