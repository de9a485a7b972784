package dev.remora.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.remora.linux.Netns;
import dev.remora.net.Topology.Attachment;
import dev.remora.net.Topology.Gateway;
import dev.remora.net.Topology.Route;
import dev.remora.net.Topology.RouteTable;
import dev.remora.net.Topology.Subnet;
import dev.remora.net.Topology.Target;
import java.net.Socket;
import java.net.SocketException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** From a function through its shard, routers and gateways, with nothing in the place of anything. */
@Tag("kernel")
class WorldKernelTest {
    private static final NatKey KEY = new NatKey("1/a/sg-fn");
    private static final String ROUTER = "1/r/vpc-1";
    private static final Ipv4 NAT = Ipv4.parse("10.0.2.9");
    private static final Ipv4 PUBLIC = InternetPlan.PUBLIC.base().plus(10);
    private static final Ipv6 ENI6 = Ipv6.parse("2001:db8:1000:a::50");
    private static final List<Cidr6> SIX = List.of(TestVpc.SIX);

    private final KernelLab lab = new KernelLab();

    @AfterEach
    void nothingIsLeft() throws Exception {
        lab.close();
    }

    private static TestVpc vpc() {
        return TestVpc.withDatabase(ROUTER, KEY).egress("sg-fn", TestVpc.everything6());
    }

    /** With a route table of its own for the subnet b, in which all leaves by {@code igw}. */
    private static Topology publicB(Topology vpc) {
        Map<String, Subnet> subnets = new HashMap<>(vpc.subnets());
        subnets.computeIfPresent("b", (id, b) -> new Subnet(id, b.blocks(), "public", b.acl()));
        Map<String, RouteTable> tables = new HashMap<>(vpc.routeTables());
        tables.put("public", new RouteTable("public", List.of(
                new Route(Cidr.parse("10.0.0.0/16"), new Target.Local()),
                new Route(Cidr.parse("0.0.0.0/0"), new Target.By("igw")))));
        return new Topology(
                vpc.router(), vpc.blocks(), subnets, tables, vpc.acls(), vpc.groups(), vpc.foreignMembers(), vpc.ports(),
                vpc.gateways(), vpc.dns(), vpc.metered());
    }

    @Test
    void aFunctionInAPrivateSubnetReachesTheInternetByANatGateway() throws Exception {
        lab.serve(lab.fabric.internet(), 80);
        TestVpc vpc = vpc().route("0.0.0.0/0", new Target.ToPort("eni-nat"))
                .port("eni-nat", "b", new Attachment.Translator(), List.of(NAT));
        lab.fabric.apply(publicB(vpc.gateway("igw", new Gateway.Internet(Map.of(), List.of())).topology()));
        try (Slot slot = lab.bound(KEY)) {
            lab.refused(Drop.Cause.NO_PUBLIC_ADDRESS, slot.namespace(), InternetPlan.API, 80);
            lab.fabric.apply(publicB(vpc.gateway("igw", new Gateway.Internet(Map.of(NAT, PUBLIC), List.of())).topology()));
            assertThat(lab.seen(slot.namespace(), InternetPlan.API, 80)).isEqualTo(PUBLIC.toString());
            lab.refused(Drop.Cause.ROUTE, lab.fabric.internet(), PUBLIC, 80);
            lab.refused(Drop.Cause.INBOUND, slot.namespace(), NAT, 80);
            lab.fabric.apply(publicB(vpc.without("eni-nat").topology()));
            lab.refused(Drop.Cause.ROUTE, slot.namespace(), InternetPlan.API, 80);
        }
        lab.fabric.remove(ROUTER);
    }

    @Test
    void theAddressesOfANatGatewayTakeTurnsAndOneThatRestsKeepsWhatItHas() throws Exception {
        Ipv4 second = NAT.plus(1);
        Ipv4 outside = PUBLIC.plus(1);
        lab.serve(lab.fabric.internet(), 80);
        TestVpc vpc = vpc().route("0.0.0.0/0", new Target.ToPort("eni-nat"))
                .gateway("igw", new Gateway.Internet(Map.of(NAT, PUBLIC, second, outside), List.of()))
                .port("eni-nat", "b", new Attachment.Translator(), List.of(NAT));
        lab.fabric.apply(publicB(vpc.topology()));
        try (Slot slot = lab.bound(KEY)) {
            assertThat(lab.seen(slot.namespace(), InternetPlan.API, 80)).isEqualTo(PUBLIC.toString());
            lab.fabric.apply(publicB(
                    vpc.port("eni-nat", "b", new Attachment.Translator(), List.of(NAT, second)).topology()));
            try (Socket one = lab.connect(slot.namespace(), InternetPlan.API, 80);
                    Socket two = lab.connect(slot.namespace(), InternetPlan.API, 80)) {
                assertThat(List.of(KernelLab.ask(one), KernelLab.ask(two)))
                        .containsExactlyInAnyOrder(PUBLIC.toString(), outside.toString());
                assertThat(lab.fabric.connections(ROUTER, "eni-nat", 0)).isEqualTo(Map.of(NAT, 1, second, 1));
                Socket old = KernelLab.ask(one).equals(outside.toString()) ? one : two;

                Attachment resting = new Attachment.Translator(Set.of(second));
                lab.fabric.apply(publicB(vpc.port("eni-nat", "b", resting, List.of(NAT, second)).topology()));
                for (int i = 0; i < 3; i++) {
                    assertThat(lab.seen(slot.namespace(), InternetPlan.API, 80)).isEqualTo(PUBLIC.toString());
                }
                assertThat(KernelLab.ask(old)).isEqualTo(outside.toString());

                lab.fabric.apply(publicB(vpc.port("eni-nat", "b", new Attachment.Translator(), List.of(NAT)).topology()));
                assertThatThrownBy(() -> KernelLab.ask(old)).isInstanceOf(SocketException.class).hasMessageContaining("reset");
            }
        }
        lab.fabric.remove(ROUTER);
    }

