package dev.remora.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class ChecksumTest {
    private static String of(Checksum algorithm, byte[] content, int from, int to) {
        var running = algorithm.start();
        running.update(content, from, to - from);
        return running.value().base64();
    }

    /** The check values of the catalogue of CRC algorithms, and FIPS 180's digests of the same text. */
    @ParameterizedTest
    @CsvSource({
        "CRC32, cbf43926",
        "CRC32C, e3069283",
        "CRC64NVME, ae8b14860a799888",
        "SHA1, f7c3bc1d808e04732adf679965ccc34ca7ae3441",
        "SHA256, 15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225"
    })
    void haveTheirCheckValues(Checksum algorithm, String hex) {
        byte[] digits = "123456789".getBytes(StandardCharsets.UTF_8);
        String value = of(algorithm, digits, 0, digits.length);
        assertThat(HexFormat.of().formatHex(Base64.getDecoder().decode(value))).isEqualTo(hex);
        assertThat(algorithm.fits(value)).isTrue();
        assertThat(algorithm.fits("AAA=")).isFalse();
        assertThat(algorithm.fits("?")).isFalse();
    }

    @ParameterizedTest
    @EnumSource(names = {"CRC32", "CRC32C", "CRC64NVME"})
    void ofPiecesCombineToThatOfTheWhole(Checksum algorithm) {
        byte[] content = new byte[100_003];
        new Random(1).nextBytes(content);
        for (int cut : new int[] {0, 1, 7, 50_000, content.length}) {
            assertThat(algorithm.combine(
                            of(algorithm, content, 0, cut), of(algorithm, content, cut, content.length), content.length - cut))
                    .isEqualTo(of(algorithm, content, 0, content.length));
        }
    }
}
