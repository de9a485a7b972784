package dev.remora.net;

import static dev.remora.net.TestVpc.DATABASE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.remora.linux.Netns;
import dev.remora.net.Topology.Attachment;
import dev.remora.net.Topology.Gateway;
import dev.remora.net.Topology.Peer;
import dev.remora.net.Topology.Rule;
import dev.remora.net.Topology.Target;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Routers with what is really beyond their gateways. */
@Tag("kernel")
class WholePathKernelTest {
    private static final NatKey KEY = new NatKey("1/a/sg-fn");
    private static final Ipv4 NAT = Ipv4.parse("10.0.2.5");
    private static final Ipv4 PUBLIC = InternetPlan.PUBLIC.base().plus(10);
    private static final Ipv4 PUBLIC_DATABASE = InternetPlan.PUBLIC.base().plus(11);
    private static final Ipv6 SIX = Ipv6.parse("2001:db8:1000:b::10");

    private final KernelLab lab = new KernelLab();

    @AfterEach
    void nothingIsLeft() throws Exception {
        lab.close();
    }

    private String fromTheInternet(Ip to, int port) throws IOException {
        Ip from = to instanceof Ipv4 ? InternetPlan.API : InternetPlan.API6;
        try (Socket socket = lab.connect(lab.fabric.internet(), from, to, port)) {
            return KernelLab.ask(socket);
        }
    }

    /** The subnet b is public, the subnet a private with a NAT gateway. */
    private static TestVpc vpc(String router) {
        return TestVpc.withDatabase(router, KEY)
                .port("eni-nat", "b", new Attachment.Translator(), List.of(NAT))
                .gateway("igw", new Gateway.Internet(Map.of(NAT, PUBLIC, DATABASE, PUBLIC_DATABASE), List.of()))
                .route("0.0.0.0/0", new Target.By("igw"))
                .privateRoute("0.0.0.0/0", new Target.ToPort("eni-nat"));
    }

    @Test
    void aFunctionOfAPrivateSubnetReachesTheInternetByANatGateway() throws Exception {
        lab.fabric.apply(vpc("1/r/vpc-1").topology());
        lab.serve(lab.fabric.internet(), 443);
        try (Slot slot = lab.bound(KEY)) {
            assertThat(lab.seen(slot.namespace(), InternetPlan.API, 443)).isEqualTo(PUBLIC.toString());
            lab.refused(Drop.Cause.ROUTE, slot.namespace(), Ipv4.parse("203.0.113.1"), 443);
            lab.fabric.apply(vpc("1/r/vpc-1")
                    .gateway("igw", new Gateway.Internet(Map.of(), List.of()))
                    .topology());
            lab.refused(Drop.Cause.NO_PUBLIC_ADDRESS, slot.namespace(), InternetPlan.API, 443);
        }
    }

    @Test
    void aDatabaseWithAPublicAddressIsReachedIfItsGroupsLetItBe() throws Exception {
        TestVpc vpc = vpc("1/r/vpc-1");
        lab.fabric.apply(vpc.topology());
        lab.serve(lab.fabric.workload("1/r/vpc-1", "eni-db"), 5432);
        lab.serve(lab.fabric.internet(), 443);
        lab.refused(Drop.Cause.GROUP_INGRESS, lab.fabric.internet(), InternetPlan.API, PUBLIC_DATABASE, 5432);
        lab.fabric.apply(vpc.ingress("sg-db", TestVpc.tcp(5432, "198.18.0.0/15")).topology());
        assertThat(fromTheInternet(PUBLIC_DATABASE, 5432)).isEqualTo(InternetPlan.API.toString());
        assertThat(lab.seen(lab.fabric.workload("1/r/vpc-1", "eni-db"), InternetPlan.API, 443))
                .isEqualTo(PUBLIC_DATABASE.toString());
    }

