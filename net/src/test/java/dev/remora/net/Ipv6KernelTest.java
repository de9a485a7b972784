package dev.remora.net;

import static dev.remora.net.TestVpc.DATABASE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.remora.linux.Netns;
import dev.remora.linux.RouteChanges;
import dev.remora.linux.Rtnetlink;
import dev.remora.net.Topology.Attachment;
import dev.remora.net.Topology.Gateway;
import dev.remora.net.Topology.Peer;
import dev.remora.net.Topology.Rule;
import dev.remora.net.Topology.Target;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Two workloads in a VPC with an IPv6 block: eni-app in sg-app may reach eni-db in sg-db at 5432. */
@Tag("kernel")
class Ipv6KernelTest {
    private static final String ROUTER = "1/r/vpc-1";
    private static final Ipv4 APP4 = Ipv4.parse("10.0.1.10");
    private static final Ipv6 APP = Ipv6.parse("2001:db8:1000:a::10");
    private static final Ipv6 DB = Ipv6.parse("2001:db8:1000:b::10");
    private static final Ipv6 WORLD = Ipv6.parse("2001:db8:ffff::9");
    private static final Attachment HOST = new Attachment.Workload();

    private final TestEdges edges = new TestEdges();
    private final KernelLab lab = new KernelLab(edges);
    private final TestVpc vpc = new TestVpc(ROUTER)
            .group("sg-app")
            .egress("sg-app", TestVpc.everything())
            .egress("sg-app", TestVpc.everything6())
            .group("sg-db")
            .ingress("sg-db", new Rule(6, 5432, 5432, new Peer.Members("sg-app")))
            .port("eni-app", "a", HOST, List.of(APP4, APP), "sg-app")
            .port("eni-db", "b", HOST, List.of(DATABASE, DB), "sg-db");

    @AfterEach
    void nothingIsLeft() throws Exception {
        lab.close();
    }

    private Netns app() {
        return lab.fabric.workload(ROUTER, "eni-app");
    }

    private Netns database() {
        return lab.fabric.workload(ROUTER, "eni-db");
    }

    @Test
    void groupsJudgeBothFamiliesAlike() throws Exception {
        lab.fabric.apply(vpc.six().topology());
        lab.serve(database(), 5432, 5433);
        assertThat(lab.seen(app(), DB, 5432)).isEqualTo(APP.toString());
        assertThat(lab.seen(app(), DATABASE, 5432)).isEqualTo(APP4.toString());
        lab.refused(Drop.Cause.GROUP_INGRESS, app(), DB, 5433);
        KernelLab.eventually("the drop is reported", () -> !lab.fabric.drops().isEmpty());
        Drop drop = lab.fabric.drops().getFirst();
        assertThat(drop.source()).isEqualTo(APP);
        assertThat(drop.destination()).isEqualTo(DB);
        assertThat(drop.destinationPort()).isEqualTo(5433);
        assertThat(drop.port()).contains("eni-db");
        lab.serve(app(), 80);
        lab.refused(Drop.Cause.GROUP_EGRESS, database(), APP, 80);
        lab.fabric.apply(vpc.port("eni-app", "a", HOST, List.of(APP4, APP), "sg-db").topology());
        lab.refused(Drop.Cause.GROUP_EGRESS, app(), DB, 5432);
    }

    @Test
    void aForeignAddressIsDroppedAndNobodysHasNoRoute() throws Exception {
        lab.fabric.apply(vpc.six().topology());
        lab.refused(Drop.Cause.ROUTE, app(), DB.plus(1), 5432);
        lab.refused(Drop.Cause.ROUTE, app(), WORLD, 443);
        long before = lab.count(Drop.Cause.SOURCE_CHECK);
        try (var inside = Rtnetlink.open(app())) {
            inside.commit(new RouteChanges().address(2, APP.plus(1).bytes(), "a forged address"));
        }
        try (var socket = lab.call(app(), () -> new DatagramSocket(0, APP.plus(1).inet()))) {
            socket.send(new DatagramPacket(new byte[1], 1, DB.inet(), 9));
        }
        lab.awaitMore(Drop.Cause.SOURCE_CHECK, before);
        assertThat(lab.count(Drop.Cause.SOURCE_CHECK)).isEqualTo(before + 1);
    }

    @Test
    void rulesAboutIcmpv6AreAboutItsTypes() throws Exception {
        vpc.six().ingress("sg-db", new Rule(58, 128, 0, new Peer.Block(Cidr6.parse("2001:db8:1000:a::/64"))));
        lab.fabric.apply(vpc.topology());
        long before = lab.count(Drop.Cause.GROUP_INGRESS);
        assertThat(echoes(app(), DB, KernelLab.PATIENCE_MILLIS)).isTrue();
        assertThat(lab.count(Drop.Cause.GROUP_INGRESS)).isEqualTo(before);
        assertThat(echoes(database(), APP, KernelLab.REFUSED_MILLIS)).isFalse();
    }

