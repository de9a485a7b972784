package dev.remora.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("e2e")
@ExtendWith(SharedServer.class)
@DisplayName("Runtimes")
class RuntimesTest {
    @ParameterizedTest
    @ValueSource(strings = {"python3.9", "python3.13"})
    @DisplayName("python3.* run on the host's Python")
    void python(String runtime, Account account) {
        var functions = Functions.of(account);
        functions.create(
                "f",
                runtime,
                "pkg/app.main",
                functions.role("r"),
                Zips.of(Map.of("pkg/app.py", "def main(e, c): return e['n'] + 1")),
                f -> f);
        assertThat(functions.invoke("f", "{\"n\":41}").payload()).isEqualTo("42");
    }

    @Test
    @DisplayName("nodejs* run CommonJS and ES modules, async and with a callback")
    void node(Account account) {
        var functions = Functions.of(account);
        String role = functions.role("r");
        functions.create(
                "esm",
                "nodejs22.x",
                "index.handler",
                role,
                Zips.of(Map.of("index.mjs", "export const handler = async (e) => e.n + 1;")),
                f -> f);
        functions.create(
                "callback",
                "nodejs20.x",
                "index.handler",
                role,
                Zips.of(Map.of("index.js", "exports.handler = (e, c, done) => done(null, e.n + 2);")),
                f -> f);
        functions.create(
                "fails",
                "nodejs20.x",
                "index.handler",
                role,
                Zips.of(Map.of("index.js", "exports.handler = async () => { throw new TypeError('no'); };")),
                f -> f);
        assertThat(functions.invoke("esm", "{\"n\":41}").payload()).isEqualTo("42");
        assertThat(functions.invoke("callback", "{\"n\":40}").payload()).isEqualTo("42");
        assertThat(functions.invoke("fails", "{}").payload())
                .contains("\"errorType\":\"TypeError\"", "\"errorMessage\":\"no\"", "\"trace\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"java21", "java25"})
    @DisplayName("java21 and java25 run on AWS's runtime interface client")
    void java(String runtime, @TempDir Path folder, Account account) throws IOException {
        Path source = Files.writeString(
                folder.resolve("Echo.java"),
                """
            public class Echo { public java.util.Map<String, Object> handle(java.util.Map<String, Object> event) {
                if (event.containsKey("fail")) throw new IllegalStateException("as asked");
                return java.util.Map.of("got", event); } }
            """);
        assertThat(ToolProvider.getSystemJavaCompiler()
                        .run(null, null, null, "--release", "21", "-d", folder.toString(), source.toString()))
                .isZero();
        Path zip = Zips.of(Map.of(), Map.of(".", folder));
        var functions = Functions.of(account);
        functions.create("f", runtime, "Echo::handle", functions.role("r"), zip, f -> f.memorySize(512));
        assertThat(functions.invoke("f", "{\"a\":1}").payload()).isEqualTo("{\"got\":{\"a\":1}}");
        assertThat(functions.invoke("f", "{\"fail\":1}").payload())
                .contains("\"errorType\":\"java.lang.IllegalStateException\"", "as asked");
    }

    @Test
    @DisplayName("provided.al2023 runs the executable called bootstrap")
    void provided(Account account) {
        var functions = Functions.of(account);
        functions.create(
                "f",
                "provided.al2023",
                "any.thing",
                functions.role("r"),
                Zips.of(
                        Map.of(
                                "bootstrap",
                                """
            #!/bin/bash
            api="http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime"
            exec python3 - "$api" <<'P'
            import sys, urllib.request as u
            api = sys.argv[1]
            while True:
                event = u.urlopen(api + '/invocation/next')
                id = event.headers['Lambda-Runtime-Aws-Request-Id']
                u.urlopen(u.Request(f'{api}/invocation/{id}/response', data=b'{"seen":' + event.read() + b'}', method='POST'))
            P
            """)),
                f -> f);
        assertThat(functions.invoke("f", "[1,2]").payload()).isEqualTo("{\"seen\":[1,2]}");
    }

    @Test
    @DisplayName("--strict-runtimes refuses a version that the host does not have")
    void strict() {
        try (var server = Server.start("--ephemeral", "--strict-runtimes")) {
            var functions = Functions.of(Account.fresh(server));
            assertThatThrownBy(() -> functions.python(
                            "f", functions.role("r"), "def handler(e, c): return 1", f -> f.runtime("python3.9")))
                    .hasMessageContaining("python3.9");
        }
    }
}
