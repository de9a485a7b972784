package dev.remora.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.remora.linux.Netns;
import dev.remora.linux.RouteChanges;
import dev.remora.linux.Rtnetlink;
import dev.remora.linux.VethEnd;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("kernel")
class SlotsKernelTest {
    private static final NatKey KEY = new NatKey("1/a/sg-fn");
    private static final int READY = 6;

    private final KernelLab lab = new KernelLab(READY);
    private final KernelSlots slots = (KernelSlots) lab.fabric.slots();

    @AfterEach
    void nothingIsLeft() throws Exception {
        lab.close();
    }

    @Test
    void thePoolFillsItselfAndClosedSlotsAreGivenBack() {
        lab.fabric.apply(TestVpc.withDatabase("1/r/vpc-1", KEY).topology());
        int shard = slots.shardOf(KEY);
        KernelLab.eventually("the pool is full", () -> slots.ready(shard) == READY);
        Set<String> ids = new HashSet<>();
        for (int i = 0; i < 3 * READY; i++) {
            Slot slot = slots.take(shard);
            assertThat(ids.add(slot.id())).isTrue();
            slot.bind(KEY);
            slot.close();
            slot.close();
        }
        KernelLab.eventually("the pool is full again", () -> slots.ready(shard) == READY);
        Netns namespace = slots.shard(shard).namespace();
        KernelLab.eventually("the cables are gone", () -> cables(namespace) == READY);
    }

    private static long cables(Netns shard) {
        try (Rtnetlink routes = Rtnetlink.open(shard)) {
            return routes.links().keySet().stream().filter(name -> name.matches("s[0-9]+")).count();
        }
    }

    @Test
    void aSlotHasItsOwnLimitOfConnections() throws Exception {
        lab.fabric.apply(TestVpc.withDatabase("1/r/vpc-1", KEY)
                .ingress("sg-db", new Topology.Rule(17, 9000, 20000, new Topology.Peer.Members("sg-fn")))
                .topology());
        try (Slot slot = lab.bound(KEY);
                Slot other = lab.bound(KEY)) {
            long before = lab.count(Drop.Cause.SLOT_LIMIT);
            try (DatagramSocket socket = lab.call(slot.namespace(), DatagramSocket::new)) {
                for (int i = 0; i < ShardRules.CONNECTIONS_PER_SLOT + 50; i++) {
                    socket.send(new DatagramPacket(new byte[1], 1, TestVpc.DATABASE.inet(), 9000 + i));
                }
            }
            KernelLab.eventually("what is too much is dropped", () -> lab.count(Drop.Cause.SLOT_LIMIT) - before >= 40);
            assertThat(lab.count(Drop.Cause.SLOT_LIMIT) - before).isLessThanOrEqualTo(50);
            lab.serve(lab.fabric.workload("1/r/vpc-1", "eni-db"), 5432);
            assertThat(lab.seen(other.namespace(), TestVpc.DATABASE, 5432)).isEqualTo(TestVpc.ENI.toString());
        }
    }

    @Test
    void newConnectionsLeaveByTheInterfacesThatAreNotSparedAndOldOnesStay() throws Exception {
        Ipv4 second = TestVpc.ENI.plus(1);
        lab.fabric.apply(TestVpc.withDatabase("1/r/vpc-1", KEY).topology());
        lab.serve(lab.fabric.workload("1/r/vpc-1", "eni-db"), 5432);
        try (Slot slot = lab.bound(KEY);
                Socket one = lab.connect(slot.namespace(), TestVpc.DATABASE, 5432);
                Socket two = lab.connect(slot.namespace(), TestVpc.DATABASE, 5432)) {
            assertThat(KernelLab.ask(one)).isEqualTo(TestVpc.ENI.toString());
            assertThat(lab.fabric.connections("1/r/vpc-1", "eni-fn", 2)).isEqualTo(Map.of(TestVpc.ENI, 2));
            assertThat(lab.fabric.connections("1/r/vpc-1", "eni-fn", 1000)).isEmpty();
            assertThat(lab.fabric.connections("1/r/vpc-1", "eni-nobody", 0)).isEmpty();

            slots.spare(KEY, Set.of("eni-fn"));
            assertThat(lab.seen(slot.namespace(), TestVpc.DATABASE, 5432)).as("there is no other")
                    .isEqualTo(TestVpc.ENI.toString());
            lab.fabric.apply(TestVpc.withDatabase("1/r/vpc-1", KEY).eni("eni-fn2", second, KEY, "sg-fn").topology());
            for (int i = 0; i < 8; i++) {
                assertThat(lab.seen(slot.namespace(), TestVpc.DATABASE, 5432)).isEqualTo(second.toString());
            }
            assertThat(KernelLab.ask(two)).isEqualTo(TestVpc.ENI.toString());
            slots.spare(KEY, Set.of());
            slots.spare(new NatKey("unknown"), Set.of("eni-fn"));
            Set<String> seen = new HashSet<>();
            for (int i = 0; i < 64; i++) {
                seen.add(lab.seen(slot.namespace(), TestVpc.DATABASE, 5432));
            }
            assertThat(seen).containsExactlyInAnyOrder(TestVpc.ENI.toString(), second.toString());
        }
    }

