package dev.remora.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

class MainTest {
    private final StringWriter err = new StringWriter();
    private final StringWriter out = new StringWriter();

    private int run(String... args) {
        return Main.commandLine()
                .setErr(new PrintWriter(err, true))
                .setOut(new PrintWriter(out, true))
                .execute(args);
    }

    @Test
    void printsItsVersion() {
        assertThat(run("version")).isZero();
        assertThat(out.toString()).startsWith("remora ");
    }

    @Test
    void answersWrongUseWithTwoAndOneHint() {
        assertThat(run("start", "--colour", "red")).isEqualTo(2);
        assertThat(err.toString()).isEqualTo("remora: Unknown options: '--colour', 'red'\nTry 'remora --help'.\n");
    }

    @Test
    void answersANumberThatIsNoneWithTwo() {
        assertThat(run("start", "--port", "many")).isEqualTo(2);
        assertThat(run("start", "--internet", "maybe")).isEqualTo(2);
        assertThat(run("forward", "db")).isEqualTo(2);
    }

    @Test
    void saysInOneLineWhatItsUserCanChange() {
        assertThat(run("start", "--ephemeral", "--data", "/nowhere")).isEqualTo(1);
        assertThat(err.toString()).isEqualTo("remora: --ephemeral makes a data folder of its own: leave out --data.\n");
    }
}
