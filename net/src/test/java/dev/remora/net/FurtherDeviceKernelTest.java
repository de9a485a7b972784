package dev.remora.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remora.linux.Netns;
import dev.remora.net.Topology.Attachment;
import java.net.NetworkInterface;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A workload in the subnet a with a second interface in the subnet b, and a client beside each. */
@Tag("kernel")
class FurtherDeviceKernelTest {
    private static final String ROUTER = "1/r/vpc-1";
    private static final Ipv4 FIRST = Ipv4.parse("10.0.1.10");
    private static final Ipv4 SECOND = Ipv4.parse("10.0.2.10");
    private static final Ipv6 SECOND6 = Ipv6.parse("2001:db8:1000:b::10");
    private static final Ipv4 CLIENT = Ipv4.parse("10.0.2.20");
    private static final Ipv6 CLIENT6 = Ipv6.parse("2001:db8:1000:b::20");

    private final KernelLab lab = new KernelLab();
    private final TestVpc vpc = new TestVpc(ROUTER)
            .six()
            .group("sg-first")
            .egress("sg-first", TestVpc.everything())
            .group("sg-second")
            .ingress("sg-second", TestVpc.tcp(80, "10.0.2.0/24"))
            .ingress("sg-second", TestVpc.tcp(80, "2001:db8:1000:b::/64"))
            .egress("sg-second", TestVpc.everything())
            .group("sg-client")
            .egress("sg-client", TestVpc.everything())
            .egress("sg-client", TestVpc.everything6())
            .ingress("sg-client", new Topology.Rule(6, 80, 80, new Topology.Peer.Members("sg-second")))
            .port("eni-1", "a", new Attachment.Workload(), List.of(FIRST), "sg-first")
            .port("eni-client", "b", new Attachment.Workload(), List.of(CLIENT, CLIENT6), "sg-client");

    @AfterEach
    void nothingIsLeft() throws Exception {
        lab.close();
    }

    private TestVpc withSecond(Ip... addresses) {
        return vpc.port("eni-2", "b", new Attachment.Further("eni-1", 1), List.of(addresses), "sg-second");
    }

    @Test
    void isPluggedIntoARunningWorkloadAndAnswersLeaveByIt() throws Exception {
        lab.fabric.apply(vpc.topology());
        Netns workload = lab.fabric.workload(ROUTER, "eni-1");
        Netns client = lab.fabric.workload(ROUTER, "eni-client");
        lab.serve(workload, 80);
        lab.serve(client, 80);
        lab.refused(Drop.Cause.ROUTE, client, SECOND, 80);

        lab.fabric.apply(withSecond(SECOND, SECOND6).topology());
        assertThat(lab.fabric.workload(ROUTER, "eni-1")).isSameAs(workload);
        long forged = lab.count(Drop.Cause.SOURCE_CHECK);
        // An answer by the first device would fail its source check.
        assertThat(lab.seen(client, SECOND, 80)).isEqualTo(CLIENT.toString());
        assertThat(lab.seen(client, SECOND6, 80)).isEqualTo(CLIENT6.toString());
        assertThat(lab.count(Drop.Cause.SOURCE_CHECK)).isEqualTo(forged);
        try (var from = lab.connect(workload, SECOND, CLIENT, 80)) {
            assertThat(KernelLab.ask(from)).isEqualTo(SECOND.toString());
        }
        // What has no address of the second device leaves by the first one, and is judged by its groups.
        lab.refused(Drop.Cause.GROUP_INGRESS, workload, CLIENT, 80);
        lab.refused(Drop.Cause.GROUP_INGRESS, client, FIRST, 80);
    }

    @Test
    void changesItsAddressesAndIsUnplugged() throws Exception {
        lab.fabric.apply(withSecond(SECOND).topology());
        Netns workload = lab.fabric.workload(ROUTER, "eni-1");
        Netns client = lab.fabric.workload(ROUTER, "eni-client");
        lab.serve(workload, 80);
        lab.fabric.apply(withSecond(SECOND, SECOND.plus(1)).topology());
        assertThat(lab.seen(client, SECOND.plus(1), 80)).isEqualTo(CLIENT.toString());
        lab.fabric.apply(withSecond(SECOND).topology());
        lab.refused(Drop.Cause.ROUTE, client, SECOND.plus(1), 80);

        lab.fabric.apply(vpc.without("eni-2").topology());
        lab.refused(Drop.Cause.ROUTE, client, SECOND, 80);
        assertThat(lab.call(workload, () -> NetworkInterface.getByName("eth1"))).isNull();
        lab.fabric.apply(withSecond(SECOND).topology());
        assertThat(lab.seen(client, SECOND, 80)).isEqualTo(CLIENT.toString());

        lab.fabric.apply(vpc.without("eni-1").without("eni-2").topology());
        lab.refused(Drop.Cause.ROUTE, client, SECOND, 80);
    }
}
