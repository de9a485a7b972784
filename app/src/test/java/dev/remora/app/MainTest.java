package dev.remora.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MainTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private int run(String... args) {
        return Main.run(List.of(args), new PrintStream(out, true), new PrintStream(err, true));
    }

    @Test
    void printsItsVersion() {
        assertThat(run("version")).isZero();
        assertThat(out.toString()).startsWith("remora ");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "start --colour red | there is no option '--colour'.",
                "start --port | the option '--port' needs a value.",
                "start --port many | 'many' is not a port.",
                "start --port=65536 | '65536' is not a port.",
                "start --internet=maybe | --internet is 'host' or 'closed', not 'maybe'.",
                "start now | 'now' is one argument too many.",
                "forward db | PORT is missing.",
                "drops | FUNCTION is missing.",
                "dance | there is no command 'dance'."
            })
    void answersWrongUseWithTwoAndOneHint(String line, String message) {
        assertThat(run(line.split(" "))).isEqualTo(2);
        assertThat(err.toString()).isEqualTo("remora: " + message + "\nTry 'remora --help'.\n");
    }

    @Test
    void saysInOneLineWhatItsUserCanChange() {
        assertThat(run("start", "--ephemeral", "--data", "/nowhere")).isEqualTo(1);
        assertThat(err.toString()).isEqualTo("remora: --ephemeral makes a data folder of its own: leave out --data.\n");
        assertThat(run("start", "--data", "/" + "long".repeat(20))).isEqualTo(1);
    }
}
