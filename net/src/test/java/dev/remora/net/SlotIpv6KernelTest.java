package dev.remora.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.remora.linux.Netns;
import dev.remora.linux.RouteChanges;
import dev.remora.linux.Rtnetlink;
import dev.remora.linux.VethEnd;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** IPv6 of functions, against namespaces in place of routers at the other end of their interfaces. */
@Tag("kernel")
class SlotIpv6KernelTest {
    private static final NatKey KEY = new NatKey("1/a/sg-fn");
    private static final NatKey OTHER = new NatKey("1/a2/sg-fn");
    private static final Ipv4 ENI = Ipv4.parse("10.0.1.50");
    private static final Ipv6 ENI6 = Ipv6.parse("2001:db8:1000:100::50");
    private static final Ipv4 SERVER = Ipv4.parse("10.0.2.10");
    private static final Ipv6 SERVER6 = Ipv6.parse("2001:db8:1000:100::10");

    private final KernelLab lab = new KernelLab();
    private final KernelSlots slots = (KernelSlots) lab.fabric.slots();
    private final TestRouter one = new TestRouter(lab.fabric, "1/r/vpc-1", SERVER.toString(), SERVER6.toString());
    private final TestRouter two = new TestRouter(lab.fabric, "1/r/vpc-2", SERVER.toString(), SERVER6.toString());

    @AfterEach
    void nothingIsLeft() throws Exception {
        one.close();
        two.close();
        lab.close();
    }

    /** An interface of a key whose other end is in a router's namespace. */
    private Shard.Cable eni(NatKey key, TestRouter router, int device, Ipv4 address, Optional<Ipv6> address6) {
        Shard shard = slots.shard(slots.shardOf(key));
        Shard.Cable cable =
                shard.cable(key, "eni-" + device, new VethEnd("p" + device, device, LinkLocal.ROUTER_MAC), router.namespace);
        try (Rtnetlink routes = Rtnetlink.open(router.namespace)) {
            RouteChanges changes = new RouteChanges().up(device, "eni");
            reach(changes, device, address);
            address6.ifPresent(six -> reach(changes, device, six));
            routes.commit(changes);
        }
        shard.open(cable, address, address6);
        return cable;
    }

    private static void reach(RouteChanges changes, int device, Ip address) {
        byte[] bytes = address.bytes();
        changes.neighbour(device, bytes, LinkLocal.SHARD_MAC, "eni")
                .route(bytes, 8 * bytes.length, RouteChanges.MAIN, device, "eni");
    }

    private Slot bound(NatKey key, boolean ipv6) {
        Slot slot = slots.take(slots.shardOf(key));
        slot.bind(key, ipv6);
        return slot;
    }

    /** It sends and is answered from the first packet on, also while others are given back. */
    @Test
    void aSlotIsReadyWhenItIsBound() throws Exception {
        eni(KEY, one, 100, ENI, Optional.of(ENI6));
        lab.serve(one.namespace, 80);
        for (int i = 0; i < 40; i++) {
            try (Slot slot = bound(KEY, true)) {
                assertThat(lab.seen(slot.namespace(), SERVER6, 80)).isEqualTo(ENI6.toString());
            }
        }
    }

    @Test
    void aFunctionReachesAServerAsItsInterfaceInBothFamilies() throws Exception {
        eni(KEY, one, 100, ENI, Optional.of(ENI6));
        lab.serve(one.namespace, 80);
        try (Slot slot = bound(KEY, true)) {
            assertThat(lab.seen(slot.namespace(), SERVER, 80)).isEqualTo(ENI.toString());
            assertThat(lab.seen(slot.namespace(), SERVER6, 80)).isEqualTo(ENI6.toString());
            try (DatagramSocket server = one.namespace.call(() -> new DatagramSocket(53));
                    DatagramSocket client = slot.namespace().call(() -> new DatagramSocket())) {
                server.setSoTimeout(KernelLab.PATIENCE_MILLIS);
                client.setSoTimeout(KernelLab.PATIENCE_MILLIS);
                client.send(new DatagramPacket(new byte[1], 1, SERVER6.inet(), 53));
                DatagramPacket got = new DatagramPacket(new byte[1], 1);
                server.receive(got);
                assertThat(got.getAddress()).isEqualTo(ENI6.inet());
                server.send(got);
                client.receive(got);
            }
            assertThat(slot.namespace().call(() -> SERVER6.inet().isReachable(KernelLab.PATIENCE_MILLIS))).isTrue();
        }
    }

    /** As on AWS: there is no IPv6 address, and the network is unreachable at once. The shard would drop it as well. */
    @Test
    void withoutPermissionAConnectionFailsAtOnce() throws Exception {
        eni(KEY, one, 100, ENI, Optional.of(ENI6));
        lab.serve(one.namespace, 80);
        try (Slot allowed = bound(KEY, true);
                Slot slot = bound(KEY, false)) {
            assertThat(lab.seen(slot.namespace(), SERVER, 80)).isEqualTo(ENI.toString());
            assertThatThrownBy(() -> lab.connect(slot.namespace(), SERVER6, 80))
                    .isInstanceOf(SocketException.class)
                    .hasMessageContaining("unreachable");
            assertThat(addresses6(slot.namespace())).isEmpty();
            assertThat(addresses6(allowed.namespace())).hasSize(1);
            open(slot);
            lab.refused(Drop.Cause.ROUTE, slot.namespace(), SERVER6, 80);
        }
    }