    @Test
    void aFunctionThatMayUseIpv6ReachesTheInternetByAnEgressOnlyGateway() throws Exception {
        lab.serve(lab.fabric.internet(), 80);
        TestVpc vpc = vpc().six()
                .port("eni-fn", "a", new Attachment.Hyperplane(KEY), List.of(TestVpc.ENI, ENI6), "sg-fn")
                .route("::/0", new Target.By("eigw"))
                .gateway("eigw", new Gateway.EgressOnly(SIX));
        lab.fabric.apply(vpc.topology());
        try (Slot slot = lab.fabric.slots().take(lab.fabric.slots().shardOf(KEY))) {
            slot.bind(KEY, true);
            try (Socket socket = lab.connect(slot.namespace(), InternetPlan.API6, 80)) {
                assertThat(KernelLab.ask(socket)).isEqualTo(ENI6.toString());
            }
            lab.refused(Drop.Cause.ROUTE, lab.fabric.internet(), ENI6, 80);
        }
    }

    @Test
    void aFunctionReachesADatabaseOfAPeeredVpc() throws Exception {
        Ipv4 far = Ipv4.parse("10.1.2.10");
        lab.fabric.apply(vpc()
                .route("10.1.0.0/16", new Target.By("pcx"))
                .gateway("pcx", new Gateway.Peering("pcx", List.of(Cidr.parse("10.1.0.0/16"))))
                .topology());
        Cidr block = Cidr.parse("10.1.0.0/16");
        Topology.Group group =
                new Topology.Group("sg-db", Set.of(TestVpc.tcp(5432, "10.0.0.0/16")), Set.of(TestVpc.everything()));
        Topology.Port database =
                new Topology.Port("eni-far", "c", far, Set.of("sg-db"), true, new Attachment.Workload());
        lab.fabric.apply(new Topology(
                "1/r/vpc-2",
                List.of(block),
                Map.of("c", new Subnet("c", Cidr.parse("10.1.2.0/24"), "main")),
                Map.of("main", new RouteTable("main", List.of(
                        new Route(block, new Target.Local()),
                        new Route(Cidr.parse("10.0.0.0/16"), new Target.By("pcx"))))),
                Map.of(),
                Map.of("sg-db", group),
                Map.of(),
                Map.of("eni-far", database),
                Map.of("pcx", new Gateway.Peering("pcx", List.of(Cidr.parse("10.0.0.0/16")))),
                Topology.Dns.PLAIN,
                false));
        lab.serve(lab.fabric.workload("1/r/vpc-2", "eni-far"), 5432, 5433);
        try (Slot slot = lab.bound(KEY)) {
            assertThat(lab.seen(slot.namespace(), far, 5432)).isEqualTo(TestVpc.ENI.toString());
            lab.refused(Drop.Cause.GROUP_INGRESS, slot.namespace(), far, 5433);
            lab.fabric.remove("1/r/vpc-2");
            lab.refused(Drop.Cause.ROUTE, slot.namespace(), far, 5432);
        }
    }

    @Test
    void aFunctionReachesAServiceByAGateway() throws Exception {
        lab.fabric.apply(vpc()
                .route(InternetPlan.S3.toString(), new Target.By("vpce"))
                .gateway("vpce", new Gateway.Services(List.of(InternetPlan.S3_API)))
                .topology());
        Netns services = lab.fabric.services(ROUTER, "vpce");
        lab.serve(services, 443);
        try (Slot slot = lab.bound(KEY)) {
            assertThat(lab.seen(slot.namespace(), InternetPlan.S3_API, 443)).isEqualTo(TestVpc.ENI.toString());
        }
    }
}
