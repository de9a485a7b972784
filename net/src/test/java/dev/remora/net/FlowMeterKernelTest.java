package dev.remora.net;

import static dev.remora.net.TestVpc.DATABASE;
import static dev.remora.net.TestVpc.ENI;
import static org.assertj.core.api.Assertions.assertThat;

import dev.remora.linux.Netns;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("kernel")
class FlowMeterKernelTest {
    private static final String ROUTER = "1/r/vpc-1";
    private static final NatKey KEY = new NatKey("1/a/sg-fn");
    private static final int ACK = 16;
    private static final int SYN = 2;

    private final KernelLab lab = new KernelLab();
    private final TestVpc vpc = TestVpc.withDatabase(ROUTER, KEY);

    @AfterEach
    void nothingIsLeft() throws Exception {
        lab.close();
    }

    private static Topology metered(Topology t, boolean metered) {
        return new Topology(
                t.router(), t.blocks(), t.subnets(), t.routeTables(), t.acls(), t.groups(), t.foreignMembers(), t.ports(),
                t.gateways(), t.dns(), metered);
    }

    private List<Flow> read() {
        return lab.fabric.flows(ROUTER).orElseThrow().flows();
    }

    @Test
    void whatPassesIsCountedInBothDirections() throws Exception {
        lab.fabric.apply(metered(vpc.topology(), true));
        lab.serve(lab.fabric.workload(ROUTER, "eni-db"), 5432);
        try (Slot slot = lab.bound(KEY);
                Socket socket = lab.connect(slot.namespace(), DATABASE, 5432)) {
            KernelLab.ask(socket);
            settle(slot, 4);
            List<Flow> flows = read();
            Flow there = only(flows, ENI);
            Flow back = only(flows, DATABASE);
            assertThat(there.from()).contains("eni-fn");
            assertThat(there.to()).contains("eni-db");
            assertThat(there.destinationPort()).isEqualTo(5432);
            assertThat(there.protocol()).isEqualTo(6);
            assertThat(there.tcpFlags()).isEqualTo(SYN);
            assertThat(back.tcpFlags()).isEqualTo(SYN | ACK);
            assertThat(there.packets()).isGreaterThanOrEqualTo(3);
            assertThat(there.refused()).isEmpty();
            assertThat(back.from()).contains("eni-db");
            assertThat(back.destinationPort()).isEqualTo(there.sourcePort());
            assertThat(back.bytes()).isGreaterThan(2 * 40);
        }
    }

    @Test
    void whatWasReadIsNotCountedAgain() throws Exception {
        lab.fabric.apply(metered(vpc.topology(), true));
        lab.serve(lab.fabric.workload(ROUTER, "eni-db"), 5432);
        try (Slot slot = lab.bound(KEY);
                Socket socket = lab.connect(slot.namespace(), DATABASE, 5432)) {
            KernelLab.ask(socket);
            settle(slot, 4);
            read();
            assertThat(read()).isEmpty();
            KernelLab.ask(socket);
            settle(slot, 6);
            assertThat(only(read(), ENI).packets()).isBetween(1L, 2L);
        }
    }

    @Test
    void whatIsRefusedIsCountedWithItsCause() throws Exception {
        lab.fabric.apply(metered(vpc.topology(), true));
        try (Slot slot = lab.bound(KEY)) {
            lab.refused(Drop.Cause.GROUP_INGRESS, slot.namespace(), DATABASE, 5433);
            List<Flow> flows = new ArrayList<>();
            KernelLab.eventually("the refusal is counted", () -> flows.addAll(read()) || !flows.isEmpty());
            assertThat(flows).allSatisfy(flow -> {
                assertThat(flow.refused()).contains(Drop.Cause.GROUP_INGRESS);
                assertThat(flow.from()).contains("eni-fn");
                assertThat(flow.destinationPort()).isEqualTo(5433);
            });
            assertThat(flows).hasSize(1);
        }
    }

    @Test
    void nothingIsCountedWithoutAMeter() {
        lab.fabric.apply(metered(vpc.topology(), true));
        lab.fabric.apply(metered(vpc.topology(), false));
        assertThat(lab.fabric.flows(ROUTER)).isEqualTo(Optional.empty());
        assertThat(lab.fabric.flows("nobody")).isEmpty();
        lab.fabric.apply(metered(vpc.topology(), true));
        assertThat(read()).isEmpty();
    }

    /**
     * Waits until that many segments of the slot's have arrived, and nothing is on its way: an acknowledgement follows the
     * answer.
     */
    private void settle(Slot slot, long segments) {
        Netns database = lab.fabric.workload(ROUTER, "eni-db");
        KernelLab.eventually("all segments arrive", () -> {
            long sent = sent(slot.namespace());
            return sent >= segments
                    && sent == received(database)
                    && sent(database) == received(slot.namespace());
        });
    }

    private long sent(Netns namespace) {
        return lab.statistic(namespace, "snmp", "Tcp", "OutSegs") + lab.statistic(namespace, "snmp", "Tcp", "RetransSegs");
    }

    private long received(Netns namespace) {
        return lab.statistic(namespace, "snmp", "Tcp", "InSegs");
    }

    private static Flow only(List<Flow> flows, Ip from) {
        return flows.stream().filter(flow -> flow.source().equals(from)).reduce((a, b) -> {
            throw new AssertionError("several flows from " + from + ": " + flows);
        }).orElseThrow();
    }
}
