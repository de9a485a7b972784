package dev.remora.ec2;

import java.time.Instant;
import java.util.Optional;

/** How instances come to have roles. */
public interface InstanceRoles {
    /** An installation without profiles. */
    InstanceRoles NONE = new InstanceRoles() {
        @Override
        public Optional<Profile> profile(String account, String nameOrArn) {
            return Optional.empty();
        }

        @Override
        public Optional<Credentials> credentials(String roleArn, String session) {
            return Optional.empty();
        }
    };

    /** The profile of an account with that name or ARN. */
    Optional<Profile> profile(String account, String nameOrArn);

    /** Fresh credentials of a session of the role; nothing if EC2 may not assume it. */
    Optional<Credentials> credentials(String roleArn, String session);

    /** @param roleArn empty if the profile has no role */
    record Profile(String arn, String id, String roleArn) {}

    record Credentials(String accessKeyId, String secretAccessKey, String token, Instant expiration) {}
}
