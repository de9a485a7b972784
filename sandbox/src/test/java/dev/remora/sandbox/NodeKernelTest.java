package dev.remora.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("kernel")
class NodeKernelTest {
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
    void answersByPromiseCallbackOrNothing() throws IOException {
        assertThat(Lab.answer(lab.node("exports.handler = async (event) => ({ got: event })").once("[1]")))
                .isEqualTo("{\"got\":[1]}");
        assertThat(Lab.answer(lab.node("exports.handler = (e, c, callback) => { setTimeout(() => callback(null, 'late'), 20) }")
                .once("{}")))
                .isEqualTo("\"late\"");
        assertThat(Lab.answer(lab.node("exports.handler = () => {}").once("{}"))).isEqualTo("null");
        String impatient = """
                exports.handler = (event, context, callback) => {
                  context.callbackWaitsForEmptyEventLoop = false;
                  setTimeout(() => {}, 60000);
                  callback(null, 'now');
                }""";
        assertThat(Lab.answer(lab.node(impatient).once("{}"))).isEqualTo("\"now\"");
        String patient = "exports.handler = (e, c, callback) => { setTimeout(() => {}, 60000); callback(null, 'never') }";
        try (Sandbox sandbox = lab.node(patient).start()) {
            sandbox.init();
            assertThat(Lab.invoke(sandbox, "{}", Duration.ofMillis(400))).isInstanceOf(Outcome.TimedOut.class);
        }
    }

    @Test
    void keepsStateBetweenInvocations() throws IOException {
        try (Sandbox sandbox = lab.node("let n = 0; exports.handler = async () => ++n").start()) {
            sandbox.init();
            for (int i = 1; i <= 5; i++) {
                assertThat(Lab.answer(Lab.invoke(sandbox, "{}"))).isEqualTo("" + i);
            }
        }
    }

    @Test
    void loadsModulesOfBothKinds() throws IOException {
        var byName = lab.function(Language.NODE, "src/app.handler")
                .file("src/app.mjs", "export const handler = async () => import.meta.url");
        assertThat(Lab.answer(byName.once("{}"))).isEqualTo("\"file:///var/task/src/app.mjs\"");
        var byPackage = lab.function(Language.NODE, "index.handler")
                .file("package.json", "{\"type\": \"module\"}")
                .file("index.js", "import { readFileSync } from 'fs'; const x = await 5; export const handler = async () => x");
        assertThat(Lab.answer(byPackage.once("{}"))).isEqualTo("5");
        var fromLayer = lab.node("const m = require('mine'); exports.handler = async () => m")
                .layer("nodejs/node_modules/mine/index.js", "module.exports = 'of the layer'");
        assertThat(Lab.answer(fromLayer.once("{}"))).isEqualTo("\"of the layer\"");
    }

    @Test
    void reportsErrors() throws IOException {
        var function = lab.node("exports.handler = async () => { throw new TypeError('wrong') }");
        assertThat(Lab.answer(function.once("{}")))
                .startsWith("TypeError {\"errorType\":\"TypeError\",\"errorMessage\":\"wrong\",\"trace\":"
                        + "[\"TypeError: wrong\",\"    at "
                        + "exports.handler (/var/task/index.js:1:");
        assertThat(function.printed.text())
                .matches("(?s).*Z\t8f5cf2a3-[-0-9]+\tERROR\tInvoke Error \t\\{\"errorType\":\"TypeError\".*");
        assertThat(Lab.answer(lab.node("require('not-there'); exports.handler = 1").init()))
                .startsWith("Runtime.ImportModuleError");
        assertThat(Lab.answer(lab.function(Language.NODE, "none.handler").init()))
                .contains("Runtime.ImportModuleError", "Error: Cannot find module 'none'");
        assertThat(Lab.answer(lab.node("exports.other = 1").init()))
                .startsWith("Runtime.HandlerNotFound").contains("index.handler is undefined or not exported");
        assertThat(Lab.answer(lab.node("exports.handler = async () => {").init())).startsWith("Runtime.UserCodeSyntaxError");
        assertThat(Lab.answer(lab.node("exports.handler = async () => 10n").once("{}")))
                .contains("Unable to stringify response body");
        assertThat(Lab.answer(lab.node("exports.handler = () => { setImmediate(() => { throw new RangeError('later') }) }")
                .once("{}")))
                .startsWith("RangeError");
        assertThat(Lab.answer(lab.node("exports.handler = () => { Promise.reject(new Error('lost')) }").once("{}")))
                .startsWith("Runtime.UnhandledPromiseRejection").contains("Error: lost");
        assertThat(Lab.answer(lab.node("exports.handler = () => { process.exit(4) }").once("{}")))
                .isEqualTo("exited exit status 4");
    }

    @Test
    void printsAsLambdaDoes() throws IOException {
        var function = lab.node("exports.handler = async (e, context) => { console.log('a %s', 'b', {c: 1}); "
                + "console.error('two\\nlines'); "
                + "process.stdout.write('bare\\n'); return [context.functionName, context.memoryLimitInMB, "
                + "context.getRemainingTimeInMillis() > 9000, process.env._X_AMZN_TRACE_ID.slice(0, 4)] }");
        assertThat(Lab.answer(function.once("{}"))).isEqualTo("[\"f\",\"256\",true,\"Root\"]");
        assertThat(function.printed.text())
                .matches("(?s)\\d{4}-\\d\\d-\\d\\dT[0-9:.]{12}Z\t8f5cf2a3-[-0-9]+\tINFO\ta b \\{ c: 1 }\n"
                        + ".*Z\t8f5cf2a3-[-0-9]+\tERROR\ttwo\rlines\nbare");
    }

    @Test
    void answersWithWhatAStreamHeld() throws IOException {
        String code = """
                exports.handler = awslambda.streamifyResponse(async (event, stream) => {
                  stream.write('a');
                  stream.write('b');
                  stream.end();
                });
                """;
        assertThat(Lab.answer(lab.node(code).once("{}"))).isEqualTo("ab");
    }
}