    @Test
    void aKeyOfAnotherShardIsRefused() {
        assertThatThrownBy(() -> slots.take(7)).isInstanceOf(IllegalArgumentException.class);
        try (Slot slot = slots.take(slots.shardOf(NatKey.INTERNET))) {
            assertThatThrownBy(() -> slot.bind(KEY)).isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void manyPortsAreAppliedAndChangedQuickly() throws Exception {
        TestVpc vpc = TestVpc.withDatabase("1/r/vpc-1", KEY);
        lab.fabric.apply(vpc.topology());
        for (int i = 0; i < 200; i++) {
            vpc.eni("eni-" + i, Ipv4.parse("10.0.1.100").plus(i), new NatKey("key-" + i), "sg-fn");
        }
        long all = timed(() -> lab.fabric.apply(vpc.topology()));
        long none = timed(() -> lab.fabric.apply(vpc.topology()));
        vpc.eni("eni-x", Ipv4.parse("10.0.3.1"), new NatKey("key-x"), "sg-fn");
        long one = timed(() -> lab.fabric.apply(vpc.topology()));
        List<Long> rule = new ArrayList<>();
        for (int i = 0; i < 21; i++) {
            int port = 7000 + i;
            rule.add(timed(() -> lab.fabric.apply(vpc.ingress("sg-db", TestVpc.fromFunctions(port)).topology())));
        }
        long gone = timed(() -> lab.fabric.apply(vpc.without("eni-x").topology()));
        print("200 ports", all);
        print("nothing to change, 202 ports", none);
        print("one more interface, 202 ports", one);
        print("one more rule, 203 ports, median of 21", rule.stream().sorted().toList().get(10));
        print("one interface less", gone);
        assertThat(slots.shardOf(new NatKey("key-199"))).isPositive();
        assertThat(all).isLessThan(10_000_000_000L);
    }

    /** Also while the slots before it are given back. */
    @Test
    void takingAndBindingIsCheaperThanMakingANamespace() throws Exception {
        lab.fabric.apply(TestVpc.withDatabase("1/r/vpc-1", KEY).topology());
        int shard = slots.shardOf(KEY);
        List<Long> claims = new ArrayList<>();
        List<Long> bare = new ArrayList<>();
        for (int round = 0; round < 10; round++) {
            KernelLab.eventually("the pool is full", () -> slots.ready(shard) == READY);
            for (int i = 0; i < READY; i++) {
                bare.add(timed(this::bare));
                long start = System.nanoTime();
                Slot slot = slots.take(shard);
                slot.bind(KEY);
                claims.add(System.nanoTime() - start);
                slot.close();
            }
        }
        long claim = median(claims);
        print("a slot taken and bound", claim);
        print("a bare namespace with a cable", median(bare));
        assertThat(2 * claim).isLessThan(median(bare));
    }

    private void bare() {
        try (Netns one = Netns.create();
                Rtnetlink inside = Rtnetlink.open(one)) {
            inside.commit(new RouteChanges()
                    .veth(new VethEnd("a", 2, LinkLocal.SLOT_MAC), new VethEnd("b", 3, LinkLocal.SLOT_OUTER_MAC), one, "a cable")
                    .up(2, "a")
                    .up(3, "b")
                    .address(2, LinkLocal.SHARD.bytes(), "a"));
        }
    }

    private static long timed(Runnable body) {
        long start = System.nanoTime();
        body.run();
        return System.nanoTime() - start;
    }

    private static long median(List<Long> values) {
        long[] sorted = values.stream().mapToLong(Long::longValue).sorted().toArray();
        return sorted[sorted.length / 2];
    }

    private static void print(String what, long nanos) {
        System.out.printf("%-45s %8.3f ms%n", what, nanos / 1e6);
    }
}
