package dev.remora.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.remora.net.NatKey;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The parts that are a page or less: lines, words, reasons, error documents, versions, variables. */
class SmallPartsTest {
    private static final SandboxConfig CONFIG = SandboxConfig.in(Path.of("/run/remora-test"));

    private static List<String> lines(String... chunks) {
        List<String> lines = new ArrayList<>();
        Lines cutter = new Lines(lines::add);
        for (String chunk : chunks) {
            byte[] bytes = chunk.getBytes(StandardCharsets.UTF_8);
            cutter.add(bytes, bytes.length);
        }
        cutter.flush();
        cutter.flush();
        return lines;
    }

    @Test
    void outputIsCutIntoLines() {
        assertThat(lines("a\nb", "c\r\n\n", "d")).containsExactly("a", "bc", "", "d");
        assertThat(lines("ü".repeat(2) + "\n")).containsExactly("üü");
        String longest = "x".repeat(Lines.MAX_LINE);
        assertThat(lines(longest + "y\n")).containsExactly(longest, "y");
        assertThat(lines(longest, "\nz\n")).containsExactly(longest, "", "z");
    }

    @Test
    void endsAreWordedAsLambdaDoes() {
        assertThat(EndReason.of(new Cell.Exit(0, false, 0))).isEmpty();
        assertThat(EndReason.of(new Cell.Exit(127 << 8, false, 0))).isEqualTo("exit status 127");
        assertThat(EndReason.of(new Cell.Exit(9, false, 0))).isEqualTo("signal: killed");
        assertThat(EndReason.of(new Cell.Exit(11, false, 0))).isEqualTo("signal: segmentation fault");
        assertThat(EndReason.of(new Cell.Exit(6, false, 0))).isEqualTo("signal: aborted");
        assertThat(EndReason.of(new Cell.Exit(64, false, 0))).isEqualTo("signal: signal 64");
    }

    @Test
    void errorTypesAreFoundInWhatARuntimePosts() {
        assertThat(type("{\"errorMessage\": \"m\", \"stackTrace\": [{\"errorType\": \"no\"}], \"errorType\": \"E\"}"))
                .isEqualTo("E");
        for (String other : List.of("", "7", "[]", "{", "{\"errorType\": 5}", "{\"a\": {\"errorType\": \"x\"}}", "\0\1")) {
            assertThat(type(other)).as(other).isEqualTo("Runtime.Unknown");
        }
    }

    private static String type(String document) {
        return ErrorDocument.type(document.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void wordsEndInZeroBytes() {
        byte[] frame = new Words().put("a", "b").put("n", 5).bind("ro", Path.of("/x"), "/y").frame('S');
        assertThat(new String(frame, StandardCharsets.ISO_8859_1))
                .isEqualTo("S\21\0\0\0a\0b\0n\0005\0ro\0/x\0/y\0");
        assertThat(Words.read("p\0q\0".getBytes(StandardCharsets.UTF_8))).containsExactly("p", "q");
        assertThatThrownBy(() -> new Words().put("a", "x\0argument\0/bin/sh")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Words().put("a", "x".repeat(Words.MAX_FRAME)).frame('S'))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void versionsAreRead() {
        assertThat(Interpreters.firstVersion("Python 3.11.2\n")).isEqualTo("3.11.2");
        assertThat(Interpreters.firstVersion("v20.20.2")).isEqualTo("20.20.2");
        assertThat(Interpreters.firstVersion("JAVA_VERSION=\"25.0.3\"")).isEqualTo("25.0.3");
        assertThat(Interpreters.firstVersion("none")).isEmpty();
    }

    private static SandboxSpec spec(Language language, Map<String, String> environment) {
        return new SandboxSpec(
                "0".repeat(32), "f", language, "index.handler", Path.of("/nothing"), List.of(), environment, 128, 512, 72,
                Duration.ofSeconds(10), NatKey.INTERNET, false, (time, line) -> {});
    }

    @Test
    void onlyVariablesThatAreReadLateFitAPreparedInterpreter() {
        assertThat(PreparedPool.fits(spec(Language.PYTHON, Map.of("TABLE", "t", "AWS_REGION", "r", "TZ", "Europe/Bern"))))
                .isTrue();
        assertThat(PreparedPool.fits(spec(Language.NODE, Map.of("NODE_ENV", "production")))).isTrue();
        assertThat(PreparedPool.fits(spec(Language.JAVA, Map.of()))).isFalse();
        for (String name : List.of("NODE_OPTIONS", "PYTHONPATH", "PYTHONUNBUFFERED", "LD_PRELOAD", "AWS_LAMBDA_EXEC_WRAPPER",
                "LANG")) {
            assertThat(PreparedPool.fits(spec(Language.NODE, Map.of(name, "x")))).as(name).isFalse();
        }
    }

    @Test
    void aFunctionCannotChangeWhatItsRuntimeDependsOn() {
        Bootstrap bootstrap = new Bootstrap(new Interpreters(CONFIG.javaHome()), CONFIG);
        Map<String, String> variables = bootstrap.environment(
                spec(Language.PYTHON, Map.of("PATH", "/mine", "AWS_LAMBDA_RUNTIME_API", "elsewhere:80", "_HANDLER",
                        "other.one")));
        assertThat(variables)
                .containsEntry("PATH", "/mine")
                .containsEntry("AWS_LAMBDA_RUNTIME_API", "127.0.0.1:9001")
                .containsEntry("_HANDLER", "index.handler")
                .containsEntry("PYTHONPATH", "/var/runtime")
                .containsEntry("TZ", ":UTC");
        assertThat(bootstrap.command(spec(Language.JAVA, Map.of()))).contains("-Xmx96m", "index.handler");
        assertThat(bootstrap.command(spec(Language.PROVIDED, Map.of()))).containsExactly("/opt/bootstrap");
        assertThat(bootstrap.command(spec(Language.PYTHON, Map.of("AWS_LAMBDA_EXEC_WRAPPER", "/opt/w"))).getFirst())
                .isEqualTo("/opt/w");
    }

    @Test
    void theConfigurationIsCheckedAtTheDoor() {
        assertThatThrownBy(() -> SandboxConfig.in(Path.of("relative"))).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> SandboxConfig.in(Path.of("/" + "x".repeat(100)))).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> CONFIG.withSpare(0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> CONFIG.withPrepared(1000)).isInstanceOf(IllegalArgumentException.class);
    }
}
