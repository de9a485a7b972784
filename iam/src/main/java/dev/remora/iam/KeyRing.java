package dev.remora.iam;

import dev.remora.store.Scope;
import dev.remora.store.Store;
import dev.remora.store.View;
import dev.remora.wire.AccessKeys;
import dev.remora.wire.Principal;
import dev.remora.wire.SessionTerms;
import java.time.Instant;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * All access keys: those of users and of accounts' roots, those of sessions, and the ones that every installation knows. The last
 * need no token, and one that comes with them (development machines often have some AWS_SESSION_TOKEN set) has no meaning.
 */
final class KeyRing implements AccessKeys {
    private static final String WELL_KNOWN = "test";
    private static final String WELL_KNOWN_ACCOUNT = "000000000000";
    private static final Pattern ACCOUNT = Pattern.compile("\\d{12}");

    private final Store store;
    private final Sessions sessions;
    private final LastUse lastUse;
    private final boolean wellKnownKeys;

    KeyRing(Store store, Sessions sessions, LastUse lastUse, boolean wellKnownKeys) {
        this.store = store;
        this.sessions = sessions;
        this.lastUse = lastUse;
        this.wellKnownKeys = wellKnownKeys;
    }

    @Override
    public Found find(String accessKeyId, String sessionToken, Instant now) {
        if (wellKnownKeys && accessKeyId.equals(WELL_KNOWN)) {
            return new Holder(new Principal.Root(WELL_KNOWN_ACCOUNT), WELL_KNOWN, true);
        }
        if (wellKnownKeys && ACCOUNT.matcher(accessKeyId).matches()) {
            return new Holder(new Principal.Root(accessKeyId), WELL_KNOWN, true);
        }
        return accessKeyId.startsWith(KeyId.LONG_LIVED)
                ? longLived(accessKeyId, sessionToken)
                : sessions.find(accessKeyId, sessionToken, now);
    }

    /** A key that is not active is as unknown as one that was deleted; none of them has a token. */
    private Found longLived(String accessKeyId, String sessionToken) {
        if (!sessionToken.isEmpty()) {
            return Absent.UNKNOWN;
        }
        View view = store.view();
        return KeyId.account(accessKeyId)
                .flatMap(account -> view.get(AccessKey.KIND, Scope.global(account), accessKeyId))
                .filter(AccessKey::active)
                .flatMap(key -> holder(key, view).map(holder -> (Found) new Holder(holder, key.secret(), false)))
                .orElse(Absent.UNKNOWN);
    }

    private static Optional<Principal> holder(AccessKey key, View view) {
        if (key.ofRoot()) {
            return Optional.of(new Principal.Root(key.account()));
        }
        return LongTermKeys.holder(key, view).map(user ->
                new Principal.User(user.account(), user.path(), user.name(), user.id(), SessionTerms.NONE));
    }

    @Override
    public void used(Principal holder, String accessKeyId, String service, String region, Instant now) {
        if (accessKeyId.startsWith(KeyId.LONG_LIVED)) {
            lastUse.used(holder.account(), accessKeyId, service, region, now);
        } else if (holder instanceof Principal.RoleSession session) {
            lastUse.used(session.account(), session.roleId(), service, region, now);
        }
    }
}
