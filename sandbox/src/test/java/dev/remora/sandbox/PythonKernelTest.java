package dev.remora.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("kernel")
class PythonKernelTest {
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
    void echoes() throws IOException {
        Outcome outcome = lab.python("def handler(event, context): return event").once("{\"a\": [1, 2]}");
        assertThat(Lab.answer(outcome)).isEqualTo("{\"a\": [1, 2]}");
    }

    @Test
    void keepsStateBetweenInvocations() throws IOException {
        var function = lab.python("n = 0\ndef handler(event, context):\n  global n\n  n += 1\n  return n");
        try (Sandbox sandbox = function.start()) {
            sandbox.init();
            for (int i = 1; i <= 5; i++) {
                assertThat(Lab.answer(Lab.invoke(sandbox, "{}"))).isEqualTo("" + i);
            }
            assertThat(sandbox.peakMemoryMiB()).isBetween(1, 64);
            assertThat(sandbox.runtimeVersion()).startsWith("python 3.");
        }
    }

    @Test
    void tellsTheContext() throws IOException {
        String code = """
                def handler(event, context):
                    left = context.get_remaining_time_in_millis()
                    return [context.function_name, context.function_version, context.memory_limit_in_mb,
                            context.aws_request_id[:8],
                            context.invoked_function_arn, context.log_group_name, context.log_stream_name,
                            10000 < left <= 20000, context.client_context, context.identity.cognito_identity_id]
                """;
        assertThat(Lab.answer(lab.python(code).once("{}")))
                .isEqualTo("[\"f\", \"$LATEST\", \"256\", \"8f5cf2a3\", \"" + Lab.ARN
                        + "\", \"/aws/lambda/f\", \"2026/11/23/[$LATEST]0123456789abcdef0123456789abcdef\", true, null, null]");
    }

    @Test
    void standsStillBetweenInvocations() throws Exception {
        String code = """
                import threading, time
                ticks = 0
                def tick():
                    global ticks
                    while True: time.sleep(0.001); ticks += 1
                threading.Thread(target=tick, daemon=True).start()
                def handler(event, context):
                    time.sleep(event)
                    return ticks
                """;
        try (Sandbox sandbox = lab.python(code).start()) {
            sandbox.init();
            assertThat(Integer.parseInt(Lab.answer(Lab.invoke(sandbox, "0.1")))).isPositive();
            Lab.eventually("it stands still", () -> {
                long before = turns();
                LockSupport.parkNanos(300_000_000);
                return before > 0 && turns() == before;
            });
            int after = Integer.parseInt(Lab.answer(Lab.invoke(sandbox, "0")));
            assertThat(Integer.parseInt(Lab.answer(Lab.invoke(sandbox, "0.5")))).isGreaterThan(after);
        }
    }

    /** How often the threads of the interpreter have gone to sleep by themselves. */
    private static long turns() {
        return ProcessHandle.current().descendants()
                .filter(p -> p.info().arguments().map(a -> String.join(" ", a)).orElse("").endsWith("bootstrap.py"))
                .mapToLong(PythonKernelTest::turns)
                .sum();
    }

