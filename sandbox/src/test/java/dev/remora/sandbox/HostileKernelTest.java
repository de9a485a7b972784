package dev.remora.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What hostile code tries, and that the server and its other sandboxes are well afterwards. */
@Tag("kernel")
class HostileKernelTest {
    private static Lab lab;
    private Set<Long> before = Set.of();

    @BeforeAll
    static void open() throws IOException {
        lab = new Lab(0);
    }

    @AfterAll
    static void close() throws IOException {
        lab.close();
    }

    /** Processes of the host whose user is one of the sandboxes'. */
    private static Set<Long> confined() throws IOException {
        try (var processes = Files.list(Path.of("/proc"))) {
            return processes
                    .filter(p -> p.getFileName().toString().matches("[0-9]+"))
                    .filter(HostileKernelTest::ofThisServer)
                    .map(p -> Long.parseLong(p.getFileName().toString()))
                    .collect(Collectors.toSet());
        }
    }

    private static boolean ofThisServer(Path process) {
        try {
            return Files.readString(process.resolve("cgroup")).contains("remora-" + ProcessHandle.current().pid() + "/")
                    && !Files.readString(process.resolve("status")).contains("\nUid:\t0\t");
        } catch (IOException gone) {
            return false;
        }
    }

    @BeforeEach
    void count() throws IOException {
        before = confined();
    }

    @AfterEach
    void theServerIsWell() throws IOException {
        assertThat(confined()).as("processes of sandboxes that are closed").isSubsetOf(before);
        assertThat(Lab.answer(lab.python("def handler(e, c): return 'well'").once("{}"))).isEqualTo("\"well\"");
    }

    private static String run(String code) throws IOException {
        return Lab.answer(lab.python(code).once("{}"));
    }

    /** The names of errors that calls of libc met, by ctypes. */
    private static String calls(String... expressions) throws IOException {
        String code = """
                import ctypes, errno, os
                libc = ctypes.CDLL(None, use_errno=True)
                def tried(answer):
                    return 'done' if answer >= 0 else errno.errorcode[ctypes.get_errno()]
                def call(number, *arguments):
                    return libc.syscall(number, *arguments)
                def handler(event, context):
                    return ' '.join(tried(f()) for f in [%s])
                """.formatted(List.of(expressions).stream().map(e -> "lambda: " + e).collect(Collectors.joining(", ")));
        return run(code);
    }

    @Test
    void aForkBombMeetsTheLimitOfProcesses() throws IOException {
        String code = """
                import os, time
                def handler(event, context):
                    made = 0
                    while made < 5000:
                        try:
                            if os.fork() == 0:
                                time.sleep(600)
                        except OSError as e:
                            return [made > 900, made < 1024, e.strerror]
                        made += 1
                    return made
                """;
        var function = lab.python(code).memory(1024);
        assertThat(Lab.answer(function.once("{}"))).isEqualTo("[true, true, \"Resource temporarily unavailable\"]");
    }

    @Test
    void aWildForkBombIsGoneWithItsSandbox() throws IOException {
        var function = lab.python("""
                import os
                def handler(event, context):
                    while True:
                        try: os.fork()
                        except OSError: pass
                """);
        try (Sandbox sandbox = function.start()) {
            sandbox.init();
            assertThat(Lab.invoke(sandbox, "{}", Duration.ofSeconds(1))).isNotInstanceOf(Outcome.Answered.class);
        }
    }

    @Test
    void aMemoryBombIsKilled() throws IOException {
        var function = lab.python("def handler(e, c):\n  held = []\n  while True: held.append(bytearray(1 << 20))").memory(128);
        try (Sandbox sandbox = function.start()) {
            sandbox.init();
            assertThat(Lab.answer(Lab.invoke(sandbox, "{}"))).isEqualTo("exited signal: killed (out of memory)");
            assertThat(sandbox.peakMemoryMiB()).isBetween(120, 128);
            assertThat(sandbox.alive()).isFalse();
        }
    }

    @Test
    void theDiskAndItsInodesEnd() throws IOException {
        String code = """
                def fill(step):
                    n = 0
                    try:
                        while n < 100000: step(n); n += 1
                    except OSError as e: return [n, e.strerror]
                def block(n):
                    with open('/tmp/big', 'ab') as f: f.write(bytes(1 << 20))
                def handler(event, context):
                    return [fill(block), fill(lambda n: open('/tmp/f%d' % n, 'w').close())[1],
                            fill(lambda n: open('/var/task/x', 'w'))]
                """;
        assertThat(Lab.answer(lab.python(code).tmp(64).once("{}")))
                .isEqualTo("[[64, \"No space left on device\"], \"No space left on device\", [0, \"Read-only file system\"]]");
    }

