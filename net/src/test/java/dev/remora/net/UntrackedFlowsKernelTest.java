package dev.remora.net;

import static dev.remora.net.TestVpc.DATABASE;
import static dev.remora.net.TestVpc.everything;
import static dev.remora.net.TestVpc.everything6;
import static dev.remora.net.TestVpc.tcp;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.remora.linux.Netns;
import dev.remora.net.Topology.Attachment;
import dev.remora.net.Topology.Rule;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Flows that a rule for everybody opened, and what becomes of them when it goes. */
@Tag("kernel")
class UntrackedFlowsKernelTest {
    private static final String ROUTER = "1/r/vpc-1";
    private static final Ipv4 APP = Ipv4.parse("10.0.1.10");
    private static final Ipv6 APP6 = Ipv6.parse("2001:db8:1000:a::10");
    private static final Ipv6 DB6 = Ipv6.parse("2001:db8:1000:b::10");
    private static final Rule OPEN = tcp(5432, "0.0.0.0/0");

    private final KernelLab lab = new KernelLab();
    private final TestVpc vpc = new TestVpc(ROUTER)
            .group("sg-app")
            .egress("sg-app", everything())
            .group("sg-db")
            .ingress("sg-db", OPEN)
            .egress("sg-db", everything())
            .port("eni-app", "a", new Attachment.Workload(), List.of(APP), "sg-app")
            .port("eni-db", "b", new Attachment.Workload(), List.of(DATABASE), "sg-db");

    @AfterEach
    void nothingIsLeft() throws Exception {
        lab.close();
    }

    private Socket connected() throws IOException {
        lab.fabric.apply(vpc.topology());
        lab.serve(lab.fabric.workload(ROUTER, "eni-db"), 5432);
        Socket flow = lab.connect(app(), DATABASE, 5432);
        assertThat(KernelLab.ask(flow)).isEqualTo(APP.toString());
        return flow;
    }

    private Netns app() {
        return lab.fabric.workload(ROUTER, "eni-app");
    }

    private void ended(Socket flow, Drop.Cause by) throws IOException {
        long before = lab.count(by);
        flow.setSoTimeout(KernelLab.REFUSED_MILLIS);
        assertThatThrownBy(() -> KernelLab.ask(flow)).isInstanceOf(SocketTimeoutException.class);
        lab.awaitMore(by, before);
    }

    @Test
    void aFlowEndsWithTheRuleForEverybodyThatOpenedIt() throws Exception {
        Socket flow = connected();
        lab.fabric.apply(vpc.revokeIngress("sg-db", OPEN).topology());
        ended(flow, Drop.Cause.INVALID);
        lab.refused(Drop.Cause.GROUP_INGRESS, app(), DATABASE, 5432);
    }

    @Test
    void aFlowGoesOnIfAnotherRuleAllowsIt() throws Exception {
        Socket flow = connected();
        lab.fabric.apply(vpc.revokeIngress("sg-db", OPEN).ingress("sg-db", tcp(5432, "10.0.1.0/24")).topology());
        assertThat(KernelLab.ask(flow)).isEqualTo(APP.toString());
        // By a rule for some it is tracked now, and outlives it.
        lab.fabric.apply(vpc.revokeIngress("sg-db", tcp(5432, "10.0.1.0/24")).topology());
        assertThat(KernelLab.ask(flow)).isEqualTo(APP.toString());
    }

    @Test
    void aFlowIsTrackedIfNotEveryAnswerMayGoTheOtherWay() throws Exception {
        vpc.revokeEgress("sg-db").egress("sg-db", tcp(443, "0.0.0.0/0"));
        Socket flow = connected();
        lab.fabric.apply(vpc.revokeIngress("sg-db", OPEN).topology());
        assertThat(KernelLab.ask(flow)).isEqualTo(APP.toString());
        lab.refused(Drop.Cause.GROUP_INGRESS, app(), DATABASE, 5432);
    }

