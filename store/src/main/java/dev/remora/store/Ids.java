package dev.remora.store;

import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.UUID;

/** Where ids come from; injected, so that tests can know them. */
public interface Ids {
    /** {@code bytes} random bytes as lower-case hexadecimal digits. */
    String hex(int digits);

    /** An id in EC2's form: the prefix, a hyphen and seventeen hexadecimal digits, e.g. {@code vpc-0a1b2c3d4e5f60718}. */
    default String resource(String prefix) {
        return prefix + "-0" + hex(16);
    }

    /** A UUID, as request ids and revision ids are. */
    default String uuid() {
        String h = hex(32);
        return new UUID(Long.parseUnsignedLong(h, 0, 16, 16), Long.parseUnsignedLong(h, 16, 32, 16)).toString();
    }

    static Ids random() {
        var random = new SecureRandom();
        return digits -> {
            byte[] bytes = new byte[(digits + 1) / 2];
            random.nextBytes(bytes);
            return HexFormat.of().formatHex(bytes).substring(0, digits);
        };
    }
}
