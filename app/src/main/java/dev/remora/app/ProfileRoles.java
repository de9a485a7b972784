package dev.remora.app;

import dev.remora.ec2.InstanceRoles;
import dev.remora.iam.ProfileAccess;
import dev.remora.iam.RoleAccess;
import java.time.Duration;
import java.util.Optional;

/** The roles of instances, by IAM's instance profiles. */
final class ProfileRoles implements InstanceRoles {
    private static final String SERVICE = "ec2.amazonaws.com";
    private static final Duration LIFE = Duration.ofHours(6);

    private final ProfileAccess profiles;
    private final RoleAccess roles;

    ProfileRoles(ProfileAccess profiles, RoleAccess roles) {
        this.profiles = profiles;
        this.roles = roles;
    }

    @Override
    public Optional<Profile> profile(String account, String nameOrArn) {
        return profiles.find(account, nameOrArn).map(p -> new Profile(p.arn(), p.id(), p.roleArn()));
    }

    @Override
    public Optional<Credentials> credentials(String roleArn, String session) {
        if (!roles.assumableBy(roleArn, SERVICE)) {
            return Optional.empty();
        }
        var issued = roles.issue(roleArn, session, "", LIFE);
        return Optional.of(new Credentials(
                issued.accessKeyId(), issued.secretAccessKey(), issued.sessionToken(), issued.expiration()));
    }
}
