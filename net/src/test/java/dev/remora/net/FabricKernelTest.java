package dev.remora.net;

import static dev.remora.net.TestVpc.DATABASE;
import static dev.remora.net.TestVpc.ENI;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.remora.linux.Netns;
import dev.remora.linux.NftTransaction;
import dev.remora.linux.RouteChanges;
import dev.remora.linux.Rtnetlink;
import dev.remora.net.Topology.Rule;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("kernel")
class FabricKernelTest {
    private static final NatKey KEY = new NatKey("1/a/sg-fn");

    private final KernelLab lab = new KernelLab();
    private final TestVpc vpc = TestVpc.withDatabase("1/r/vpc-1", KEY);

    @AfterEach
    void nothingIsLeft() throws Exception {
        lab.close();
    }

    private void up() {
        lab.fabric.apply(vpc.topology());
        lab.serve(lab.fabric.workload("1/r/vpc-1", "eni-db"), 5432, 5433);
    }

    @Test
    void aFunctionReachesTheDatabaseAsItsInterfaceAndNoOtherPort() throws Exception {
        up();
        try (Slot slot = lab.bound(KEY)) {
            assertThat(lab.seen(slot.namespace(), DATABASE, 5432)).isEqualTo(ENI.toString());
            lab.refused(Drop.Cause.GROUP_INGRESS, slot.namespace(), DATABASE, 5433);
        }
    }

    @Test
    void aRevokedRuleStopsNewConnectionsAndLeavesOldOnesUntilTheInterfaceGoes() throws Exception {
        up();
        try (Slot slot = lab.bound(KEY);
                Socket old = lab.connect(slot.namespace(), DATABASE, 5432)) {
            assertThat(KernelLab.ask(old)).isEqualTo(ENI.toString());
            lab.fabric.apply(vpc.revokeIngress("sg-db", TestVpc.fromFunctions(5432)).topology());
            lab.refused(Drop.Cause.GROUP_INGRESS, slot.namespace(), DATABASE, 5432);
            assertThat(KernelLab.ask(old)).isEqualTo(ENI.toString());
            lab.fabric.apply(vpc.ingress("sg-db", TestVpc.fromFunctions(5432)).topology());
            assertThat(lab.seen(slot.namespace(), DATABASE, 5432)).isEqualTo(ENI.toString());
            lab.fabric.apply(vpc.without("eni-fn").topology());
            KernelLab.ended(old);
        }
    }

    @Test
    void withoutAnEgressRuleNothingLeaves() throws Exception {
        vpc.revokeEgress("sg-fn");
        up();
        try (Slot slot = lab.bound(KEY)) {
            lab.refused(Drop.Cause.GROUP_EGRESS, slot.namespace(), DATABASE, 5432);
            Rule some = new Rule(6, 5000, 6000, new Topology.Peer.Members("sg-db"));
            lab.fabric.apply(vpc.egress("sg-fn", some).topology());
            assertThat(lab.seen(slot.namespace(), DATABASE, 5432)).isEqualTo(ENI.toString());
        }
    }

    @Test
    void anAddressOfNobodyHasNoRoute() throws Exception {
        up();
        try (Slot slot = lab.bound(KEY)) {
            lab.refused(Drop.Cause.ROUTE, slot.namespace(), Ipv4.parse("10.0.2.99"), 5432);
            lab.refused(Drop.Cause.ROUTE, slot.namespace(), Ipv4.parse("203.0.113.1"), 443);
        }
    }

    @Test
    void aForgedSourceIsDropped() throws Exception {
        up();
        try (Slot slot = lab.bound(KEY)) {
            long before = lab.count(Drop.Cause.SOURCE_CHECK);
            forge(slot.namespace());
            lab.awaitMore(Drop.Cause.SOURCE_CHECK, before);
            long between = lab.count(Drop.Cause.SOURCE_CHECK);
            forge(lab.fabric.workload("1/r/vpc-1", "eni-db"));
            lab.awaitMore(Drop.Cause.SOURCE_CHECK, between);
        }
    }

