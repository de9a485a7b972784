package dev.remora.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.remora.linux.NftTransaction.Family;
import java.net.ConnectException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SocketChannel;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("kernel")
class NfTablesKernelTest {
    private static final byte[] LEFT = {10, 0, 0, 1};
    private static final byte[] RIGHT = {10, 0, 0, 2};
    private static final byte[] LEFT_MAC = {2, 0, 0, 0, 0, 1};
    private static final byte[] RIGHT_MAC = {2, 0, 0, 0, 0, 2};
    private static final int PATIENCE_MILLIS = 30_000;

    private Netns left;
    private Netns right;
    private NfTables filter;

    @BeforeEach
    void cable() {
        left = Netns.create();
        right = Netns.create();
        try (Rtnetlink leftRoutes = Rtnetlink.open(left); Rtnetlink rightRoutes = Rtnetlink.open(right)) {
            leftRoutes.commit(new RouteChanges()
                    .veth(new VethEnd("eth0", 7, LEFT_MAC), new VethEnd("eth1", 9, RIGHT_MAC), right, "the cable")
                    .up(7, "eth0")
                    .address(7, LEFT, "eth0")
                    .route(RIGHT, 32, RouteChanges.MAIN, 7, "right")
                    .neighbour(7, RIGHT, RIGHT_MAC, "right"));
            rightRoutes.commit(new RouteChanges()
                    .up(9, "eth1")
                    .address(9, RIGHT, "eth1")
                    .route(LEFT, 32, RouteChanges.MAIN, 9, "left")
                    .neighbour(9, LEFT, LEFT_MAC, "left"));
            leftRoutes.awaitSending(7, "eth0");
            assertThat(leftRoutes.links()).containsAllEntriesOf(Map.of("lo", 1, "eth0", 7));
        }
        filter = NfTables.open(right);
    }

    @AfterEach
    void cut() {
        filter.close();
        left.close();
        right.close();
    }

    @Test
    void talliesCountByKey() throws Exception {
        NftValue key = NftValue.concat(NftValue.IP_SOURCE, NftValue.DESTINATION_PORT);
        NftSet flows = NftSet.tallies("flows", key, 60_000, 100);
        filter.commit(new NftTransaction(Family.INET, "t")
                .addTable()
                .addSet(flows)
                .addBaseChain("in", "filter", NftHook.INPUT, 0, NftVerdict.ACCEPT)
                .addRule("in", NftStatement.tally(key, flows)));
        try (DatagramSocket sender = left.call(DatagramSocket::new)) {
            InetAddress to = InetAddress.getByAddress(RIGHT);
            for (int port : new int[] {5000, 5000, 5001}) {
                sender.send(new DatagramPacket(new byte[10], 10, new InetSocketAddress(to, port)));
            }
        }
        var counted = eventually(() -> filter.tallies(Family.INET, "t", flows), all -> all.stream()
                .mapToLong(NfTables.Tally::packets)
                .sum() == 3);
        assertThat(counted).hasSize(2);
        NfTables.Tally twice = counted.stream().filter(t -> t.packets() == 2).findFirst().orElseThrow();
        assertThat(twice.key()).containsExactly(10, 0, 0, 1, 5000 >> 8, (byte) 5000, 0, 0);
        assertThat(twice.bytes()).isEqualTo(2 * (20 + 8 + 10));
    }