    @Test
    void aFlowEndsWhenItsAnswersMayNoLongerGo() throws Exception {
        vpc.egress("sg-db", tcp(443, "0.0.0.0/0"));
        Socket flow = connected();
        Rule ephemeral = new Rule(6, 1024, 65535, new Topology.Peer.Block(Cidr.parse("10.0.0.0/16")));
        lab.fabric.apply(vpc.revokeEgress("sg-db").egress("sg-db", ephemeral).topology());
        assertThat(KernelLab.ask(flow)).isEqualTo(APP.toString());
        Socket other = lab.connect(app(), DATABASE, 5432);
        lab.fabric.apply(vpc.revokeEgress("sg-db").egress("sg-db", everything()).topology());
        Socket open = lab.connect(app(), DATABASE, 5432);
        lab.fabric.apply(vpc.revokeEgress("sg-db").topology());
        ended(open, Drop.Cause.INVALID);
        // Tracked since, or from the beginning, for not every answer might go then.
        assertThat(KernelLab.ask(flow)).isEqualTo(APP.toString());
        assertThat(KernelLab.ask(other)).isEqualTo(APP.toString());
    }

    @Test
    void theSendersSideCountsAsWell() throws Exception {
        vpc.ingress("sg-app", everything());
        Socket flow = connected();
        lab.fabric.apply(vpc.revokeEgress("sg-app").topology());
        ended(flow, Drop.Cause.INVALID);
    }

    @Test
    void aFlowEndsWhenItsInterfaceLeavesTheGroup() throws Exception {
        vpc.group("sg-other").egress("sg-other", everything());
        vpc.port("eni-stays", "b", new Attachment.Workload(), List.of(DATABASE.plus(1)), "sg-db");
        Socket flow = connected();
        lab.serve(lab.fabric.workload(ROUTER, "eni-stays"), 5432);
        Socket stays = lab.connect(app(), DATABASE.plus(1), 5432);
        lab.fabric.apply(
                vpc.port("eni-db", "b", new Attachment.Workload(), List.of(DATABASE), "sg-other").topology());
        ended(flow, Drop.Cause.INVALID);
        assertThat(KernelLab.ask(stays)).isEqualTo(APP.toString());
    }

    @Test
    void eachFamilyHasItsOwnOpenness() throws Exception {
        vpc.six()
                .port("eni-app", "a", new Attachment.Workload(), List.of(APP, APP6), "sg-app")
                .port("eni-db", "b", new Attachment.Workload(), List.of(DATABASE, DB6), "sg-db")
                .egress("sg-app", everything6())
                .ingress("sg-db", tcp(5432, "::/0"))
                .egress("sg-db", everything6());
        Socket flow = connected();
        Socket six = lab.connect(app(), DB6, 5432);
        assertThat(KernelLab.ask(six)).isEqualTo(APP6.toString());
        lab.fabric.apply(vpc.revokeIngress("sg-db", tcp(5432, "::/0")).topology());
        ended(six, Drop.Cause.INVALID);
        assertThat(KernelLab.ask(flow)).isEqualTo(APP.toString());
    }

    @Test
    void theFlowsOfAFunctionsInterfaceAreAlwaysTracked() throws Exception {
        NatKey key = new NatKey("1/a/sg-app");
        vpc.ingress("sg-app", everything()).eni("eni-fn", TestVpc.ENI, key, "sg-app");
        lab.fabric.apply(vpc.topology());
        lab.serve(lab.fabric.workload(ROUTER, "eni-db"), 5432);
        try (Slot slot = lab.bound(key);
                Socket flow = lab.connect(slot.namespace(), DATABASE, 5432)) {
            assertThat(KernelLab.ask(flow)).isEqualTo(TestVpc.ENI.toString());
            lab.fabric.apply(vpc.revokeEgress("sg-app").topology());
            assertThat(KernelLab.ask(flow)).isEqualTo(TestVpc.ENI.toString());
            lab.fabric.apply(vpc.revokeIngress("sg-db", OPEN).topology());
            KernelLab.ended(flow);
        }
    }
}
