package dev.remora.organizations;

import dev.remora.store.Kind;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.services.organizations.model.HandshakeState;

/**
 * A handshake that makes an account a member, if the account accepts it.
 *
 * @param id h-…
 * @param account who is invited
 */
record Invitation(
        String organization,
        String id,
        String account,
        String notes,
        Map<String, String> tags,
        HandshakeState state,
        Instant requested) {
    static final Duration LIFE = Duration.ofDays(15);

    /** Found by id; by index {@code account} for whom they are; by {@code organization}. */
    static final Kind<Invitation> KIND = Kind.of("organizations.invitation", Invitation.class)
            .index("account", invitation -> List.of(invitation.account()))
            .index("organization", invitation -> List.of(invitation.organization()));

    Instant expires() {
        return requested.plus(LIFE);
    }

    Invitation in(HandshakeState reached) {
        return new Invitation(organization, id, account, notes, tags, reached, requested);
    }

    /** With the state that it has by now. */
    Invitation at(Instant now) {
        return state == HandshakeState.OPEN && !now.isBefore(expires()) ? in(HandshakeState.EXPIRED) : this;
    }
}
