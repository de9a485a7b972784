package dev.remora.rds;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Base64;
import org.junit.jupiter.api.Test;

class VerifierTest {
    /** The salt, count and password of the example in RFC 7677. */
    @Test
    void isWhatTheRfcsExampleLeadsTo() {
        byte[] salt = Base64.getDecoder().decode("W22ZaJ0SNY7soEsUEjb6gQ==");

        assertThat(Verifier.of(DbEngine.POSTGRES, "pencil", salt))
                .isEqualTo("SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:"
                        + "wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=");
    }

    /** What MariaDB's documentation prints for {@code SELECT PASSWORD('notagoodpwd')}. */
    @Test
    void isWhatMariaDbsPasswordFunctionSays() {
        assertThat(Verifier.of(DbEngine.MYSQL, "notagoodpwd", new byte[0]))
                .isEqualTo("*3A70EE9FC6594F88CE9E959CD51C5A1C002DC937");
    }
}
