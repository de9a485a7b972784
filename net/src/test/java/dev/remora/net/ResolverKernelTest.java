package dev.remora.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.remora.linux.Netns;
import dev.remora.linux.RouteChanges;
import dev.remora.linux.Rtnetlink;
import java.io.DataInputStream;
import java.io.OutputStream;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

@Tag("kernel")
class ResolverKernelTest {
    private static final NatKey KEY = new NatKey("1/a/sg-fn");
    private static final Ipv4 BASE_PLUS_2 = Ipv4.parse("10.0.0.2");
    private static final Ipv4 ANYONE = Ipv4.parse("10.0.2.77");
    private static final Ipv6 SIX = Ipv6.parse("2001:db8:1000:b::10");

    private final KernelLab lab = new KernelLab();

    @AfterEach
    void nothingIsLeft() throws Exception {
        lab.close();
    }

    @Test
    void namesAreAnsweredInTheVpcWhateverTheGroupsSay() throws Exception {
        lab.fabric.apply(TestVpc.withDatabase("1/r/vpc-1", KEY).revokeEgress("sg-fn").topology());
        lab.fabric.names(Map.of("db.x.us-east-1.rds.amazonaws.com", List.of(TestVpc.DATABASE)));
        try (Slot slot = lab.bound(KEY)) {
            for (Ipv4 resolver : List.of(BASE_PLUS_2, LinkLocal.RESOLVER)) {
                assertThat(addresses(overUdp(slot.namespace(), resolver, "DB.x.us-east-1.rds.amazonaws.com.", Type.A)))
                        .containsExactly(TestVpc.DATABASE.toString());
                assertThat(addresses(overTcp(slot.namespace(), resolver, "db.x.us-east-1.rds.amazonaws.com.")))
                        .containsExactly(TestVpc.DATABASE.toString());
            }
            Netns database = lab.fabric.workload("1/r/vpc-1", "eni-db");
            assertThat(addresses(overUdp(database, BASE_PLUS_2, "sqs.us-east-1.amazonaws.com.", Type.A)))
                    .containsExactly(lab.fabric.apiAddress().toString());
            Message none = overUdp(database, BASE_PLUS_2, "example.com.", Type.A);
            assertThat(none.getRcode()).isEqualTo(Rcode.NXDOMAIN);
            Message six = overUdp(database, BASE_PLUS_2, "sqs.us-east-1.amazonaws.com.", Type.AAAA);
            assertThat(six.getRcode()).isEqualTo(Rcode.NOERROR);
            assertThat(six.getSection(Section.ANSWER)).isEmpty();
        }
    }

    @Test
    void aVpcsOwnNamesAreItsOwn() throws Exception {
        TestVpc vpc = TestVpc.withDatabase("1/r/vpc-1", KEY).six()
                .port("eni-db", "b", new Topology.Attachment.Workload(), List.of(TestVpc.DATABASE, SIX), "sg-db");
        lab.fabric.names(Map.of("db.internal", List.of(TestVpc.ENI)));
        lab.fabric.apply(vpc.dns(true, Map.of("db.internal", List.of(TestVpc.DATABASE, SIX))).topology());
        Netns database = lab.fabric.workload("1/r/vpc-1", "eni-db");
        for (Ip resolver : List.of(BASE_PLUS_2, LinkLocal.RESOLVER, LinkLocal.RESOLVER6)) {
            assertThat(addresses(overUdp(database, resolver, "db.internal.", Type.A)))
                    .containsExactly(TestVpc.DATABASE.toString());
            assertThat(addresses(overTcp(database, resolver, "db.internal."))).containsExactly(TestVpc.DATABASE.toString());
        }
        assertThat(overUdp(database, BASE_PLUS_2, "db.internal.", Type.AAAA).getSection(Section.ANSWER)).hasSize(1);
        assertThat(addresses(overUdp(database, BASE_PLUS_2, "10.2.0.10.in-addr.arpa.", Type.PTR)))
                .containsExactly("db.internal.");
        lab.fabric.apply(vpc.dns(true, Map.of()).topology());
        assertThat(addresses(overUdp(database, BASE_PLUS_2, "db.internal.", Type.A))).containsExactly(TestVpc.ENI.toString());
    }

    @Test
    void nobodySendsAsTheResolver() throws Exception {
        lab.fabric.apply(TestVpc.withDatabase("1/r/vpc-1", KEY).six().appliance("eni-any", ANYONE, "sg-fn")
                .port("eni-db", "b", new Topology.Attachment.Workload(), List.of(TestVpc.DATABASE, SIX), "sg-db").topology());
        Netns anyone = lab.fabric.workload("1/r/vpc-1", "eni-any");
        for (Ip resolver : List.of(BASE_PLUS_2, LinkLocal.RESOLVER, LinkLocal.RESOLVER6)) {
            Ip to = resolver instanceof Ipv4 ? TestVpc.DATABASE : SIX;
            long before = lab.count(Drop.Cause.SOURCE_CHECK);
            sendAs(resolver, anyone, to);
            lab.awaitMore(Drop.Cause.SOURCE_CHECK, before);
        }
        long before = lab.count(Drop.Cause.GROUP_INGRESS);
        sendAs(Ipv4.parse("198.51.100.7"), anyone, TestVpc.DATABASE);
        lab.awaitMore(Drop.Cause.GROUP_INGRESS, before);
    }