    @Test
    void descriptorsEnd() throws IOException {
        assertThat(run("def handler(e, c):\n  held = []\n  try:\n    while len(held) < 5000: held.append(open('/dev/null'))\n"
                        + "  except OSError as x: return [len(held) < 1024, x.strerror]"))
                .isEqualTo("[true, \"Too many open files\"]");
    }

    @Test
    void theHostsFilesAreNotThere() throws IOException {
        String code = """
                import os
                def handler(event, context):
                    seen = []
                    for p in event:
                        try:
                            # A folder of that name may be there, of ours and empty.
                            if os.path.isdir(p) and not os.listdir(p): continue
                            os.stat(p); seen.append(p)
                        except OSError: pass
                    return seen
                """;
        String secret = lab.folder.toString();
        String paths = "[\"/root\", \"/etc/shadow\", \"/home/user\", \"/sys/kernel\", \"/var/lib/dpkg\", \"/boot\", \"" + secret
                + "\", \"/dev/kvm\", \"/dev/mem\", \"/dev/vda\", \"/proc/1/root\","
                + " \"/proc/1/environ\", \"/proc/1/fd\", \"/etc/machine-id\"]";
        assertThat(Lab.answer(lab.python(code).once(paths))).isEqualTo("[]");
    }

    @Test
    void procTellsOfNobodyElse() throws IOException {
        String code = """
                import os
                def read(p):
                    try: return open(p).read()
                    except OSError as e: return e.strerror
                def handler(event, context):
                    others = [p for p in os.listdir('/proc') if p.isdigit() and int(p) != os.getpid()]
                    return [others, read('/proc/keys'), read('/proc/kallsyms'), read('/proc/cmdline'), read('/proc/1/cmdline')]
                """;
        assertThat(run(code)).isEqualTo("[[], \"\", \"\", \"\", \"No such file or directory\"]");
        String write = "def handler(e, c):\n  try: open('/proc/sys/kernel/panic', 'w')\n  except OSError as x: return x.strerror";
        assertThat(run(write))
                .isEqualTo("\"Read-only file system\"");
    }

    @Test
    void otherSandboxesAreNotThere() throws IOException {
        var victim = lab.python("""
                        import os
                        open('/tmp/secret', 'w').write('s')
                        def handler(event, context): return os.environ['SECRET']
                        """)
                .env("SECRET", "s");
        try (Sandbox sandbox = victim.start()) {
            sandbox.init();
            assertThat(run("""
                    import os, socket
                    def refused(f):
                        try: f()
                        except OSError as e: return e.strerror
                    def handler(event, context):
                        s = socket.socket(socket.AF_UNIX)
                        return [os.listdir('/tmp'), refused(lambda: os.kill(1, 9)), refused(lambda: os.kill(400, 9)),
                                refused(lambda: s.connect('\\0remora'))]
                    """)).isEqualTo("[[], \"Operation not permitted\", \"No such process\", \"Connection refused\"]");
            assertThat(Lab.answer(Lab.invoke(sandbox, "{}"))).isEqualTo("\"s\"");
            assertThat(confined()).as("processes of the sandbox that runs").isNotEmpty();
        }
    }

    @Test
    void noNewNamespacesNorMounts() throws IOException {
        assertThat(calls(
                        "libc.unshare(0x10000000)", "libc.unshare(0x40000000)", "libc.setns(0, 0)",
                                "call(56, 0x10000011, 0, 0, 0, 0)",
                        "call(435, 0, 0)", "libc.mount(b'none', b'/tmp', b'tmpfs', 0, None)", "libc.umount2(b'/proc', 2)",
                        "libc.chroot(b'/tmp')", "call(155, b'/', b'/')", "call(428, -100, b'/', 1)", "call(430, b'tmpfs', 0)",
                        "libc.sethostname(b'x', 1)"))
                .isEqualTo("\"EPERM EPERM EPERM EPERM ENOSYS EPERM EPERM EPERM EPERM EPERM EPERM EPERM\"");
    }

    @Test
    void noWayToBecomeAnother() throws IOException {
        assertThat(calls("libc.setuid(0)", "libc.setgid(0)", "libc.setgroups(0, None)", "libc.chown(b'/tmp', 0, 0)",
                        "libc.mknod(b'/tmp/disk', 0o60600, 0xfe00)"))
                .isEqualTo("\"EINVAL EINVAL EPERM EINVAL EPERM\"");
        assertThat(run("""
                import os, shutil, subprocess
                def handler(event, context):
                    shutil.copy('/usr/bin/id', '/tmp/id'); os.chmod('/tmp/id', 0o6755)
                    su = subprocess.run(['su', '-c', 'id'], capture_output=True, stdin=subprocess.DEVNULL)
                    return [subprocess.run(['/tmp/id', '-u'], capture_output=True, text=True).stdout, su.returncode != 0]
                """)).isEqualTo("[\"993\\n\", true]");
    }

