package dev.remora.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("kernel")
class NetnsKernelTest {
    @Test
    void bodyRunsInsideAndTheCallerStaysOutside() throws Exception {
        String here = own();
        try (Netns namespace = Netns.create()) {
            String there = namespace.call(NetnsKernelTest::own);
            assertThat(there).isNotEqualTo(here);
            assertThat(namespace.call(NetnsKernelTest::own)).isEqualTo(there);
            assertThat(own()).isEqualTo(here);
            assertThat(Files.readSymbolicLink(Path.of(namespace.path())).toString()).isEqualTo(there);
        }
    }

    @Test
    void hasItsLoopbackUpAndNothingElse() throws Exception {
        try (Netns namespace = Netns.create()) {
            // Not java.net.NetworkInterface: it reads /proc/net, which is the main thread's.
            List<String> devices = namespace.call(() -> Files.readAllLines(Path.of("/proc/thread-self/net/dev"))).stream()
                    .skip(2)
                    .map(line -> line.substring(0, line.indexOf(':')).strip())
                    .toList();
            assertThat(devices).containsExactly("lo");
            namespace.call(() -> {
                try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"));
                        Socket client = new Socket()) {
                    client.connect(new InetSocketAddress("127.0.0.1", server.getLocalPort()), 30_000);
                    return null;
                }
            });
        }
    }

    @Test
    void aSocketKeepsItsNamespace() throws Exception {
        try (Netns namespace = Netns.create();
                ServerSocket inside = namespace.call(() -> new ServerSocket(9001, 1, InetAddress.getByName("127.0.0.1")));
                ServerSocket outside = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            assertThat(inside.getLocalPort()).isEqualTo(9001);
            try (Socket client = namespace.call(() -> new Socket("127.0.0.1", 9001))) {
                assertThat(client.isConnected()).isTrue();
            }
            int elsewhere = outside.getLocalPort();
            assertThatThrownBy(() -> namespace.call(() -> new Socket("127.0.0.1", elsewhere)))
                    .isInstanceOf(ConnectException.class);
        }
    }

    @Test
    void exceptionsOfTheBodyReachTheCaller() {
        try (Netns namespace = Netns.create()) {
            assertThatThrownBy(() -> namespace.call(() -> {
                        throw new IOException("from inside");
                    }))
                    .isInstanceOf(IOException.class)
                    .hasMessage("from inside");
        }
    }

    @Test
    void isGoneWhenClosedAndNoThreadStaysInside() throws Exception {
        String there;
        try (Netns namespace = Netns.create()) {
            there = namespace.call(NetnsKernelTest::own);
            namespace.call(() -> new ServerSocket(0)).close();
        }
        // The body's thread is still on its way out when its result is there.
        for (int i = 0; i < 30_000 && namespacesOfOurThreads().contains(there); i++) {
            Thread.sleep(1);
        }
        assertThat(namespacesOfOurThreads()).doesNotContain(there);
        assertThat(namespacesWeHoldOpen()).doesNotContain(there);
    }

    @Test
    void aClosedOneIsNotEntered() {
        Netns namespace = Netns.create();
        namespace.close();
        namespace.close();
        assertThatThrownBy(() -> namespace.call(() -> 1)).isInstanceOf(IllegalStateException.class);
    }

    private static String own() throws Exception {
        return Files.readSymbolicLink(Path.of("/proc/thread-self/ns/net")).toString();
    }

    private static Set<String> namespacesOfOurThreads() throws Exception {
        try (Stream<Path> tasks = Files.list(Path.of("/proc/self/task"))) {
            return tasks.map(task -> target(task.resolve("ns/net"))).collect(Collectors.toSet());
        }
    }

    private static Set<String> namespacesWeHoldOpen() throws Exception {
        try (Stream<Path> files = Files.list(Path.of("/proc/self/fd"))) {
            return files.map(NetnsKernelTest::target).collect(Collectors.toSet());
        }
    }

    private static String target(Path link) {
        try {
            return Files.readSymbolicLink(link).toString();
        } catch (IOException goneMeanwhile) {
            return "";
        }
    }
}
