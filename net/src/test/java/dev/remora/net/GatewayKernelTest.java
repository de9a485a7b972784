package dev.remora.net;

import static dev.remora.net.TestVpc.DATABASE;
import static dev.remora.net.TestVpc.ENI;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.remora.linux.Netns;
import dev.remora.linux.RouteChanges;
import dev.remora.linux.Rtnetlink;
import dev.remora.net.Topology.Attachment;
import dev.remora.net.Topology.Gateway;
import dev.remora.net.Topology.Target;
import java.net.Socket;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Where a router's routes lead, and what may come from there. */
@Tag("kernel")
class GatewayKernelTest {
    private static final String ROUTER = "1/r/vpc-1";
    private static final NatKey KEY = new NatKey("1/a/sg-fn");
    private static final Ipv4 WORLD = Ipv4.parse("203.0.113.9");
    private static final Ipv4 PEER = Ipv4.parse("10.1.0.9");
    private static final Ipv4 NAT = Ipv4.parse("10.0.2.77");
    private static final Gateway INTERNET = new Gateway.Internet(Map.of(), List.of());
    private static final Gateway PEERING = new Gateway.Peering("pcx-1", List.of(Cidr.parse("10.1.0.0/16")));

    private final TestEdges edges = new TestEdges();
    private final KernelLab lab = new KernelLab(edges);
    private final TestVpc vpc = TestVpc.withDatabase(ROUTER, KEY);

    @AfterEach
    void nothingIsLeft() throws Exception {
        lab.close();
    }

    private Netns database() {
        return lab.fabric.workload(ROUTER, "eni-db");
    }

    /** A host that has an address beyond what the router gave it, and serves there. */
    private void also(Netns host, Ip address, int... ports) {
        try (Rtnetlink inside = Rtnetlink.open(host)) {
            inside.commit(new RouteChanges().address(2, address.bytes(), "another address"));
        }
        lab.serve(host, ports);
    }

    @Test
    void aRouteToAnInterfaceLeadsAnyDestinationThereAndTheLongestPrefixWins() throws Exception {
        vpc.appliance("eni-nat", NAT, "sg-open").appliance("eni-other", NAT.plus(1), "sg-open")
                .group("sg-open").ingress("sg-open", TestVpc.everything()).egress("sg-open", TestVpc.everything())
                .route("0.0.0.0/0", new Target.ToPort("eni-nat"))
                .route("203.0.113.0/24", new Target.ToPort("eni-other"))
                .route("203.0.113.128/25", new Target.Blackhole());
        lab.fabric.apply(vpc.topology());
        also(lab.fabric.workload(ROUTER, "eni-nat"), Ipv4.parse("198.51.100.1"), 80);
        also(lab.fabric.workload(ROUTER, "eni-other"), WORLD, 81);
        try (Slot slot = lab.bound(KEY)) {
            assertThat(lab.seen(slot.namespace(), Ipv4.parse("198.51.100.1"), 80)).isEqualTo(ENI.toString());
            assertThat(lab.seen(slot.namespace(), WORLD, 81)).isEqualTo(ENI.toString());
            lab.refused(Drop.Cause.ROUTE, slot.namespace(), Ipv4.parse("203.0.113.200"), 80);
            lab.fabric.apply(vpc.withoutRoute("203.0.113.0/24").without("eni-other").topology());
            also(lab.fabric.workload(ROUTER, "eni-nat"), WORLD, 81);
            assertThat(lab.seen(slot.namespace(), WORLD, 81)).isEqualTo(ENI.toString());
            lab.fabric.apply(vpc.without("eni-nat").topology());
            lab.refused(Drop.Cause.ROUTE, slot.namespace(), WORLD, 81);
        }
    }

    @Test
    void aRouteWithinTheVpcMayLeadToAnApplianceFirst() throws Exception {
        vpc.appliance("eni-wall", NAT, "sg-open").group("sg-open").ingress("sg-open", TestVpc.everything())
                .egress("sg-open", TestVpc.everything())
                .route("10.0.2.0/24", new Target.ToPort("eni-wall"));
        lab.fabric.apply(vpc.topology());
        also(lab.fabric.workload(ROUTER, "eni-wall"), DATABASE, 5432);
        lab.serve(database(), 5433);
        try (Slot slot = lab.bound(KEY)) {
            // The appliance keeps it for itself here, which shows that it had it.
            assertThat(lab.seen(slot.namespace(), DATABASE, 5432)).isEqualTo(ENI.toString());
            lab.fabric.apply(vpc.withoutRoute("10.0.2.0/24").ingress("sg-db", TestVpc.fromFunctions(5433)).topology());
            assertThat(lab.seen(slot.namespace(), DATABASE, 5433)).isEqualTo(ENI.toString());
        }
    }