    @Test
    void twoVpcsArePeeredAndKnowEachOthersGroups() throws Exception {
        Ipv4 peer = Ipv4.parse("10.1.0.9");
        TestVpc here = vpc("1/r/vpc-1")
                .gateway("pcx", new Gateway.Peering("pcx-1", List.of(Cidr.parse("10.1.0.0/16"))))
                .route("10.1.0.0/16", new Target.By("pcx"))
                .foreign("sg-peer", peer)
                .ingress("sg-db", new Rule(6, 5433, 5433, new Peer.Members("sg-peer")));
        TestVpc there = new TestVpc("1/r/vpc-2")
                .group("sg-peer")
                .egress("sg-peer", TestVpc.everything())
                .port("eni-peer", "a", new Attachment.Workload(), List.of(peer), "sg-peer")
                .gateway("pcx", new Gateway.Peering("pcx-1", List.of(Cidr.parse("10.0.0.0/16"))))
                .withoutRoute("10.0.0.0/16")
                .route("10.0.0.0/16", new Target.By("pcx"));
        lab.fabric.apply(here.topology());
        lab.fabric.apply(there.topology());
        lab.serve(lab.fabric.workload("1/r/vpc-1", "eni-db"), 5432, 5433);
        Netns from = lab.fabric.workload("1/r/vpc-2", "eni-peer");
        assertThat(lab.seen(from, DATABASE, 5433)).isEqualTo(peer.toString());
        lab.refused(Drop.Cause.GROUP_INGRESS, from, DATABASE, 5432);
        lab.refused(Drop.Cause.ROUTE, from, NAT, 80);
        // Without the route back, the answer is lost.
        lab.fabric.apply(here.withoutRoute("10.1.0.0/16").withoutRoute("0.0.0.0/0").topology());
        lab.refused(Drop.Cause.ROUTE, from, DATABASE, 5433);
    }

    @Test
    void aServiceIsReachedByItsGatewayEndpointAndNoOtherWay() throws Exception {
        TestVpc vpc = TestVpc.withDatabase("1/r/vpc-1", KEY)
                .gateway("vpce", new Gateway.Services(List.of(InternetPlan.S3_API)))
                .route(InternetPlan.S3.toString(), new Target.By("vpce"));
        lab.fabric.apply(vpc.topology());
        lab.serve(lab.fabric.services("1/r/vpc-1", "vpce"), 443);
        try (Slot slot = lab.bound(KEY)) {
            assertThat(lab.seen(slot.namespace(), InternetPlan.S3_API, 443)).isEqualTo(TestVpc.ENI.toString());
            lab.refused(Drop.Cause.ROUTE, slot.namespace(), InternetPlan.API, 443);
        }
    }

    @Test
    void ipv6NeedsNoTranslation() throws Exception {
        TestVpc vpc = TestVpc.withDatabase("1/r/vpc-1", KEY)
                .six()
                .port("eni-db", "b", new Attachment.Workload(), List.of(DATABASE, SIX), "sg-db")
                .egress("sg-db", TestVpc.everything6())
                .ingress("sg-db", TestVpc.tcp(443, "::/0"))
                .gateway("igw", new Gateway.Internet(Map.of(), List.of(TestVpc.SIX)))
                .route("::/0", new Target.By("igw"));
        lab.fabric.apply(vpc.topology());
        Netns database = lab.fabric.workload("1/r/vpc-1", "eni-db");
        lab.serve(database, 443);
        lab.serve(lab.fabric.internet(), 80);
        assertThat(lab.seen(database, InternetPlan.API6, 80)).isEqualTo(SIX.toString());
        assertThat(fromTheInternet(SIX, 443)).isEqualTo(InternetPlan.API6.toString());
        lab.fabric.apply(vpc.withoutGateway("igw")
                .gateway("eigw", new Gateway.EgressOnly(List.of(TestVpc.SIX)))
                .route("::/0", new Target.By("eigw"))
                .topology());
        assertThat(lab.seen(database, InternetPlan.API6, 80)).isEqualTo(SIX.toString());
    }
}
