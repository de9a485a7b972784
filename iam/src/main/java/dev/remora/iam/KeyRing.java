package dev.remora.iam;

import dev.remora.wire.AccessKeys;
import dev.remora.wire.Principal;
import java.time.Instant;
import java.util.regex.Pattern;

/**
 * All access keys: those of sessions, and the ones that every installation knows. The latter need no token, and one that comes
 * with them (development machines often have some AWS_SESSION_TOKEN set) has no meaning.
 */
final class KeyRing implements AccessKeys {
    private static final String WELL_KNOWN = "test";
    private static final String WELL_KNOWN_ACCOUNT = "000000000000";
    private static final Pattern ACCOUNT = Pattern.compile("\\d{12}");

    private final Sessions sessions;
    private final boolean wellKnownKeys;

    KeyRing(Sessions sessions, boolean wellKnownKeys) {
        this.sessions = sessions;
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
        return sessions.find(accessKeyId, sessionToken, now);
    }
}