    /** Sends from an address that the host took by itself. */
    private void forge(Netns host) throws Exception {
        try (Rtnetlink inside = Rtnetlink.open(host)) {
            inside.commit(new RouteChanges().address(2, ENI.plus(1).bytes(), "a forged address"));
        }
        try (DatagramSocket socket = lab.call(host, () -> new DatagramSocket(0, ENI.plus(1).inet()))) {
            socket.send(new DatagramPacket(new byte[1], 1, DATABASE.plus(1).inet(), 9));
        }
    }

    @Test
    void slotsAreIsolated() throws Exception {
        up();
        try (Slot one = lab.bound(KEY);
                Slot two = lab.bound(KEY)) {
            lab.serve(two.namespace(), 8080);
            Ipv4 address = ((KernelSlot) two).address();
            lab.refused(Drop.Cause.ISOLATION, one.namespace(), address, 8080);
            lab.refused(Drop.Cause.ISOLATION, one.namespace(), LinkLocal.SHARD, 22);
            lab.fabric.apply(vpc.group("sg-open").ingress("sg-open", TestVpc.everything())
                    .eni("eni-fn", ENI, KEY, "sg-fn", "sg-open").topology());
            lab.refused(Drop.Cause.INBOUND, lab.fabric.workload("1/r/vpc-1", "eni-db"), ENI, 8080);
        }
    }

