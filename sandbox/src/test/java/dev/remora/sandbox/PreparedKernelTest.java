package dev.remora.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("kernel")
class PreparedKernelTest {
    private static Lab lab;

    @BeforeAll
    static void open() throws IOException {
        lab = new Lab(1);
    }

    @AfterAll
    static void close() throws IOException {
        lab.close();
    }

    /** A first start makes the pool want one; waits until it has it. */
    private static void await(Lab.Function function) throws InterruptedException {
        await(lab, function);
    }

    static void await(Lab lab, Lab.Function function) throws InterruptedException {
        Language language = function.language();
        if (lab.sandboxes.prepared(0, language) == 0) {
            assertThat(function.once("{}")).isInstanceOf(Outcome.Answered.class);
        }
        Lab.eventually("one is prepared", () -> lab.sandboxes.prepared(0, language) == 1);
    }

    /** The interpreter's parent is the launcher's init in both; what tells them apart is the command line. */
    @Test
    void aPreparedPythonIsLikeAColdOne() throws Exception {
        String code = """
                import os, sys, logging
                logging.getLogger().info('seen')
                def handler(event, context):
                    st = os.statvfs('/tmp')
                    limit = os.environ.get('PATH')
                    try:
                        open('/var/task/new', 'w'); wrote = True
                    except OSError as e:
                        wrote = e.strerror
                    command = open('/proc/self/cmdline').read().split('\\0')
                    return ['--prepared' in command, st.f_blocks * st.f_frsize >> 20, wrote, os.environ['SECRET'], os.getcwd(),
                            sys.path[0],
                            open('/opt/x').read(), sorted(os.environ)]
                """;
        var cold = lab.python(code).env("SECRET", "s").env("AWS_LAMBDA_LOG_LEVEL", "INFO").env("PYTHONUNBUFFERED", "1")
                .layer("x", "of x").tmp(48);
        var quick = lab.python(code).env("SECRET", "s").env("AWS_LAMBDA_LOG_LEVEL", "INFO").env("OTHER", "1").layer("x", "of x")
                .tmp(48);
        await(lab.python("def handler(e, c): pass"));
        String answer = Lab.answer(quick.once("{}"));
        assertThat(answer).startsWith("[true, 48, \"Read-only file system\", \"s\", \"/var/task\", \"/var/task\", \"of x\"");
        assertThat(Lab.answer(cold.once("{}")).replace("PYTHONUNBUFFERED", "OTHER"))
                .hasSameSizeAs(answer.replace("true", "false"))
                .startsWith("[false, 48");
        assertThat(quick.printed.text()).contains("\tseen");
    }

    @Test
    void aPreparedNodeIsLikeAColdOne() throws Exception {
        String code = "const { mine } = require('./other'); exports.handler = async () => "
                + "[process.cwd(), mine, process.env.SECRET, "
                + "require('fs').readFileSync('/proc/self/cmdline', 'latin1').includes('--prepared'), "
                + "new Date(0).getTimezoneOffset()]";
        await(lab.node("exports.handler = async () => 1"));
        var function = lab.node(code).file("other.js", "exports.mine = 5").env("SECRET", "s").env("TZ", "Etc/GMT-2");
        assertThat(Lab.answer(function.once("{}"))).isEqualTo("[\"/var/task\",5,\"s\",true,-120]");
    }

    @Test
    void limitsHoldThereToo() throws Exception {
        await(lab.python("def handler(e, c): pass"));
        var hungry = lab.python("def handler(e, c): return len(bytearray(400 << 20))").memory(128);
        assertThat(Lab.answer(hungry.once("{}"))).isEqualTo("exited signal: killed (out of memory)");
    }

    @Test
    void moreMemoryThanAWaitingOneHasIsGivenToIt() throws Exception {
        await(lab.python("def handler(e, c): pass"));
        var large = lab.python(
                        "def handler(e, c): return ['--prepared' in open('/proc/self/cmdline').read(),"
                                + " len(bytearray(560 << 20))]")
                .memory(640);
        assertThat(Lab.answer(large.once("{}"))).isEqualTo("[true, " + (560 << 20) + "]");
    }

    @Test
    void whatIsReadAtTheStartMakesAStartCold() throws Exception {
        await(lab.node("exports.handler = async () => 1"));
        var function = lab.node("exports.handler = async () => process.execArgv.length + typeof gc")
                .env("NODE_OPTIONS", "--expose-gc");
        assertThat(Lab.answer(function.once("{}"))).isEqualTo("\"1function\"");
    }

    @Test
    void oneThatDiedIsReplaced() throws Exception {
        await(lab.python("def handler(e, c): pass"));
        long parked = ProcessHandle.current().descendants()
                .filter(p -> p.info().arguments().map(a -> String.join(" ", a)).orElse("").endsWith("bootstrap.py --prepared"))
                .findFirst().orElseThrow().pid();
        ProcessHandle.of(parked).orElseThrow().destroyForcibly();
        Lab.eventually("its end is known", () -> lab.sandboxes.prepared(0, Language.PYTHON) == 0);
        assertThat(lab.python("def handler(e, c): return 1").once("{}")).isInstanceOf(Outcome.Answered.class);
        await(lab.python("def handler(e, c): pass"));
    }
}
