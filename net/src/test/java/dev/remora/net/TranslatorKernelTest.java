package dev.remora.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.remora.linux.Conntrack;
import dev.remora.linux.Netns;
import dev.remora.net.Topology.Attachment;
import dev.remora.net.Topology.Gateway;
import dev.remora.net.Topology.Port;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("kernel")
class TranslatorKernelTest {
    private static final Ipv4 CLIENT = Ipv4.parse("10.0.1.1");
    private static final Ipv4 NAT = Ipv4.parse("10.0.2.9");
    private static final Ipv4 SECOND = Ipv4.parse("10.0.2.10");
    private static final Ipv4 PUBLIC = InternetPlan.PUBLIC.base().plus(10);
    private static final Ipv4 FOREIGN = InternetPlan.PUBLIC.base().plus(11);

    private final KernelLab lab = new KernelLab();
    private final TestRouter router = new TestRouter(lab.fabric, "1/r/vpc-1", CLIENT.toString());
    private final TestRouter foreign = new TestRouter(lab.fabric, "1/r/vpc-2", CLIENT.toString());
    private final Edges.Edge edge;

    TranslatorKernelTest() {
        router.open("igw-1", new Gateway.Internet(Map.of(NAT, PUBLIC, SECOND, PUBLIC.plus(2)), List.of()));
        foreign.open("igw-2", new Gateway.Internet(Map.of(CLIENT, FOREIGN), List.of()));
        edge = router.translate(new Port("eni-nat", "b", NAT, Set.of(), false, new Attachment.Translator()));
    }

    @AfterEach
    void nothingIsLeft() throws Exception {
        edge.close();
        assertThat(router.devices()).hasSize(1);
        router.close();
        foreign.close();
        lab.close();
    }

    private Netns inside() {
        return ((Translator) ((KernelEdges.Counted) edge).edge).namespace();
    }

    @Test
    void whatIsSentToItLeavesWithItsAddress() throws Exception {
        lab.serve(lab.fabric.internet(), 80);
        assertThat(lab.seen(router.namespace, InternetPlan.API, 80)).isEqualTo(PUBLIC.toString());
        try (DatagramSocket server = foreign.namespace.call(() -> new DatagramSocket(53));
                DatagramSocket client = router.namespace.call(() -> new DatagramSocket())) {
            server.setSoTimeout(KernelLab.PATIENCE_MILLIS);
            client.setSoTimeout(KernelLab.PATIENCE_MILLIS);
            client.send(new DatagramPacket(new byte[1], 1, FOREIGN.inet(), 53));
            DatagramPacket got = new DatagramPacket(new byte[1], 1);
            server.receive(got);
            assertThat(got.getAddress()).isEqualTo(PUBLIC.inet());
            server.send(got);
            client.receive(got);
            assertThat(got.getAddress()).isEqualTo(FOREIGN.inet());
        }
        // As root, an echo.
        assertThat(router.namespace.call(() -> FOREIGN.inet().isReachable(KernelLab.PATIENCE_MILLIS))).isTrue();
    }

    @Test
    void nothingConnectsToIt() {
        lab.refused(Drop.Cause.INBOUND, foreign.namespace, PUBLIC, 80);
        lab.refused(Drop.Cause.INBOUND, router.namespace, NAT, 80);
        assertThatThrownBy(() -> edge.change(new Gateway.EgressOnly(List.of()))).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aConnectionThatWasIdleTooLongIsReset() throws Exception {
        Path idleSeconds = Path.of("/proc/sys/net/netfilter/nf_conntrack_tcp_timeout_established");
        assertThat(inside().call(() -> Files.readAllLines(idleSeconds)))
                .containsExactly(Integer.toString(Translator.IDLE_SECONDS));
        lab.serve(lab.fabric.internet(), 80);
        try (Socket idle = lab.connect(router.namespace, InternetPlan.API, 80);
                Conntrack connections = Conntrack.open(inside())) {
            assertThat(KernelLab.ask(idle)).isEqualTo(PUBLIC.toString());
            connections.deleteFrom(CLIENT.bytes(), "the idle connection");
            assertThatThrownBy(() -> KernelLab.ask(idle)).isInstanceOf(SocketException.class).hasMessageContaining("reset");
        }
        assertThat(lab.seen(router.namespace, InternetPlan.API, 80)).isEqualTo(PUBLIC.toString());
    }

    @Test
    void itHasFiftyFiveThousandPortsForEachDestination() throws Exception {
        long before = lab.count(Drop.Cause.PORTS_EXHAUSTED);
        int more = 2000;
        send(55_000 + more, 9);
        KernelLab.eventually("all others are refused", () -> lab.count(Drop.Cause.PORTS_EXHAUSTED) - before >= more);
        long refused = lab.count(Drop.Cause.PORTS_EXHAUSTED) - before;
        System.out.printf("%-45s %8d%n", "connections beyond 55,000 that were refused", refused - more);
        assertThat(refused).isLessThanOrEqualTo(2 * more);
        send(100, 10);
        assertThat(lab.count(Drop.Cause.PORTS_EXHAUSTED) - before).isEqualTo(refused);
    }

    @Test
    void anotherAddressGivesItAsManyAgain() throws Exception {
        edge.change(new Port("eni-nat", "b", List.of(NAT, SECOND), Set.of(), false, new Attachment.Translator()));
        long before = lab.count(Drop.Cause.PORTS_EXHAUSTED);
        send(60_000, 9);
        assertThat(lab.count(Drop.Cause.PORTS_EXHAUSTED)).isEqualTo(before);
        KernelLab.eventually("all are tracked", () -> edge.connections(0).values().stream().mapToInt(n -> n).sum() >= 60_000);
        assertThat(edge.connections(0)).containsExactlyInAnyOrderEntriesOf(Map.of(NAT, 30_000, SECOND, 30_000));
        assertThat(edge.connections(60_001)).as("fewer, known without looking").isEmpty();
    }

    /** So many connections to one port, each from another. */
    private void send(int connections, int port) throws Exception {
        InetSocketAddress to = new InetSocketAddress(FOREIGN.inet(), port);
        router.namespace.call(() -> {
            for (int i = 0; i < connections; i++) {
                try (DatagramChannel from = DatagramChannel.open(StandardProtocolFamily.INET)) {
                    from.bind(new InetSocketAddress(CLIENT.inet(), Translator.FIRST_PORT + i));
                    from.send(ByteBuffer.allocate(1), to);
                } catch (IOException unreachable) {
                    throw new IllegalStateException(unreachable);
                }
            }
            return null;
        });
    }
}