    /** Gives it the address and route that it was not given. */
    private static void open(Slot slot) {
        try (Rtnetlink inside = Rtnetlink.open(slot.namespace())) {
            LinkLocal.host6(
                    inside, ShardRules.slot6(((KernelSlot) slot).address()), LinkLocal.SLOT_OUTER_MAC, "a slot");
        }
    }

    private static List<String> addresses6(Netns namespace) throws Exception {
        return namespace.call(() -> Files.readAllLines(Path.of("/proc/thread-self/net/if_inet6")))
                .stream()
                .filter(line -> line.endsWith("eth0"))
                .toList();
    }

    @Test
    void anInterfaceWithoutIpv6CarriesNone() throws Exception {
        eni(KEY, one, 100, ENI, Optional.empty());
        lab.serve(one.namespace, 80);
        try (Slot slot = bound(KEY, true)) {
            assertThat(lab.seen(slot.namespace(), SERVER, 80)).isEqualTo(ENI.toString());
            lab.refused(Drop.Cause.ROUTE, slot.namespace(), SERVER6, 80);
        }
    }

    @Test
    void twoVpcsMayHaveTheSameAddressesAndSlotsAreIsolated() throws Exception {
        eni(KEY, one, 100, ENI, Optional.of(ENI6));
        eni(OTHER, two, 200, ENI, Optional.of(ENI6));
        lab.serve(one.namespace, 80);
        lab.serve(two.namespace, 81);
        try (Slot first = bound(KEY, true);
                Slot second = bound(OTHER, true)) {
            assertThat(first.shard()).isEqualTo(second.shard());
            assertThat(lab.seen(first.namespace(), SERVER6, 80)).isEqualTo(ENI6.toString());
            assertThat(lab.seen(second.namespace(), SERVER6, 81)).isEqualTo(ENI6.toString());
            assertThatThrownBy(() -> lab.connect(first.namespace(), SERVER6, 81)).hasMessageContaining("refused");
            lab.serve(second.namespace(), 8080);
            Ipv6 address = ShardRules.slot6(((KernelSlot) second).address());
            lab.refused(Drop.Cause.ISOLATION, first.namespace(), address, 8080);
            lab.refused(Drop.Cause.INBOUND, one.namespace, ENI6, 8080);
            long before = lab.count(Drop.Cause.SOURCE_CHECK);
            forge(first.namespace(), address);
            lab.awaitMore(Drop.Cause.SOURCE_CHECK, before);
        }
    }

    private void forge(Netns slot, Ipv6 address) throws Exception {
        try (Rtnetlink inside = Rtnetlink.open(slot)) {
            inside.commit(new RouteChanges().address(LinkLocal.HOST_DEVICE, address.bytes(), "a forged address"));
        }
        try (DatagramSocket socket = slot.call(() -> new DatagramSocket(0, address.inet()))) {
            socket.send(new DatagramPacket(new byte[1], 1, SERVER6.inet(), 9));
        }
    }

    @Test
    void bothFamiliesCountTowardsTheSlotsLimit() throws Exception {
        eni(KEY, one, 100, ENI, Optional.of(ENI6));
        try (Slot slot = bound(KEY, true);
                DatagramSocket socket = slot.namespace().call(() -> new DatagramSocket())) {
            long before = lab.count(Drop.Cause.SLOT_LIMIT);
            int half = ShardRules.CONNECTIONS_PER_SLOT / 2;
            for (int i = 0; i < half + 25; i++) {
                socket.send(new DatagramPacket(new byte[1], 1, new InetSocketAddress(SERVER.inet(), 9000 + i)));
                socket.send(new DatagramPacket(new byte[1], 1, new InetSocketAddress(SERVER6.inet(), 9000 + i)));
            }
            KernelLab.eventually("what is too much is dropped", () -> lab.count(Drop.Cause.SLOT_LIMIT) - before >= 40);
            assertThat(lab.count(Drop.Cause.SLOT_LIMIT) - before).isLessThanOrEqualTo(50);
        }
    }

    @Test
    void anotherTenantsConnectionNeverReachesANewSlot() throws Exception {
        Shard.Cable cable = eni(KEY, one, 100, ENI, Optional.of(ENI6));
        lab.serve(one.namespace, 80);
        Slot first = bound(KEY, true);
        Socket old = lab.connect(first.namespace(), SERVER6, 80);
        assertThat(KernelLab.ask(old)).isEqualTo(ENI6.toString());
        first.close();
        KernelLab.ended(old);
        try (Slot second = bound(KEY, true);
                Socket kept = lab.connect(second.namespace(), SERVER6, 80)) {
            assertThat(KernelLab.ask(kept)).isEqualTo(ENI6.toString());
            slots.shard(cable.shard()).shut(cable);
            KernelLab.ended(kept);
        }
    }
}