    private static long turns(ProcessHandle process) {
        try (Stream<Path> threads = Files.list(Path.of("/proc/" + process.pid() + "/task"))) {
            return threads.mapToLong(thread -> {
                try (Stream<String> lines = Files.lines(thread.resolve("status"))) {
                    return lines.filter(line -> line.startsWith("voluntary"))
                            .mapToLong(line -> Long.parseLong(line.substring(line.indexOf('\t') + 1)))
                            .sum();
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }).sum();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void reportsAnException() throws IOException {
        var function = lab.python("def handler(event, context):\n    raise ValueError('wrong')\n");
        assertThat(Lab.answer(function.once("{}")))
                .startsWith("ValueError {\"errorMessage\": \"wrong\", \"errorType\": \"ValueError\", \"requestId\": \"8f5cf2a3-")
                .endsWith("\"stackTrace\": [\"  File \\\"/var/task/index.py\\\", line 2, in handler\\n"
                        + "    raise ValueError('wrong')\\n\"]}");
        assertThat(function.printed.text())
                .isEqualTo("""
                        [ERROR] ValueError: wrong
                        Traceback (most recent call last):
                          File "/var/task/index.py", line 2, in handler
                            raise ValueError('wrong')""");
    }

    @Test
    void reportsWhatCannotBeImported() throws IOException {
        assertThat(Lab.answer(lab.python("import nothing_like_it").init()))
                .isEqualTo("Runtime.ImportModuleError {\"errorMessage\": \"Unable to import module 'index': No module named"
                        + " 'nothing_like_it'\", \"errorType\": \"Runtime.ImportModuleError\","
                        + " \"requestId\": \"\", \"stackTrace\": []}");
        assertThat(Lab.answer(lab.python("x = 1").init()))
                .contains("Runtime.HandlerNotFound", "Handler 'handler' missing on module 'index'");
        assertThat(Lab.answer(lab.python("def handler(:").init()))
                .startsWith("Runtime.UserCodeSyntaxError").contains("Syntax error in module 'index'");
        assertThat(Lab.answer(lab.python("raise KeyError('k')").init())).startsWith("KeyError").contains("\"requestId\": \"\"");
    }

    @Test
    void reportsWhatCannotBeMarshalled() throws IOException {
        assertThat(Lab.answer(lab.python("def handler(e, c): return {1, 2}").once("{}")))
                .contains("Runtime.MarshalError", "Unable to marshal response: Object of type set is not JSON serializable");
    }

    @Test
    void reportsHowTheProcessEnded() throws IOException {
        assertThat(Lab.answer(lab.python("import os\ndef handler(e, c): os._exit(0)").once("{}"))).isEqualTo("exited ");
        assertThat(Lab.answer(lab.python("import sys\ndef handler(e, c): sys.exit(7)").once("{}")))
                .isEqualTo("exited exit status 7");
        assertThat(Lab.answer(lab.python("import os\ndef handler(e, c): os.kill(os.getpid(), 9)").once("{}")))
                .isEqualTo("exited signal: killed");
        assertThat(Lab.answer(lab.python("import ctypes\ndef handler(e, c): ctypes.string_at(0)").once("{}")))
                .isEqualTo("exited signal: segmentation fault");
        assertThat(Lab.answer(lab.python("import os; os._exit(3)").init())).isEqualTo("exited exit status 3");
    }

    @Test
    void isKilledWhenItsTimeIsOver() throws IOException {
        try (Sandbox sandbox = lab.python("import time\ndef handler(e, c): print('before'); time.sleep(60)").start()) {
            sandbox.init();
            long before = System.nanoTime();
            Outcome outcome = Lab.invoke(sandbox, "{}", Duration.ofMillis(300));
            assertThat(System.nanoTime() - before).isGreaterThan(299_000_000L);
            assertThat(outcome).isInstanceOf(Outcome.TimedOut.class);
            assertThat(outcome.micros()).isLessThan(30_000_000L);
            assertThat(Lab.invoke(sandbox, "{}", Duration.ofMillis(300))).isNotInstanceOf(Outcome.Answered.class);
        }
        var slow = lab.python("import time; time.sleep(60)").initTimeout(Duration.ofMillis(300));
        assertThat(slow.init()).isInstanceOf(Outcome.TimedOut.class);
    }

    @Test
    void printsWithinItsInvocation() throws IOException {
        var function = lab.python("""
                import logging, sys
                print('init')
                def handler(event, context):
                    print('out', event); print('err', file=sys.stderr); sys.stdout.write('no end')
                    logging.warning('careful'); logging.info('unseen')
                """);
        assertThat(Lab.answer(function.once("7"))).isEqualTo("null");
        assertThat(function.printed.lines).hasSize(4);
        assertThat(function.printed.text())
                .matches("(?s)init\nout 7\nerr\nno end\\[WARNING]\t"
                        + "\\d{4}-\\d\\d-\\d\\dT[0-9:]{8}\\.\\d{3}Z\t8f5cf2a3-[-0-9]+\tcareful");
    }

    @Test
    void seesLambdasEnvironment() throws IOException {
        String code = """
                import os, sys, pwd
                def handler(event, context):
                    e = os.environ
                    return [e["AWS_LAMBDA_RUNTIME_API"], e["LAMBDA_TASK_ROOT"], e["_HANDLER"], e["TZ"], e["MINE"], os.getcwd(),
                            sys.path[0],
                            pwd.getpwuid(os.getuid()).pw_name, e["_X_AMZN_TRACE_ID"][:7], open("/opt/x").read(), open("/opt/y")
                                    .read()]
                """;
        var function = lab.python(code).env("MINE", "ä=b").layer("x", "below").layer("x", "above").layer("y", "other");
        assertThat(Lab.answer(function.once("{}")))
                .isEqualTo("[\"127.0.0.1:9001\", \"/var/task\", \"index.handler\", \":UTC\", \"\\u00e4=b\","
                        + " \"/var/task\", \"/var/task\","
                        + " \"sbx_user1051\", \"Root=1-\", \"above\", \"other\"]");
    }
}