    @Test
    void setsMapsAndCountersDecideOverPackets() throws Exception {
        NftSet ports = NftSet.set("ports", NftValue.concat(NftValue.IP_SOURCE, NftValue.DESTINATION_PORT));
        NftSet verdicts = NftSet.map("verdicts", NftValue.IN_DEVICE, NftSet.Value.VERDICT);
        NftTransaction rules = new NftTransaction(Family.INET, "t")
                .addTable()
                .addCounter("refused")
                .addSet(ports)
                .addSet(verdicts)
                .addChain("from-cable")
                .addRule("from-cable", NftStatement.in(NftValue.concat(NftValue.IP_SOURCE, NftValue.DESTINATION_PORT), ports),
                        NftStatement.verdict(NftVerdict.ACCEPT))
                .addRule("from-cable", NftStatement.count("refused"), NftStatement.limit(100, 5), NftStatement.log(3, "no"))
                .addRule("from-cable", NftStatement.verdict(NftVerdict.DROP))
                .addBaseChain("in", "filter", NftHook.INPUT, 0, NftVerdict.ACCEPT)
                .addRule("in", NftStatement.verdictFrom(NftValue.IN_DEVICE, verdicts))
                .addElements(verdicts, NftElement.of(NftData.device(9, "eth1"), NftVerdict.goTo("from-cable")))
                .addElements(ports, NftElement.of(NftData.concat(NftData.address(LEFT), NftData.port(5000))));
        filter.commit(rules);
        BlockingQueue<LoggedPacket> logged = new LinkedBlockingQueue<>();
        try (Nflog log = new Nflog("log-test")) {
            log.add(right, 3, logged::add);
            assertThat(arrives(5000, PATIENCE_MILLIS)).isTrue();
            assertThat(arrives(5001, 150)).isFalse();
            assertThat(eventually(() -> filter.counters(Family.INET, "t"), counters -> !counters.containsValue(0L)))
                    .containsExactly(Map.entry("refused", 1L));
            LoggedPacket packet = logged.poll(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
            assertThat(packet).isNotNull();
            assertThat(packet.prefix()).isEqualTo("no");
            assertThat(packet.inDevice()).isEqualTo(9);
            assertThat(packet.head()[0]).isEqualTo((byte) 0x45);

            filter.commit(new NftTransaction(Family.INET, "t")
                    .deleteElements(ports, NftElement.of(NftData.concat(NftData.address(LEFT), NftData.port(5000))))
                    .addElements(ports, NftElement.of(NftData.concat(NftData.address(LEFT), NftData.port(5001)))));
            assertThat(arrives(5000, 150)).isFalse();
            assertThat(arrives(5001, PATIENCE_MILLIS)).isTrue();
        }
    }

    @Test
    void aRefusedTransactionChangesNothingAndNamesTheChange() {
        filter.commit(new NftTransaction(Family.INET, "t").addTable().addCounter("one"));
        NftTransaction bad = new NftTransaction(Family.INET, "t")
                .addCounter("two")
                .addRule("nowhere", NftStatement.verdict(NftVerdict.DROP));
        assertThatThrownBy(() -> filter.commit(bad))
                .isInstanceOf(KernelException.class)
                .hasMessageContaining("rule nowhere drop")
                .hasMessageContaining("ENOENT");
        assertThat(filter.counters(Family.INET, "t")).containsOnlyKeys("one");
    }

    @Test
    void connectionsAreFoundAndForgotten() throws Exception {
        filter.commit(new NftTransaction(Family.INET, "t")
                .addTable()
                .addBaseChain("in", "filter", NftHook.INPUT, 0, NftVerdict.ACCEPT)
                .addRule("in", NftStatement.state(NftStatement.ESTABLISHED), NftStatement.verdict(NftVerdict.ACCEPT)));
        try (Conntrack connections = Conntrack.open(right); DatagramSocket from = left.call(() -> new DatagramSocket(4000))) {
            from.send(new DatagramPacket(new byte[1], 1, new InetSocketAddress(InetAddress.getByAddress(RIGHT), 5000)));
            assertThat(eventually(() -> connections.origin(17, RIGHT, 5000, LEFT, 4000, 0), Optional::isPresent))
                    .contains(LEFT);
            connections.deleteFrom(RIGHT, "right");
            connections.deleteTo(LEFT, "left");
            connections.deleteMarked(1, false, "mark 1");
            assertThat(connections.origin(17, RIGHT, 5000, LEFT, 4000, 0)).isPresent();
            connections.deleteFrom(LEFT, "left");
            assertThat(connections.origin(17, RIGHT, 5000, LEFT, 4000, 0)).isEmpty();
            assertThat(connections.insertionsFailed()).isZero();
        }
    }

    @Test
    void ipv6ConnectionsAreFoundAndForgotten() throws Exception {
        byte[][] lefts = {six(1), six(2)};
        byte[] here = six(3);
        try (Rtnetlink leftRoutes = Rtnetlink.open(left); Rtnetlink rightRoutes = Rtnetlink.open(right)) {
            leftRoutes.commit(new RouteChanges()
                    .route(here, 128, RouteChanges.MAIN, 7, "right")
                    .neighbour(7, here, RIGHT_MAC, "right"));
            rightRoutes.commit(new RouteChanges().address(9, here, "eth1"));
            for (byte[] address : lefts) {
                leftRoutes.commit(new RouteChanges().address(7, address, "eth0"));
            }
        }
        filter.commit(new NftTransaction(Family.INET, "t")
                .addTable()
                .addBaseChain("in", "filter", NftHook.INPUT, 0, NftVerdict.ACCEPT)
                .addRule("in", NftStatement.setCtMark(NftValue.constant(NftData.mark(5))))
                .addRule("in", NftStatement.state(NftStatement.ESTABLISHED), NftStatement.verdict(NftVerdict.ACCEPT)));
        try (Conntrack connections = Conntrack.open(right);
                DatagramSocket one = left.call(() -> new DatagramSocket(4000, InetAddress.getByAddress(lefts[0])));
                DatagramSocket two = left.call(() -> new DatagramSocket(4000, InetAddress.getByAddress(lefts[1])))) {
            for (DatagramSocket from : new DatagramSocket[] {one, two}) {
                from.send(new DatagramPacket(new byte[1], 1, new InetSocketAddress(InetAddress.getByAddress(here), 5000)));
            }
            for (byte[] from : lefts) {
                assertThat(eventually(() -> connections.origin(17, here, 5000, from, 4000, 0), Optional::isPresent))
                        .contains(from);
            }
            connections.deleteTo(lefts[0], "nothing");
            connections.deleteMarked(4, true, "another mark");
            connections.deleteMarked(5, false, "of IPv4");
            assertThat(connections.origin(17, here, 5000, lefts[0], 4000, 0)).isPresent();
            connections.deleteFrom(lefts[0], "one");
            assertThat(connections.origin(17, here, 5000, lefts[0], 4000, 0)).isEmpty();
            assertThat(connections.origin(17, here, 5000, lefts[1], 4000, 0)).isPresent();
            connections.deleteTo(here, "all");
            assertThat(connections.origin(17, here, 5000, lefts[1], 4000, 0)).isEmpty();
        }
    }

    private static byte[] six(int last) {
        return new byte[] {0x20, 1, 0xd, (byte) 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, (byte) last};
    }

    /** Also where an ICMP error quotes them: else whoever is told could not know what of. */
    @Test
    void addressesAreRewrittenWithoutTracking() throws Exception {
        byte[] shown = {10, 0, 0, 3};
        byte[] nowhere = {10, 0, 0, 9};
        NftValue real = NftValue.constant(NftData.address(RIGHT));
        NftValue other = NftValue.constant(NftData.address(shown));
        try (Rtnetlink routes = Rtnetlink.open(left)) {
            routes.commit(new RouteChanges()
                    .via(shown, 32, RIGHT, 7, 1, "the shown address")
                    .via(shown, 32, nowhere, 7, 0, "nowhere")
                    .deleteVia(shown, 32, nowhere, 7, 0, "nowhere"));
        }
        NftStatement icmp = NftStatement.is(NftValue.PROTOCOL, NftData.octet(1));
        NftStatement unreachable = NftStatement.is(NftValue.ICMP_TYPE, NftData.octet(3));
        filter.commit(new NftTransaction(Family.INET, "t")
                .addTable()
                .addBaseChain("in", "filter", NftHook.PREROUTING, -300, NftVerdict.ACCEPT)
                .addRule("in", NftStatement.notrack())
                .addRule("in", NftStatement.is(NftValue.IP_DESTINATION, NftData.address(shown)),
                        NftStatement.setDestination(real))
                .addBaseChain("out", "filter", NftHook.POSTROUTING, 300, NftVerdict.ACCEPT)
                .addRule("out", icmp, unreachable, NftStatement.setQuotedDestination(other))
                .addRule("out", NftStatement.is(NftValue.IP_SOURCE, NftData.address(RIGHT)), NftStatement.setSource(other)));
        try (ServerSocket server = right.call(() -> new ServerSocket(80)); SocketChannel client = client()) {
            client.socket().connect(new InetSocketAddress(InetAddress.getByAddress(shown), 80), PATIENCE_MILLIS);
            assertThat(client.isConnected()).isTrue();
        }
        try (DatagramChannel from = left.call(() -> DatagramChannel.open(StandardProtocolFamily.INET))) {
            from.connect(new InetSocketAddress(InetAddress.getByAddress(shown), 9));
            from.write(ByteBuffer.allocate(1));
            from.socket().setSoTimeout(PATIENCE_MILLIS);
            assertThatThrownBy(() -> from.socket().receive(new DatagramPacket(new byte[1], 1)))
                    .isInstanceOf(PortUnreachableException.class);
        }
    }

    /** A channel has its descriptor, and so its namespace, from the beginning. */
    private SocketChannel client() throws Exception {
        return left.call(() -> SocketChannel.open(StandardProtocolFamily.INET));
    }

    @Test
    void aSegmentOfNoConnectionIsAnsweredByAReset() throws Exception {
        filter.commit(new NftTransaction(Family.INET, "t")
                .addTable()
                .addBaseChain("in", "filter", NftHook.INPUT, 0, NftVerdict.ACCEPT)
                .addRule("in", NftStatement.is(NftValue.PROTOCOL, NftData.octet(6)), NftStatement.reset()));
        try (SocketChannel client = client()) {
            InetSocketAddress to = new InetSocketAddress(InetAddress.getByAddress(RIGHT), 80);
            assertThatThrownBy(() -> client.socket().connect(to, PATIENCE_MILLIS))
                    .isInstanceOf(ConnectException.class)
                    .hasMessageContaining("refused");
        }
    }

    /** Whether a datagram from the left reaches that port of the right within a time: a long one if it shall. */
    private boolean arrives(int port, int withinMillis) throws Exception {
        try (DatagramSocket to = right.call(() -> new DatagramSocket(port));
                DatagramSocket from = left.call(() -> new DatagramSocket())) {
            to.setSoTimeout(withinMillis);
            from.send(new DatagramPacket(new byte[1], 1, new InetSocketAddress(InetAddress.getByAddress(RIGHT), port)));
            try {
                to.receive(new DatagramPacket(new byte[1], 1));
                return true;
            } catch (SocketTimeoutException none) {
                return false;
            }
        }
    }

    /** On a busy machine the kernel's own threads deliver what was sent, after the call that sent it. */
    private static <T> T eventually(Supplier<T> reading, Predicate<T> as) {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(PATIENCE_MILLIS);
        T last = reading.get();
        while (!as.test(last) && System.nanoTime() < end) {
            LockSupport.parkNanos(1_000_000);
            last = reading.get();
        }
        return last;
    }
}
