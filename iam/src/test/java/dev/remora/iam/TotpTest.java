package dev.remora.iam;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TotpTest {
    private static final long NOW = 1000;
    private static final long NONE_USED = 0;

    /** The seed of RFC 6238, appendix B. */
    private final Totp totp = new Totp(HexFormat.of().formatHex("12345678901234567890".getBytes(StandardCharsets.US_ASCII)));

    /** The SHA-1 rows of the appendix; it prints eight digits, of which these are the last six. */
    @ParameterizedTest
    @CsvSource({"59, 287082", "1111111109, 081804", "1111111111, 050471", "1234567890, 005924", "2000000000, 279037",
        "20000000000, 353130"})
    void codesAreThoseOfTheStandard(long seconds, String code) {
        assertThat(totp.code(Totp.step(Instant.ofEpochSecond(seconds)))).isEqualTo(code);
    }

    @Test
    void theSeedIsToldInBase32() {
        assertThat(totp.base32()).isEqualTo("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        assertThat(new Totp("00".repeat(40)).base32()).isEqualTo("A".repeat(64));
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, 0, 1})
    void aCodeMayBeAStepEarlyOrLate(long away) {
        assertThat(totp.accept(totp.code(NOW + away), NOW, NONE_USED)).hasValue(NOW + away);
    }

    @ParameterizedTest
    @ValueSource(longs = {-2, 2})
    void noOtherCodeIsGood(long away) {
        assertThat(totp.accept(totp.code(NOW + away), NOW, NONE_USED)).isEmpty();
    }

    @Test
    void whatWasUsedAndWhatCameBeforeItIsNotGood() {
        assertThat(totp.accept(totp.code(NOW), NOW, NOW)).isEmpty();
        assertThat(totp.accept(totp.code(NOW - 1), NOW, NOW)).isEmpty();
        assertThat(totp.accept(totp.code(NOW + 1), NOW, NOW)).hasValue(NOW + 1);
    }

    @ParameterizedTest
    @ValueSource(longs = {-1440, -40, 0, 1, 1440})
    void twoCodesTellTheClock(long away) {
        assertThat(totp.synchronize(totp.code(NOW * 3 + away - 1), totp.code(NOW * 3 + away), NOW * 3, NONE_USED))
                .hasValue(NOW * 3 + away);
    }

    @Test
    void twoCodesMustFollowEachOtherAndBeFresh() {
        assertThat(totp.synchronize(totp.code(NOW), totp.code(NOW - 1), NOW, NONE_USED)).isEmpty();
        assertThat(totp.synchronize(totp.code(NOW - 2), totp.code(NOW), NOW, NONE_USED)).isEmpty();
        assertThat(totp.synchronize(totp.code(NOW), totp.code(NOW), NOW, NONE_USED)).isEmpty();
        assertThat(totp.synchronize(totp.code(NOW - 1), totp.code(NOW), NOW, NOW - 1)).isEmpty();
        assertThat(totp.synchronize(totp.code(NOW + 1441), totp.code(NOW + 1442), NOW, NONE_USED)).isEmpty();
    }
}