    @Test
    void noTracingNorKeysNorKernelInterfaces() throws IOException {
        assertThat(calls(
                        "libc.ptrace(16, 1, 0, 0)", "call(310, 1, 0, 0, 0, 0, 0)", "call(248, b'user', b'x', b'y', 1, -3)",
                        "call(321, 0, 0, 0)", "call(298, 0, 0, 0, 0, 0)", "call(323, 0)", "call(425, 1, 0)",
                                "call(246, 0, 0, 0, 0)",
                        "call(175, 0, 0, 0)", "call(169, 0, 0, 0, 0)", "call(103, 3, 0, 0)", "call(600)",
                                "call(0x40000000 + 39)"))
                .isEqualTo("\"" + "EPERM ".repeat(11) + "ENOSYS ENOSYS\"");
    }

    @Test
    void onlyOrdinarySockets() throws IOException {
        assertThat(run("""
                import socket
                def made(*kind):
                    try: socket.socket(*kind); return 'made'
                    except OSError as e: return e.strerror
                def handler(event, context):
                    s = socket
                    return [made(s.AF_INET, s.SOCK_RAW, 1), made(s.AF_PACKET, s.SOCK_RAW, 3), made(s.AF_NETLINK, s.SOCK_RAW, 12),
                            made(s.AF_VSOCK, s.SOCK_STREAM), made(s.AF_ALG, s.SOCK_SEQPACKET),
                                    made(s.AF_INET, s.SOCK_STREAM, 132),
                            made(s.AF_INET, s.SOCK_STREAM), made(s.AF_INET6, s.SOCK_DGRAM), made(s.AF_UNIX, s.SOCK_STREAM),
                            made(s.AF_NETLINK, s.SOCK_RAW, 0), s.getaddrinfo('localhost', 80)[0][4][0]]
                """)).isEqualTo("[\"Operation not permitted\", \"Address family not supported by protocol\","
                        + " \"Address family not supported by protocol\", \"Address family not supported by protocol\","
                        + " \"Address family not supported by protocol\", \"Protocol not supported\","
                        + " \"made\", \"made\", \"made\", \"made\","
                        + " \"127.0.0.1\"]");
    }

    @Test
    void aDaemonEndsWithItsSandbox() throws IOException {
        String code = """
                import os, subprocess
                def handler(event, context):
                    if os.fork() == 0:
                        os.setsid()
                        if os.fork() == 0:
                            os.closerange(0, 100)
                            while True: pass
                        os._exit(0)
                    return 'answered'
                """;
        assertThat(run(code)).isEqualTo("\"answered\"");
    }

    @Test
    void anAnswerCountsOnceAndForItsOwnInvocation() throws IOException {
        String code = """
                import http.client
                def handler(event, context):
                    def post(id, body):
                        c = http.client.HTTPConnection('127.0.0.1', 9001)
                        c.request('POST', '/2018-06-01/runtime/invocation/%s/response' % id, body)
                        r = c.getresponse()
                        return [r.status, r.read().decode()]
                    wrong = post('8f5cf2a3-1111-4000-8000-000000000000', '"wrong"')
                    right = post(context.aws_request_id, '"first"')
                    again = post(context.aws_request_id, '"second"')
                    print(wrong, right, again, flush=True)
                    return 'third'
                """;
        var function = lab.python(code);
        try (Sandbox sandbox = function.start()) {
            sandbox.init();
            assertThat(Lab.answer(Lab.invoke(sandbox, "{}"))).isEqualTo("\"first\"");
            assertThat(Lab.answer(Lab.invoke(sandbox, "{}"))).isEqualTo("\"first\"");
        }
        String invalid = "[400, '{\"errorMessage\":\"Invalid request ID\",\"errorType\":\"InvalidRequestID\"}']";
        assertThat(function.printed.lines.getFirst()).isEqualTo(invalid + " [202, '{\"status\":\"OK\"}'] " + invalid);
    }

    @Test
    void aHugeAnswerIsRefused() throws IOException {
        var function = lab.python("def handler(e, c): return 'x' * e");
        try (Sandbox sandbox = function.start()) {
            sandbox.init();
            assertThat(Lab.answer(Lab.invoke(sandbox, "6291554"))).hasSize(6291556);
            assertThat(Lab.answer(Lab.invoke(sandbox, "6291555"))).isEqualTo("too large 6291557");
            assertThat(Lab.answer(Lab.invoke(sandbox, "20000000"))).isEqualTo("too large 20000002");
            assertThat(Lab.answer(Lab.invoke(sandbox, "1"))).isEqualTo("\"x\"");
        }
    }

