package dev.remora.app;

import dev.remora.ssm.PublicParameters;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * The names under which AWS and the makers of Linux distributions publish their newest image for x86-64. All are the one image
 * that runs here, the host's system, so that what looks an image up by its parameter finds one that it can start.
 */
final class PublicImages implements PublicParameters {
    private static final List<String> NAMES = List.of(
            "ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64",
            "ami-amazon-linux-latest/al2023-ami-kernel-6.1-x86_64",
            "ami-amazon-linux-latest/al2023-ami-kernel-6.12-x86_64",
            "ami-amazon-linux-latest/al2023-ami-minimal-kernel-default-x86_64",
            "ami-amazon-linux-latest/al2023-ami-minimal-kernel-6.1-x86_64",
            "ami-amazon-linux-latest/amzn2-ami-hvm-x86_64-ebs",
            "ami-amazon-linux-latest/amzn2-ami-hvm-x86_64-gp2",
            "ami-amazon-linux-latest/amzn2-ami-kernel-5.10-hvm-x86_64-ebs",
            "ami-amazon-linux-latest/amzn2-ami-kernel-5.10-hvm-x86_64-gp2",
            "ami-amazon-linux-latest/amzn2-ami-minimal-hvm-x86_64-ebs",
            "canonical/ubuntu/server/22.04/stable/current/amd64/hvm/ebs-gp2/ami-id",
            "canonical/ubuntu/server/24.04/stable/current/amd64/hvm/ebs-gp3/ami-id",
            "debian/daily/bookworm/latest/amd64",
            "debian/daily/trixie/latest/amd64",
            "debian/release/bookworm/latest/amd64",
            "debian/release/trixie/latest/amd64",
            "debian/release/12/latest/amd64",
            "debian/release/13/latest/amd64");

    private final Function<String, Optional<String>> hostImage;

    /** @param hostImage the id of the host's image in a region, where there is one */
    PublicImages(Function<String, Optional<String>> hostImage) {
        this.hostImage = hostImage;
    }

    @Override
    public Map<String, String> in(String region) {
        var values = new HashMap<String, String>();
        hostImage.apply(region).ifPresent(image -> NAMES.forEach(name -> values.put(PATH + name, image)));
        return values;
    }
}