    @Test
    void anUnboundSlotReachesNothing() throws Exception {
        up();
        try (Slot slot = lab.fabric.slots().take(lab.fabric.slots().shardOf(KEY))) {
            lab.refused(Drop.Cause.UNBOUND, slot.namespace(), DATABASE, 5432);
            assertThatThrownBy(() -> slot.bind(new NatKey("nobody"))).isInstanceOf(IllegalStateException.class);
            slot.bind(KEY);
            assertThat(lab.seen(slot.namespace(), DATABASE, 5432)).isEqualTo(ENI.toString());
            assertThatThrownBy(() -> slot.bind(KEY)).isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void twoVpcsMayHaveTheSameAddresses() throws Exception {
        NatKey other = new NatKey("1/a2/sg-fn");
        up();
        lab.fabric.apply(TestVpc.withDatabase("1/r/vpc-2", other).ingress("sg-db", TestVpc.fromFunctions(6000)).topology());
        lab.serve(lab.fabric.workload("1/r/vpc-2", "eni-db"), 6000);
        try (Slot one = lab.bound(KEY);
                Slot two = lab.bound(other)) {
            assertThat(one.shard()).isEqualTo(two.shard());
            assertThat(lab.seen(one.namespace(), DATABASE, 5432)).isEqualTo(ENI.toString());
            assertThat(lab.seen(two.namespace(), DATABASE, 6000)).isEqualTo(ENI.toString());
            lab.refused(Drop.Cause.GROUP_INGRESS, one.namespace(), DATABASE, 6000);
        }
    }

    @Test
    void slotsShareAnInterfaceAndAKeyMayHaveSeveral() throws Exception {
        up();
        try (Slot one = lab.bound(KEY);
                Slot two = lab.bound(KEY);
                Socket old = lab.connect(one.namespace(), DATABASE, 5432)) {
            assertThat(lab.seen(one.namespace(), DATABASE, 5432)).isEqualTo(ENI.toString());
            assertThat(lab.seen(two.namespace(), DATABASE, 5432)).isEqualTo(ENI.toString());
            lab.fabric.apply(vpc.eni("eni-fn2", ENI.plus(1), KEY, "sg-fn").topology());
            Set<String> seen = new HashSet<>();
            List<Socket> connections = new ArrayList<>();
            for (int i = 0; i < 60; i++) {
                Socket connection = lab.connect(i % 2 == 0 ? one.namespace() : two.namespace(), DATABASE, 5432);
                connections.add(connection);
                seen.add(KernelLab.ask(connection));
            }
            assertThat(seen).containsExactlyInAnyOrder(ENI.toString(), ENI.plus(1).toString());
            assertThat(KernelLab.ask(old)).isEqualTo(ENI.toString());
            lab.fabric.apply(vpc.without("eni-fn2").topology());
            assertThat(KernelLab.ask(old)).isEqualTo(ENI.toString());
            assertThat(lab.seen(two.namespace(), DATABASE, 5432)).isEqualTo(ENI.toString());
        }
    }

    @Test
    void anotherTenantsConnectionNeverReachesANewSlot() throws Exception {
        up();
        Slot one = lab.bound(KEY);
        Socket old = lab.connect(one.namespace(), DATABASE, 5432);
        assertThat(KernelLab.ask(old)).isEqualTo(ENI.toString());
        one.close();
        long before = lab.count(Drop.Cause.UNBOUND);
        KernelLab.ended(old);
        old.close();
        try (Slot two = lab.bound(KEY)) {
            assertThat(((KernelSlot) two).address()).isNotEqualTo(((KernelSlot) one).address());
            assertThat(lab.seen(two.namespace(), DATABASE, 5432)).isEqualTo(ENI.toString());
        }
        assertThat(lab.count(Drop.Cause.UNBOUND)).isGreaterThanOrEqualTo(before);
    }

    @Test
    void dropsNameTheSlotAndThePort() throws Exception {
        up();
        List<Drop> heard = Collections.synchronizedList(new ArrayList<>());
        lab.fabric.onDrop(heard::add);
        try (Slot slot = lab.bound(KEY)) {
            lab.refused(Drop.Cause.GROUP_INGRESS, slot.namespace(), DATABASE, 5433);
            KernelLab.eventually("the drop is reported", () -> !heard.isEmpty());
            Drop drop = heard.getFirst();
            assertThat(drop.cause()).isEqualTo(Drop.Cause.GROUP_INGRESS);
            assertThat(drop.router()).isEqualTo("1/r/vpc-1");
            assertThat(drop.slot()).isEqualTo(Optional.of(slot.id()));
            assertThat(drop.port()).isEqualTo(Optional.of("eni-db"));
            assertThat(drop.protocol()).isEqualTo(6);
            assertThat(drop.source()).isEqualTo(ENI);
            assertThat(drop.destination()).isEqualTo(DATABASE);
            assertThat(drop.destinationPort()).isEqualTo(5433);
            assertThat(lab.fabric.drops()).contains(drop);

            heard.clear();
            lab.refused(Drop.Cause.ROUTE, slot.namespace(), Ipv4.parse("203.0.113.1"), 443);
            KernelLab.eventually("the drop is reported", () -> !heard.isEmpty());
            assertThat(heard.getFirst().port()).isEqualTo(Optional.of("eni-fn"));
            assertThat(heard.getFirst().slot()).isEqualTo(Optional.of(slot.id()));
        }
        heard.clear();
        try (Slot unbound = lab.fabric.slots().take(lab.fabric.slots().shardOf(KEY))) {
            lab.refused(Drop.Cause.UNBOUND, unbound.namespace(), DATABASE, 5432);
            KernelLab.eventually("the drop is reported", () -> !heard.isEmpty());
            assertThat(heard.getFirst().router()).isEmpty();
            assertThat(heard.getFirst().slot()).isEqualTo(Optional.of(unbound.id()));
        }
    }

    @Test
    void aSecondApplySendsNothing() {
        RouterState first = RouterState.empty("r").next(vpc.topology());
        assertThat(RouterRules.change(RouterState.empty("r"), first)).noneMatch(NftTransaction::isEmpty);
        assertThat(RouterRules.change(first, first.next(vpc.topology()))).allMatch(NftTransaction::isEmpty);
        lab.fabric.apply(vpc.topology());
        lab.fabric.apply(vpc.topology());
    }

    @Test
    void aRemovedRouterIsGone() {
        up();
        lab.fabric.remove("1/r/vpc-1");
        lab.fabric.remove("1/r/vpc-1");
        assertThatThrownBy(() -> lab.fabric.workload("1/r/vpc-1", "eni-db")).isInstanceOf(IllegalArgumentException.class);
        lab.fabric.apply(vpc.topology());
        assertThat(lab.fabric.workload("1/r/vpc-1", "eni-db").fd()).isPositive();
    }
}
