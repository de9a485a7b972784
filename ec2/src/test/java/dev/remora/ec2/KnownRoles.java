package dev.remora.ec2;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** One profile, {@code web}, whose role's credentials are numbered; EC2 may assume the role or not. */
final class KnownRoles implements InstanceRoles {
    static final Profile WEB = new Profile(
            "arn:aws:iam::000000000000:instance-profile/web", "AIPAWEB", "arn:aws:iam::000000000000:role/path/web-role");

    volatile boolean assumable = true;
    volatile Instant now = Ec2Lab.NOW;
    private int issued;

    @Override
    public Optional<Profile> profile(String account, String nameOrArn) {
        return Optional.of(WEB).filter(p -> nameOrArn.equals("web") || nameOrArn.equals(p.arn()));
    }

    @Override
    public synchronized Optional<Credentials> credentials(String roleArn, String session) {
        return assumable
                ? Optional.of(new Credentials("ASIA" + ++issued, "secret", session, now.plus(Duration.ofHours(1))))
                : Optional.empty();
    }
}