    @Test
    void theInternetIsReachedByItsRouteAndReachesInterfacesOnly() throws Exception {
        vpc.gateway("igw", INTERNET).gateway("pcx", PEERING).route("0.0.0.0/0", new Target.By("igw"))
                .route("10.1.0.0/16", new Target.By("pcx"))
                .port("eni-nat", "b", new Attachment.Translator(), List.of(NAT))
                .ingress("sg-db", TestVpc.tcp(443, "203.0.113.0/24"));
        lab.fabric.apply(vpc.topology());
        edges.address("igw", WORLD);
        Netns world = edges.host("igw");
        lab.serve(world, 80);
        lab.serve(database(), 443, 444);
        lab.serve(edges.host("eni-nat"), 443);
        try (Slot slot = lab.bound(KEY)) {
            assertThat(lab.seen(slot.namespace(), WORLD, 80)).isEqualTo(ENI.toString());
            assertThat(lab.seen(world, DATABASE, 443)).isEqualTo(WORLD.toString());
            lab.refused(Drop.Cause.GROUP_INGRESS, world, DATABASE, 444);
            lab.refused(Drop.Cause.ROUTE, world, Ipv4.parse("10.0.2.99"), 443);
            lab.refused(Drop.Cause.ROUTE, world, Ipv4.parse("10.0.0.2"), 53);
            lab.refused(Drop.Cause.ROUTE, world, NAT, 443);
            lab.refused(Drop.Cause.ROUTE, world, PEER, 443);
            lab.fabric.apply(vpc.withoutRoute("0.0.0.0/0").topology());
            lab.refused(Drop.Cause.ROUTE, slot.namespace(), WORLD, 80);
        }
    }

    @Test
    void aTranslatorSendsWhatIsRoutedToItByItsOwnSubnetsTable() throws Exception {
        vpc.port("eni-nat", "b", new Attachment.Translator(), List.of(NAT)).gateway("igw", INTERNET)
                .route("0.0.0.0/0", new Target.By("igw")).route("198.51.100.0/24", new Target.ToPort("eni-nat"));
        lab.fabric.apply(vpc.topology());
        edges.address("igw", WORLD);
        lab.serve(edges.host("igw"), 80);
        assertThat(lab.seen(edges.host("eni-nat"), WORLD, 80)).isEqualTo(NAT.toString());
        also(edges.host("eni-nat"), Ipv4.parse("198.51.100.1"), 81);
        try (Slot slot = lab.bound(KEY)) {
            assertThat(lab.seen(slot.namespace(), Ipv4.parse("198.51.100.1"), 81)).isEqualTo(ENI.toString());
        }
    }

    @Test
    void aPeerIsKnownByItsBlocksAndItsGroupsAndGoesNoFurther() throws Exception {
        vpc.gateway("pcx", PEERING).gateway("igw", INTERNET).route("0.0.0.0/0", new Target.By("igw"))
                .route("10.1.0.0/16", new Target.By("pcx"))
                .foreign("sg-peer", PEER)
                .ingress("sg-db", new Topology.Rule(6, 443, 443, new Topology.Peer.Members("sg-peer")));
        lab.fabric.apply(vpc.topology());
        Netns peer = edges.host("pcx");
        edges.address("pcx", PEER);
        lab.serve(peer, 80);
        lab.serve(database(), 443);
        assertThat(lab.seen(peer, DATABASE, 443)).isEqualTo(PEER.toString());
        assertThat(lab.seen(database(), PEER, 80)).isEqualTo(DATABASE.toString());
        lab.refused(Drop.Cause.ROUTE, peer, WORLD, 80);
        lab.fabric.apply(vpc.foreign("sg-peer", PEER.plus(1)).topology());
        lab.refused(Drop.Cause.GROUP_INGRESS, peer, DATABASE, 443);
        lab.fabric.apply(vpc.gateway("pcx", new Gateway.Peering("pcx-1", List.of(Cidr.parse("10.2.0.0/16")))).topology());
        lab.refused(Drop.Cause.SOURCE_CHECK, peer, DATABASE, 443);
        assertThat(edges.known("pcx")).isNotEqualTo(PEERING);
    }

    @Test
    void aGatewayThatGoesTakesItsConnectionsAndTheNextTargetTakesOver() throws Exception {
        vpc.gateway("one", INTERNET).gateway("two", INTERNET).route("0.0.0.0/0", new Target.By("one"));
        lab.fabric.apply(vpc.topology());
        for (String gateway : List.of("one", "two")) {
            edges.address(gateway, WORLD);
        }
        lab.serve(edges.host("one"), 80);
        lab.serve(edges.host("two"), 81);
        try (Slot slot = lab.bound(KEY); Socket old = lab.connect(slot.namespace(), WORLD, 80)) {
            assertThat(KernelLab.ask(old)).isEqualTo(ENI.toString());
            lab.fabric.apply(vpc.withoutGateway("one").route("0.0.0.0/0", new Target.By("two")).topology());
            assertThat(lab.seen(slot.namespace(), WORLD, 81)).isEqualTo(ENI.toString());
            KernelLab.ended(old);
            assertThatThrownBy(() -> edges.host("one")).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void servicesBeyondAGatewayHaveANamespace() throws Exception {
        Ipv4 s3 = InternetPlan.S3_API;
        vpc.gateway("vpce", new Gateway.Services(List.of(s3))).route(InternetPlan.S3.toString(), new Target.By("vpce"));
        lab.fabric.apply(vpc.topology());
        lab.serve(lab.fabric.services(ROUTER, "vpce"), 443);
        try (Slot slot = lab.bound(KEY)) {
            assertThat(lab.seen(slot.namespace(), s3, 443)).isEqualTo(ENI.toString());
        }
        assertThatThrownBy(() -> lab.fabric.services(ROUTER, "igw")).isInstanceOf(IllegalArgumentException.class);
    }
}
