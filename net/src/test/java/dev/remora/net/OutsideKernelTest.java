package dev.remora.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.remora.linux.Netns;
import dev.remora.linux.RouteChanges;
import dev.remora.linux.Rtnetlink;
import dev.remora.linux.VethEnd;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/** The way out, against an outside made of two namespaces: a host, and a network behind it that only the host reaches. */
@Tag("kernel")
class OutsideKernelTest {
    private static final Ipv4 HOST = Ipv4.parse("192.0.2.1");
    private static final Ipv4 GATEWAY = Ipv4.parse("192.0.2.2");
    private static final Ipv4 WEB = Ipv4.parse("203.0.113.10");
    private static final Ipv4 PRIVATE = Ipv4.parse("10.9.9.9");

    private final Netns host = Netns.create();
    private final Netns web = Netns.create();
    private final KernelLab lab;

    OutsideKernelTest() {
        try (Rtnetlink here = Rtnetlink.open(host);
                Rtnetlink there = Rtnetlink.open(web)) {
            VethEnd end = new VethEnd("eth0", 7, LinkLocal.HOST_MAC);
            here.commit(new RouteChanges()
                    .veth(end, new VethEnd("eth0", 9, LinkLocal.ROUTER_MAC), web, "a cable")
                    .up(7, "the host")
                    .address(7, HOST.bytes(), "the host")
                    .neighbour(7, GATEWAY.bytes(), LinkLocal.ROUTER_MAC, "the host")
                    .defaultRoute(GATEWAY.bytes(), RouteChanges.MAIN, 7, "the host"));
            there.commit(new RouteChanges()
                    .up(9, "the web")
                    .address(1, WEB.bytes(), "the web")
                    .address(1, PRIVATE.bytes(), "the web")
                    .address(9, GATEWAY.bytes(), "the web")
                    .neighbour(9, HOST.bytes(), LinkLocal.HOST_MAC, "the web")
                    .route(HOST.bytes(), 32, RouteChanges.MAIN, 9, "the web"));
            here.awaitSending(7, "the host");
        }
        lab = new KernelLab(0, Optional.of(new Outside(
                List.of("nsenter", "--net=" + host.path()),
                List.of(HOST),
                () -> host.call(DatagramSocket::new),
                List.of(new InetSocketAddress(WEB.inet(), 53)))));
    }

    @AfterEach
    void nothingIsLeft() throws Exception {
        lab.close();
        host.close();
        web.close();
    }

    @Test
    void aFunctionReachesTheWebAsTheHostAndNothingPrivate() throws Exception {
        lab.serve(web, 80);
        lab.serve(host, 22);
        try (Slot slot = lab.bound(NatKey.INTERNET)) {
            assertThat(lab.seen(slot.namespace(), WEB, 80)).isEqualTo(HOST.toString());
            lab.refused(Drop.Cause.ISOLATION, slot.namespace(), PRIVATE, 80);
            lab.refused(Drop.Cause.ISOLATION, slot.namespace(), HOST, 22);
            lab.refused(Drop.Cause.ISOLATION, slot.namespace(), Outside.GATEWAY, 22);
        }
    }

    /** As does a NAT gateway: it has a public address. */
    @Test
    void whatHasAPublicAddressReachesTheWeb() throws Exception {
        Ipv4 inside = Ipv4.parse("10.0.0.1");
        Ipv4 address = InternetPlan.PUBLIC.base().plus(10);
        lab.serve(web, 80);
        try (TestRouter router = new TestRouter(lab.fabric, "1/r/vpc-1", inside.toString())) {
            router.open("igw", new Topology.Gateway.Internet(Map.of(inside, address), List.of()));
            lab.serve(router.namespace, 80);
            assertThat(lab.seen(router.namespace, WEB, 80)).isEqualTo(HOST.toString());
            lab.refused(Drop.Cause.ISOLATION, router.namespace, PRIVATE, 80);
            lab.refused(Drop.Cause.ISOLATION, router.namespace, HOST, 22);
        }
    }

    @Test
    void unknownNamesAreAskedOutside() throws Exception {
        try (DatagramSocket server = web.call(() -> new DatagramSocket(53, WEB.inet()));
                Slot slot = lab.bound(NatKey.INTERNET);
                DatagramSocket client = lab.call(slot.namespace(), DatagramSocket::new)) {
            server.setSoTimeout(KernelLab.PATIENCE_MILLIS);
            client.setSoTimeout(KernelLab.PATIENCE_MILLIS);
            Name name = Name.fromString("www.example.com.");
            byte[] question = Message.newQuery(Record.newRecord(name, Type.A, DClass.IN)).toWire();
            client.send(new DatagramPacket(question, question.length, LinkLocal.RESOLVER.inet(), 53));

            DatagramPacket asked = new DatagramPacket(new byte[512], 512);
            server.receive(asked);
            Message answer = new Message(Arrays.copyOf(asked.getData(), asked.getLength()));
            answer.getHeader().setFlag(Flags.QR);
            answer.addRecord(new ARecord(name, DClass.IN, 60, WEB.inet()), Section.ANSWER);
            byte[] bytes = answer.toWire();
            server.send(new DatagramPacket(bytes, bytes.length, asked.getSocketAddress()));

            DatagramPacket got = new DatagramPacket(new byte[512], 512);
            client.receive(got);
            Message told = new Message(Arrays.copyOf(got.getData(), got.getLength()));
            assertThat(told.getSection(Section.ANSWER))
                    .singleElement()
                    .extracting(Record::rdataToString).isEqualTo(WEB.toString());
        }
    }

    @Test
    void whatCannotBeEnteredIsRefusedAndLeavesNothing() {
        Outside broken = new Outside(List.of("/bin/false"), List.of(), DatagramSocket::new, List.of());
        FabricConfig config = new FabricConfig(InstantSource.system(), 0, InternetMode.CLOSED);
        assertThatThrownBy(() -> KernelFabric.open(config, Optional.of(broken)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("passt");
    }
}