    /** A datagram with a source that the host took by itself. */
    private void sendAs(Ip source, Netns host, Ip to) throws Exception {
        try (var inside = Rtnetlink.open(host)) {
            if (source instanceof Ipv6 six) {
                lab.call(host, () -> {
                    LinkLocal.withIpv6();
                    return null;
                });
                LinkLocal.host6(inside, six, LinkLocal.ROUTER_MAC, "a forged address");
            } else {
                inside.commit(new RouteChanges().address(LinkLocal.HOST_DEVICE, source.bytes(), "a forged address"));
            }
        }
        try (DatagramSocket socket = lab.call(host, () -> new DatagramSocket(0, source.inet()))) {
            socket.send(new DatagramPacket(new byte[1], 1, to.inet(), 9));
        }
    }

    @Test
    void theResolverAnswersWhereARouteLeadsItsAddressElsewhere() throws Exception {
        TestVpc vpc = TestVpc.withDatabase("1/r/vpc-1", KEY).appliance("eni-wall", ANYONE, "sg-fn");
        for (TestVpc each : List.of(vpc, vpc.route("10.0.0.0/24", new Topology.Target.ToPort("eni-wall")))) {
            lab.fabric.apply(each.topology());
            Netns database = lab.fabric.workload("1/r/vpc-1", "eni-db");
            assertThat(addresses(overUdp(database, BASE_PLUS_2, "sqs.us-east-1.amazonaws.com.", Type.A))).hasSize(1);
        }
        lab.fabric.apply(vpc.withoutRoute("10.0.0.0/24").topology());
        Netns database = lab.fabric.workload("1/r/vpc-1", "eni-db");
        assertThat(addresses(overUdp(database, BASE_PLUS_2, "sqs.us-east-1.amazonaws.com.", Type.A))).hasSize(1);
    }

    @Test
    void aVpcWithoutDnsSupportAnswersNothing() throws Exception {
        TestVpc vpc = TestVpc.withDatabase("1/r/vpc-1", KEY).six();
        lab.fabric.apply(vpc.dns(false, Map.of()).topology());
        Netns database = lab.fabric.workload("1/r/vpc-1", "eni-db");
        lab.refused(Drop.Cause.ISOLATION, database, BASE_PLUS_2, 53);
        long before = lab.count(Drop.Cause.ISOLATION);
        assertThatThrownBy(() -> overUdp(
                        database, LinkLocal.RESOLVER, "sqs.us-east-1.amazonaws.com.", Type.A, KernelLab.REFUSED_MILLIS))
                .isInstanceOf(SocketTimeoutException.class);
        lab.awaitMore(Drop.Cause.ISOLATION, before);
        lab.fabric.apply(vpc.dns(true, Map.of()).topology());
        assertThat(addresses(overUdp(database, LinkLocal.RESOLVER, "sqs.us-east-1.amazonaws.com.", Type.A))).hasSize(1);
        lab.fabric.apply(vpc.dns(false, Map.of()).topology());
        lab.refused(Drop.Cause.ISOLATION, database, LinkLocal.RESOLVER, 53);
    }

    @Test
    void aFunctionWithoutVpcReachesTheApiAndTheResolverAndNothingElse() throws Exception {
        lab.serve(lab.fabric.internet(), 443);
        try (Slot slot = lab.bound(NatKey.INTERNET)) {
            assertThat(addresses(overUdp(slot.namespace(), LinkLocal.RESOLVER, "sts.amazonaws.com.", Type.A)))
                    .containsExactly(lab.fabric.apiAddress().toString());
            assertThat(lab.seen(slot.namespace(), lab.fabric.apiAddress(), 443)).startsWith("198.19.");
            lab.refused(Drop.Cause.ROUTE, slot.namespace(), Ipv4.parse("203.0.113.1"), 443);
            lab.refused(Drop.Cause.ISOLATION, slot.namespace(), Ipv4.parse("169.254.64.99"), 443);
        }
    }

    @Test
    void theApiIsNotReachedFromAVpc() throws Exception {
        lab.serve(lab.fabric.internet(), 443);
        lab.fabric.apply(TestVpc.withDatabase("1/r/vpc-1", KEY).topology());
        try (Slot slot = lab.bound(KEY)) {
            lab.refused(Drop.Cause.ROUTE, slot.namespace(), lab.fabric.apiAddress(), 443);
        }
    }

    private Message overUdp(Netns from, Ip resolver, String name, int type) throws Exception {
        return overUdp(from, resolver, name, type, KernelLab.PATIENCE_MILLIS);
    }

    private Message overUdp(Netns from, Ip resolver, String name, int type, int withinMillis) throws Exception {
        try (DatagramSocket socket = lab.call(from, DatagramSocket::new)) {
            socket.setSoTimeout(withinMillis);
            byte[] question = Message.newQuery(Record.newRecord(Name.fromString(name), type, DClass.IN)).toWire();
            socket.send(new DatagramPacket(question, question.length, new InetSocketAddress(resolver.inet(), 53)));
            DatagramPacket answer = new DatagramPacket(new byte[1500], 1500);
            socket.receive(answer);
            return new Message(Arrays.copyOf(answer.getData(), answer.getLength()));
        }
    }

    private Message overTcp(Netns from, Ip resolver, String name) throws Exception {
        try (Socket socket = lab.connect(from, resolver, 53)) {
            byte[] question = Message.newQuery(Record.newRecord(Name.fromString(name), Type.A, DClass.IN)).toWire();
            OutputStream out = socket.getOutputStream();
            out.write(new byte[] {(byte) (question.length >> 8), (byte) question.length});
            out.write(question);
            DataInputStream in = new DataInputStream(socket.getInputStream());
            return new Message(in.readNBytes(in.readUnsignedShort()));
        }
    }

    private static List<String> addresses(Message answer) {
        return answer.getSection(Section.ANSWER).stream().map(Record::rdataToString).toList();
    }
}
