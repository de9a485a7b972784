package dev.remora.ec2;

import dev.remora.ec2.InstanceRoles.Credentials;
import dev.remora.ec2.InstanceRoles.Profile;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The credentials of an instance's role: the same ones until they near their end, then others, early enough for clients that ask
 * again shortly before it.
 */
final class RoleCredentials {
    /** AWS promises new ones five minutes before the old ones end; its clients ask a quarter of an hour before. */
    static final Duration RENEWED = Duration.ofMinutes(20);

    private final InstanceRoles roles;
    private final InstantSource clock;
    private final String account;
    private final String instanceId;

    private @Nullable Issued last;

    /** @param credentials nothing where EC2 may not assume the role */
    record Issued(String roleArn, Instant at, Optional<Credentials> credentials) {}

    RoleCredentials(InstanceRoles roles, InstantSource clock, String account, String instanceId) {
        this.roles = roles;
        this.clock = clock;
        this.account = account;
        this.instanceId = instanceId;
    }

    Optional<Profile> profile(Instance i) {
        return i.profile().flatMap(p -> roles.profile(account, p.arn()).filter(now -> now.id().equals(p.profileId())));
    }

    synchronized Issued of(Profile profile) {
        Instant now = clock.instant().truncatedTo(ChronoUnit.SECONDS);
        Issued held = last;
        if (held != null && held.roleArn().equals(profile.roleArn())
                && held.credentials().filter(c -> now.isBefore(c.expiration().minus(RENEWED))).isPresent()) {
            return held;
        }
        Issued fresh = new Issued(profile.roleArn(), now, roles.credentials(profile.roleArn(), instanceId));
        last = fresh;
        return fresh;
    }
}
