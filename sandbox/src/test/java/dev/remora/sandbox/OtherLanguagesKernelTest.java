package dev.remora.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("kernel")
class OtherLanguagesKernelTest {
    private static Lab lab;

    @BeforeAll
    static void open() throws IOException {
        lab = new Lab(0);
    }

    @AfterAll
    static void close() throws IOException {
        lab.close();
    }

    @Test
    void runsJavaByAwsOwnClient() throws IOException {
        String source = """
                import com.amazonaws.services.lambda.runtime.Context;
                import com.amazonaws.services.lambda.runtime.RequestHandler;
                import java.util.Map;
                public class Echo implements RequestHandler<Map<String, Object>, Map<String, Object>> {
                    public Map<String, Object> handleRequest(Map<String, Object> event, Context context) {
                        context.getLogger().log("for " + context.getFunctionName());
                        if (event.containsKey("fail")) throw new IllegalStateException("asked to");
                        return Map.of("got", event.get("a"));
                    }
                }
                """;
        var function = lab.function(Language.JAVA, "Echo::handleRequest").memory(512).file("Echo.java", source);
        compile(function.code());
        try (Sandbox sandbox = function.start()) {
            assertThat(sandbox.init()).as(function.printed.text()).isInstanceOf(Outcome.Answered.class);
            assertThat(Lab.answer(Lab.invoke(sandbox, "{\"a\": 5}"))).isEqualTo("{\"got\":5}");
            assertThat(Lab.answer(Lab.invoke(sandbox, "{\"a\": 6}"))).isEqualTo("{\"got\":6}");
            assertThat(Lab.answer(Lab.invoke(sandbox, "{\"fail\": 1}"))).contains("IllegalStateException", "asked to");
            assertThat(function.printed.text()).contains("for f");
        }
    }

    private static void compile(Path folder) throws IOException {
        Path core = Files.createTempFile("core", ".jar");
        try (var jar = Lab.class.getResourceAsStream("runtime/lib/aws-lambda-java-core.jar")) {
            Files.copy(jar, core, StandardCopyOption.REPLACE_EXISTING);
        }
        int failed = ToolProvider.getSystemJavaCompiler()
                .run(null, null, null, "-cp", core.toString(), "-d", folder.toString(), folder.resolve("Echo.java").toString());
        Files.delete(core);
        assertThat(failed).isZero();
    }

    @Test
    void runsAnyExecutable() throws IOException {
        String bootstrap = """
                #!/bin/bash
                api=http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime/invocation
                while true; do
                  event=$(curl -sS -D /tmp/head $api/next)
                  id=$(grep -i ^lambda-runtime-aws-request-id: /tmp/head | tr -d '\\r' | cut -d' ' -f2)
                  echo "for $_HANDLER"
                  curl -sS -d "{\\"got\\": $event}" $api/$id/response >/tmp/said
                done
                """;
        var function = lab.function(Language.PROVIDED, "whatever").file("bootstrap", bootstrap);
        try (Sandbox sandbox = function.start()) {
            assertThat(sandbox.init()).as(function.printed.text()).isInstanceOf(Outcome.Answered.class);
            for (int i = 0; i < 3; i++) {
                assertThat(Lab.answer(Lab.invoke(sandbox, "" + i))).isEqualTo("{\"got\": " + i + "}");
            }
            String large = "\"" + "x".repeat(100_000) + "\"";
            assertThat(Lab.answer(Lab.invoke(sandbox, large))).contains("got").hasSizeGreaterThan(100_000);
        }
        assertThat(function.printed.lines).containsOnly("for whatever").hasSize(4);
    }

    @Test
    void saysWhatIsMissing() throws IOException {
        assertThat(Lab.answer(lab.function(Language.PROVIDED, "x").init())).isEqualTo("exited exit status 127");
        assertThat(Lab.answer(lab.python("").env("AWS_LAMBDA_EXEC_WRAPPER", "/opt/none").init()))
                .isEqualTo("exited exit status 127");
        assertThat(List.of(Language.values())).allSatisfy(l -> assertThat(lab.sandboxes.interpreter(l)).isPresent());
    }
}