    /** The runtime sends an echo if it may, which root may. */
    private boolean echoes(Netns from, Ip to, int withinMillis) {
        return lab.call(from, () -> to.inet().isReachable(withinMillis));
    }

    @Test
    void aVpcMayBeGivenItsBlockWhileItsInterfacesRun() throws Exception {
        vpc.port("eni-app", "a", HOST, List.of(APP4), "sg-app").port("eni-db", "b", HOST, List.of(DATABASE), "sg-db");
        lab.fabric.apply(vpc.topology());
        Netns running = app();
        assertThat(lab.call(running, () -> Files.readString(Path.of("/proc/thread-self/net/if_inet6")))).doesNotContain("eth0");
        lab.fabric.apply(vpc.six().topology());
        lab.fabric.apply(vpc.port("eni-app", "a", HOST, List.of(APP4, APP), "sg-app")
                .port("eni-db", "b", HOST, List.of(DATABASE, DB), "sg-db").topology());
        lab.serve(database(), 5432);
        assertThat(lab.seen(running, DB, 5432)).isEqualTo(APP.toString());
    }

    @Test
    void addressesComeAndGoWhileTheInterfaceRuns() throws Exception {
        Ipv4 second = APP4.plus(1);
        lab.fabric.apply(vpc.six().topology());
        lab.serve(database(), 5432);
        lab.serve(app(), 80);
        Netns running = app();
        vpc.ingress("sg-app", TestVpc.tcp(80, "0.0.0.0/0")).egress("sg-db", TestVpc.everything());
        lab.fabric.apply(vpc.port("eni-app", "a", HOST, List.of(APP4, second, APP.plus(1)), "sg-app").topology());
        assertThat(lab.seen(running, DB, 5432)).isEqualTo(APP.plus(1).toString());
        try (Socket open = lab.connect(database(), second, 80)) {
            assertThat(KernelLab.ask(open)).isEqualTo(DATABASE.toString());
            lab.fabric.apply(vpc.port("eni-app", "a", HOST, List.of(APP4), "sg-app").topology());
            KernelLab.ended(open);
        }
        assertThat(lab.seen(database(), APP4, 80)).isEqualTo(DATABASE.toString());
        lab.refused(Drop.Cause.ROUTE, database(), second, 80);
        assertThat(app()).isSameAs(running);
        assertThatThrownBy(() -> lab.connect(running, DB, 5432)).hasMessageContaining("unreachable");
    }

    @Test
    void anAddressMayMoveFromOneInterfaceToAnother() throws Exception {
        Ipv4 floating = Ipv4.parse("10.0.2.200");
        vpc.port("eni-two", "b", HOST, List.of(DATABASE.plus(1)), "sg-db");
        lab.fabric.apply(vpc.six().port("eni-db", "b", HOST, List.of(DATABASE, floating), "sg-db").topology());
        lab.serve(database(), 5432);
        assertThat(lab.seen(app(), floating, 5432)).isEqualTo(APP4.toString());
        lab.fabric.apply(vpc.port("eni-db", "b", HOST, List.of(DATABASE), "sg-db")
                .port("eni-two", "b", HOST, List.of(DATABASE.plus(1), floating), "sg-db").topology());
        assertThatThrownBy(() -> lab.connect(app(), floating, 5432)).hasMessageContaining("refused");
        lab.serve(lab.fabric.workload(ROUTER, "eni-two"), 5432);
        assertThat(lab.seen(app(), floating, 5432)).isEqualTo(APP4.toString());
    }

    @Test
    void theInternetIsReachedByItsOwnRouteAndAnEgressOnlyGatewayLetsNothingIn() throws Exception {
        vpc.six().gateway("igw", new Gateway.Internet(Map.of(), List.of(TestVpc.SIX))).route("::/0", new Target.By("igw"))
                .ingress("sg-db", TestVpc.tcp(443, "::/0"));
        lab.fabric.apply(vpc.topology());
        lab.serve(database(), 443);
        edges.address("igw", WORLD);
        lab.serve(edges.host("igw"), 80);
        assertThat(lab.seen(app(), WORLD, 80)).isEqualTo(APP.toString());
        assertThat(lab.seen(edges.host("igw"), DB, 443)).isEqualTo(WORLD.toString());
        lab.refused(Drop.Cause.ROUTE, edges.host("igw"), LinkLocal.RESOLVER6, 53);

        lab.fabric.apply(vpc.withoutGateway("igw").gateway("eigw", new Gateway.EgressOnly(List.of(TestVpc.SIX)))
                .route("::/0", new Target.By("eigw")).topology());
        edges.address("eigw", WORLD);
        lab.serve(edges.host("eigw"), 80);
        assertThat(lab.seen(app(), WORLD, 80)).isEqualTo(APP.toString());
        lab.refused(Drop.Cause.ROUTE, edges.host("eigw"), DB, 443);
    }
}
