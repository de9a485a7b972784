package dev.remora.wire;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Locale;
import java.util.Optional;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/** The checksums that clients send with a body, in a header or behind it ("Checking object integrity" in the S3 user guide). */
public enum Checksum {
    CRC32(4, 0xedb88320L),
    CRC32C(4, 0x82f63b78L),
    CRC64NVME(8, Crc64Nvme.POLYNOMIAL),
    SHA1(20, 0),
    SHA256(32, 0);

    private static final String PREFIX = "x-amz-checksum-";

    private final int bytes;
    /** Of a CRC, with its bits reflected; zero for a digest. */
    private final long polynomial;

    Checksum(int bytes, long polynomial) {
        this.bytes = bytes;
        this.polynomial = polynomial;
    }

    /** A checksum of something, as it is written in headers. */
    public record Value(Checksum algorithm, String base64) {}

    /** Adds up bytes as they come. */
    public static final class Running {
        private final Checksum algorithm;
        private final java.util.zip.@Nullable Checksum crc;
        private final @Nullable MessageDigest digest;

        private Running(Checksum algorithm) {
            this.algorithm = algorithm;
            this.crc = switch (algorithm) {
                case CRC32 -> new CRC32();
                case CRC32C -> new CRC32C();
                case CRC64NVME -> new Crc64Nvme();
                case SHA1, SHA256 -> null;
            };
            this.digest = crc != null ? null : digest(algorithm == SHA1 ? "SHA-1" : "SHA-256");
        }

        public void update(byte[] content, int offset, int length) {
            if (crc != null) {
                crc.update(content, offset, length);
            } else if (digest != null) {
                digest.update(content, offset, length);
            }
        }

        /** The end; nothing is added afterwards. */
        public Value value() {
            byte[] raw = digest != null ? digest.digest() : crc != null ? algorithm.raw(crc.getValue()) : new byte[0];
            return new Value(algorithm, Base64.getEncoder().encodeToString(raw));
        }
    }

    private static MessageDigest digest(String name) {
        try {
            return MessageDigest.getInstance(name);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has " + name, e);
        }
    }

    public Running start() {
        return new Running(this);
    }

    /** The header that carries it, in lower case. */
    public String header() {
        return PREFIX + name().toLowerCase(Locale.ROOT);
    }

    /** Whether checksums of pieces can be put together to that of the whole. */
    public boolean combines() {
        return polynomial != 0;
    }

    /** Whether a text can be a value of it. */
    public boolean fits(String base64) {
        try {
            return Base64.getDecoder().decode(base64).length == bytes;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    static Optional<Checksum> ofHeader(String name) {
        for (Checksum algorithm : values()) {
            if (algorithm.header().equalsIgnoreCase(name)) {
                return Optional.of(algorithm);
            }
        }
        return Optional.empty();
    }

    /**
     * The checksum of two pieces, one behind the other. With what is added before and after a CRC being the same, the
     * whole is the first's remainder times x to the number of the second's bits, plus the second's. (As zlib's
     * crc32_combine.)
     */
    public String combine(String first, String second, long secondLength) {
        long shift = power(secondLength);
        return Base64.getEncoder().encodeToString(raw(times(number(first), shift) ^ number(second)));
    }

    private long top() {
        return 1L << 8 * bytes - 1;
    }

    /** x to the power of eight times {@code length}, reduced. */
    private long power(long length) {
        long result = top();
        long square = top() >>> 8;
        for (long left = length; left != 0; left >>>= 1) {
            if ((left & 1) == 1) {
                result = times(result, square);
            }
            square = times(square, square);
        }
        return result;
    }

    /** The product of two polynomials whose highest coefficient is the lowest bit, reduced. */
    private long times(long a, long b) {
        long product = 0;
        long factor = b;
        for (long bit = top(); bit != 0; bit >>>= 1) {
            if ((a & bit) != 0) {
                product ^= factor;
            }
            factor = (factor & 1) == 0 ? factor >>> 1 : factor >>> 1 ^ polynomial;
        }
        return product;
    }

    private long number(String base64) {
        long number = 0;
        for (byte b : Base64.getDecoder().decode(base64)) {
            number = number << 8 | b & 0xff;
        }
        return number;
    }

    private byte[] raw(long value) {
        return bytes == 8 ? ByteBuffer.allocate(8).putLong(value).array() : ByteBuffer.allocate(4).putInt((int) value).array();
    }
}
