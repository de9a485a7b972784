package dev.remora.ssm;

import java.util.Map;

/**
 * The parameters below {@code /aws/service/} that AWS publishes for everybody, read-only, for example the image ids of its
 * operating systems. Whoever puts the server together says what they hold.
 */
@FunctionalInterface
public interface PublicParameters {
    /** Where they are. */
    String PATH = "/aws/service/";

    /** None at all: each is answered as not found. */
    PublicParameters NONE = region -> Map.of();

    /** Values by full name, e.g. {@code /aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64}, in a region. */
    Map<String, String> in(String region);
}
