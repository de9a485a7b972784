package dev.remora.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remora.linux.Netns;
import dev.remora.net.Topology.Attachment;
import dev.remora.net.Topology.Gateway;
import dev.remora.net.Topology.Target;
import dev.remora.sharing.SharedMap;
import java.io.IOException;
import java.net.Socket;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * An internet gateway whose route table leads what is for the subnet a to the appliance eni-wall in b, which the packets of a
 * leave by as well. The workload eni-app is in a, eni-db in b; each of them has a public address and answers at 80.
 */
@Tag("kernel")
class GatewayTableKernelTest {
    private static final String ROUTER = "1/r/vpc-1";
    private static final Ipv4 APP4 = Ipv4.parse("10.0.1.10");
    private static final Ipv6 APP6 = Ipv6.parse("2001:db8:1000:a::10");
    private static final Ipv4 DB4 = TestVpc.DATABASE;
    private static final Ipv6 DB6 = Ipv6.parse("2001:db8:1000:b::10");
    private static final List<Ip> WALL = List.of(Ipv4.parse("10.0.2.77"), Ipv6.parse("2001:db8:1000:b::77"));
    private static final Ipv4 APP_OUTSIDE = InternetPlan.PUBLIC.base().plus(10);
    private static final Ipv4 DB_OUTSIDE = InternetPlan.PUBLIC.base().plus(11);
    private static final Ipv4 RESOLVER_OUTSIDE = InternetPlan.PUBLIC.base().plus(12);
    private static final SharedMap<Ipv4, Ipv4> ADDRESSES = SharedMap.copyOf(
            Map.of(APP4, APP_OUTSIDE, DB4, DB_OUTSIDE, Ipv4.parse("10.0.0.2"), RESOLVER_OUTSIDE));

    private final TestVpc vpc = new TestVpc(ROUTER)
            .six()
            .group("sg")
            .egress("sg", TestVpc.everything())
            .egress("sg", TestVpc.everything6())
            .ingress("sg", TestVpc.tcp(80, "0.0.0.0/0"))
            .ingress("sg", TestVpc.tcp(80, "::/0"))
            .port("eni-app", "a", new Attachment.Workload(), List.of(APP4, APP6), "sg")
            .port("eni-db", "b", new Attachment.Workload(), List.of(DB4, DB6), "sg")
            .appliance("eni-wall", WALL, "sg")
            .route("0.0.0.0/0", new Target.By("igw"))
            .route("::/0", new Target.By("igw"))
            .privateRoute("0.0.0.0/0", new Target.ToPort("eni-wall"))
            .privateRoute("::/0", new Target.ToPort("eni-wall"))
            .privateRoute("2001:db8:1000::/56", new Target.Local())
            .edgeRoute("2001:db8:1000::/56", new Target.Local())
            .edgeRoute("10.0.1.0/24", new Target.ToPort("eni-wall"))
            .edgeRoute("2001:db8:1000:a::/64", new Target.ToPort("eni-wall"));

    private final KernelLab lab = new KernelLab();
    private Optional<String> table = Optional.empty();

    @AfterEach
    void nothingIsLeft() throws Exception {
        lab.close();
    }

    private void gateway(Optional<String> wanted) {
        table = wanted;
        lab.fabric.apply(vpc.gateway("igw", new Gateway.Internet(ADDRESSES, List.of(TestVpc.SIX), table)).topology());
    }

    private Netns workload(String id) {
        return lab.fabric.workload(ROUTER, id);
    }

    /** With a source check it does not. */
    private void forward(boolean on) {
        if (on) {
            vpc.appliance("eni-wall", WALL, "sg");
        } else {
            vpc.port("eni-wall", "b", new Attachment.Workload(), WALL, "sg");
        }
        gateway(table);
    }

    private static Ip source(Ip to) {
        return to instanceof Ipv4 ? InternetPlan.API : InternetPlan.API6;
    }

    private String seen(Ip to) throws IOException {
        try (Socket socket = lab.connect(lab.fabric.internet(), source(to), to, 80)) {
            return KernelLab.ask(socket);
        }
    }

    private void isReached(Ip... addresses) throws IOException {
        for (Ip to : addresses) {
            assertThat(seen(to)).isEqualTo(source(to).toString());
        }
    }

    private void isNotReached(Ip... addresses) {
        for (Ip to : addresses) {
            assertThat(lab.connects(lab.fabric.internet(), source(to), to, 80)).as(to.toString()).isFalse();
        }
    }

    @Test
    void whatComesFromTheInternetGoesThroughTheAppliance() throws Exception {
        gateway(Optional.of("edge"));
        forward(false);
        lab.serve(workload("eni-app"), 80);
        lab.serve(workload("eni-db"), 80);
        isNotReached(APP_OUTSIDE, APP6);
        isReached(DB_OUTSIDE, DB6);
        forward(true);
        isReached(APP_OUTSIDE, APP6, DB_OUTSIDE, DB6);
        lab.serve(lab.fabric.internet(), 80);
        assertThat(lab.seen(workload("eni-app"), InternetPlan.API, 80)).isEqualTo(APP_OUTSIDE.toString());
        assertThat(lab.seen(workload("eni-app"), InternetPlan.API6, 80)).isEqualTo(APP6.toString());
        forward(false);
        isNotReached(APP_OUTSIDE, APP6);
    }

    /** What eni-app answers does not leave by the appliance here. */
    @Test
    void aTableIsGivenToAGatewayAndTakenFromIt() throws Exception {
        vpc.privateRoute("0.0.0.0/0", new Target.By("igw"));
        gateway(Optional.empty());
        lab.serve(workload("eni-app"), 80);
        isReached(APP_OUTSIDE);
        assertThat(forwarded()).isZero();
        gateway(Optional.of("edge"));
        isReached(APP_OUTSIDE);
        long before = forwarded();
        assertThat(before).isPositive();
        for (Optional<String> other : List.of(Optional.of("main"), Optional.<String>empty())) {
            gateway(other);
            isReached(APP_OUTSIDE);
            assertThat(forwarded()).isEqualTo(before);
        }
    }

    /** IPv4 packets that the appliance has sent on. */
    private long forwarded() {
        return lab.statistic(workload("eni-wall"), "snmp", "Ip", "ForwDatagrams");
    }

    @Test
    void nothingFromOutsideReachesTheResolver() {
        for (Optional<String> given : List.of(Optional.<String>empty(), Optional.of("edge"))) {
            gateway(given);
            lab.refused(Drop.Cause.ROUTE, lab.fabric.internet(), RESOLVER_OUTSIDE, 53);
        }
        vpc.edgeRoute("10.0.0.0/16", new Target.ToPort("eni-wall"));
        gateway(Optional.of("edge"));
        lab.refused(Drop.Cause.ROUTE, lab.fabric.internet(), RESOLVER_OUTSIDE, 53);
    }
}