    @Test
    void malformedRequestsAreRefused() throws IOException {
        String code = """
                import socket
                def say(text):
                    s = socket.create_connection(('127.0.0.1', 9001)); s.settimeout(15)
                    # It may be answered and cut before all of it is sent.
                    try: s.sendall(text)
                    except OSError: pass
                    try:
                        return s.recv(100).decode()[:12]
                    except OSError as e: return 'cut'
                def handler(event, context):
                    return [say(b'nonsense\\r\\n\\r\\n'), say(b'GET / HTTP/1.0\\r\\n\\r\\n'), say(b'GET /' + b'x' * 20000),
                            say(b'GET / HTTP/1.1\\r\\nA: 1\\r\\nA: 2\\r\\n\\r\\n'),
                                    say(b'POST / HTTP/1.1\\r\\nContent-Length: -1\\r\\n\\r\\n'),
                            say(b'POST / HTTP/1.1\\r\\nContent-Length: 999999999999\\r\\n\\r\\n'),
                            say(b'POST / HTTP/1.1\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\nzz\\r\\n'),
                                    say(b'GET /else HTTP/1.1\\r\\n\\r\\n'),
                            say(b'GET /2018-06-01/runtime/invocation/next HTTP/1.1\\r\\n\\r\\n'),
                                    say(b'GET /prepared HTTP/1.1\\r\\n\\r\\n')]
                """;
        assertThat(run(code)).isEqualTo("[" + "\"HTTP/1.1 400\", ".repeat(7)
                + "\"HTTP/1.1 404\", \"HTTP/1.1 403\", \"HTTP/1.1 404\"]");
    }

    @Test
    void holdingTheRuntimeApiHoldsNobodyElse() throws IOException {
        String code = """
                import socket
                held = []
                def handler(event, context):
                    for n in range(300):
                        s = socket.socket(); s.setblocking(False)
                        s.connect_ex(('127.0.0.1', 9001)); held.append(s)
                        head = (b'POST /2018-06-01/runtime/invocation/%s/response HTTP/1.1\\r\\n'
                                b'Content-Length: 5000000\\r\\n\\r\\n')
                        try: s.send(head % context.aws_request_id.encode() + bytes(100000))
                        except OSError: pass
                    return 'still'
                """;
        var function = lab.python(code);
        try (Sandbox sandbox = function.start(); Sandbox other = lab.python("def handler(e, c): return e").start()) {
            sandbox.init();
            other.init();
            assertThat(Lab.answer(Lab.invoke(sandbox, "{}"))).isEqualTo("\"still\"");
            assertThat(Lab.answer(Lab.invoke(other, "5"))).isEqualTo("5");
        }
    }

    @Test
    void aFloodOfOutputIsCutIntoBoundedLines() throws IOException {
        var longest = new int[1];
        var function = lab.python("""
                import sys
                def handler(event, context):
                    for n in range(200): sys.stdout.write('x' * 100000)
                    sys.stdout.write('\\n' * 1000)
                    sys.stdout.flush()
                    return 'printed'
                """);
        assertThat(Lab.answer(function.once("{}"))).isEqualTo("\"printed\"");
        function.printed.lines.forEach(line -> longest[0] = Math.max(longest[0], line.length()));
        assertThat(longest[0]).isEqualTo(Lines.MAX_LINE);
        assertThat(function.printed.lines.stream().mapToLong(String::length).sum()).isEqualTo(20_000_000);
    }

    @Test
    void anEndlessFloodEndsAtTheTimeout() throws IOException {
        var function = lab.python("def handler(e, c):\n  while True: print('flood')");
        try (Sandbox sandbox = function.start()) {
            sandbox.init();
            assertThat(Lab.invoke(sandbox, "{}", Duration.ofSeconds(2))).isInstanceOf(Outcome.TimedOut.class);
        }
        assertThat(function.printed.lines).isNotEmpty().containsOnly("flood");
    }

    @Test
    void linksInTheCodeLeadNowhere() throws IOException {
        var function = lab.python("""
                def handler(event, context):
                    try: return open('/var/task/link').read()
                    except OSError as e: return e.strerror
                """);
        Files.createSymbolicLink(function.code().resolve("link"), Path.of("/etc/shadow"));
        assertThat(Lab.answer(function.once("{}"))).isEqualTo("\"No such file or directory\"");
    }
}
