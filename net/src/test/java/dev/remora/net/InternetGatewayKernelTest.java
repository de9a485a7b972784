package dev.remora.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.remora.linux.Netns;
import dev.remora.net.Topology.Gateway;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("kernel")
class InternetGatewayKernelTest {
    private static final Ipv4 ONE = Ipv4.parse("10.0.1.1");
    private static final Ipv4 TWO = Ipv4.parse("10.0.1.2");
    private static final Ipv4 NO_PUBLIC = Ipv4.parse("10.0.1.3");
    private static final Ipv4 PUBLIC = InternetPlan.PUBLIC.base().plus(10);
    private static final Ipv4 OTHER_PUBLIC = InternetPlan.PUBLIC.base().plus(11);
    private static final Ipv4 FOREIGN_PUBLIC = InternetPlan.PUBLIC.base().plus(12);
    private static final Ipv6 SIX = Ipv6.parse("2001:db8:1000:100::5");
    private static final Ipv6 FOREIGN_SIX = Ipv6.parse("2001:db8:1000:200::5");
    private static final List<Cidr6> BLOCK = List.of(new Cidr6(SIX, InternetRules.BLOCK));
    private static final List<Cidr6> FOREIGN_BLOCK = List.of(new Cidr6(FOREIGN_SIX, InternetRules.BLOCK));

    private final KernelLab lab = new KernelLab();
    private final TestRouter here = new TestRouter(lab.fabric, "1/r/vpc-1", "10.0.1.1", "10.0.1.2", "10.0.1.3", SIX.toString());
    private final TestRouter there = new TestRouter(lab.fabric, "1/r/vpc-2", "10.0.1.1", FOREIGN_SIX.toString());

    @AfterEach
    void nothingIsLeft() throws Exception {
        here.close();
        there.close();
        lab.close();
    }

    private static Gateway.Internet both() {
        return new Gateway.Internet(Map.of(ONE, PUBLIC, TWO, OTHER_PUBLIC), BLOCK);
    }

    private static Gateway.Internet foreign() {
        return new Gateway.Internet(Map.of(ONE, FOREIGN_PUBLIC), FOREIGN_BLOCK);
    }

    private String seen(Netns from, Ip source, Ip to) throws IOException {
        try (Socket socket = lab.connect(from, source, to, 80)) {
            return KernelLab.ask(socket);
        }
    }

    private void refused(Drop.Cause cause, Netns from, Ip source, Ip to) {
        lab.refused(cause, from, source, to, 80);
    }

    @Test
    void theInternetSeesThePublicAddressAndReachesIt() throws Exception {
        lab.serve(lab.fabric.internet(), 443);
        lab.serve(here.namespace, 80);
        here.open("igw-1", both());
        try (Socket socket = lab.connect(here.namespace, ONE, InternetPlan.API, 443)) {
            assertThat(KernelLab.ask(socket)).isEqualTo(PUBLIC.toString());
        }
        try (Socket socket = lab.connect(here.namespace, TWO, InternetPlan.S3_API, 443)) {
            assertThat(KernelLab.ask(socket)).isEqualTo(OTHER_PUBLIC.toString());
        }
        try (Socket socket = lab.connect(here.namespace, SIX, InternetPlan.API6, 443)) {
            assertThat(KernelLab.ask(socket)).isEqualTo(SIX.toString());
        }
        assertThat(seen(lab.fabric.internet(), InternetPlan.API, PUBLIC)).isEqualTo(InternetPlan.API.toString());
        assertThat(seen(lab.fabric.internet(), InternetPlan.API6, SIX)).isEqualTo(InternetPlan.API6.toString());
    }

    @Test
    void whatHasNoPublicAddressIsDroppedAndReported() throws Exception {
        List<Drop> heard = Collections.synchronizedList(new ArrayList<>());
        lab.fabric.onDrop(heard::add);
        here.open("igw-1", both());
        refused(Drop.Cause.NO_PUBLIC_ADDRESS, here.namespace, NO_PUBLIC, InternetPlan.API);
        KernelLab.eventually("the drop is reported", () -> !heard.isEmpty());
        assertThat(heard.getFirst().router()).isEqualTo("1/r/vpc-1");
        assertThat(heard.getFirst().source()).isEqualTo(NO_PUBLIC);
        assertThat(heard.getFirst().destination()).isEqualTo(InternetPlan.API);
    }

    @Test
    void nothingLeadsToPrivateOrUnknownAddresses() {
        here.open("igw-1", both());
        there.open("igw-2", foreign());
        for (String nobody : List.of("10.9.9.9", "198.18.64.99", "203.0.113.1", "2001:db8:1000:300::1", "2a00::1")) {
            Ip to = Ip.parse(nobody);
            refused(Drop.Cause.ROUTE, here.namespace, to instanceof Ipv4 ? ONE : SIX, to);
        }
    }

    @Test
    void publicAddressesReachEachOther() throws Exception {
        lab.serve(here.namespace, 80);
        lab.serve(there.namespace, 80);
        here.open("igw-1", both());
        there.open("igw-2", foreign());
        assertThat(seen(here.namespace, ONE, FOREIGN_PUBLIC)).isEqualTo(PUBLIC.toString());
        assertThat(seen(there.namespace, ONE, OTHER_PUBLIC)).isEqualTo(FOREIGN_PUBLIC.toString());
        assertThat(seen(here.namespace, ONE, OTHER_PUBLIC)).isEqualTo(PUBLIC.toString());
        assertThat(seen(here.namespace, SIX, FOREIGN_SIX)).isEqualTo(SIX.toString());
    }

    @Test
    void anothersAddressIsNoSource() {
        here.open("igw-1", both());
        there.open("igw-2", new Gateway.Internet(Map.of(), List.of()));
        refused(Drop.Cause.NO_PUBLIC_ADDRESS, there.namespace, ONE, PUBLIC);
        refused(Drop.Cause.SOURCE_CHECK, there.namespace, FOREIGN_SIX, SIX);
    }

    @Test
    void anErrorThatQuotesAPacketIsUnderstood() throws Exception {
        here.open("igw-1", both());
        there.open("igw-2", foreign());
        try (DatagramChannel from = here.namespace.call(() -> DatagramChannel.open(StandardProtocolFamily.INET))) {
            from.bind(new InetSocketAddress(ONE.inet(), 0));
            from.connect(new InetSocketAddress(FOREIGN_PUBLIC.inet(), 9));
            from.write(ByteBuffer.allocate(1));
            from.socket().setSoTimeout(KernelLab.PATIENCE_MILLIS);
            assertThatThrownBy(() -> from.socket().receive(new DatagramPacket(new byte[1], 1)))
                    .isInstanceOf(PortUnreachableException.class);
        }
    }

    @Test
    void aTranslationEndsWithItsAssociation() throws Exception {
        lab.serve(lab.fabric.internet(), 80);
        Edges.Edge edge = here.open("igw-1", both());
        try (Socket one = lab.connect(here.namespace, ONE, InternetPlan.API, 80);
                Socket two = lab.connect(here.namespace, TWO, InternetPlan.API, 80)) {
            assertThat(KernelLab.ask(one)).isEqualTo(PUBLIC.toString());
            edge.change(new Gateway.Internet(Map.of(TWO, OTHER_PUBLIC), List.of()));
            assertThat(KernelLab.ask(two)).isEqualTo(OTHER_PUBLIC.toString());
            KernelLab.ended(one);
            refused(Drop.Cause.NO_PUBLIC_ADDRESS, here.namespace, ONE, InternetPlan.API);
            refused(Drop.Cause.SOURCE_CHECK, here.namespace, SIX, InternetPlan.API6);
            edge.change(new Gateway.Internet(Map.of(TWO, PUBLIC), BLOCK));
            assertThat(seen(here.namespace, TWO, InternetPlan.API)).isEqualTo(PUBLIC.toString());
            assertThat(seen(here.namespace, SIX, InternetPlan.API6)).isEqualTo(SIX.toString());
        }
        edge.close();
        edge.close();
        assertThat(here.devices()).isEmpty();
    }

    /** The routers of an address that moves from one to another are changed in any order. */
    @Test
    void anAddressMovesBetweenVpcs() throws Exception {
        lab.serve(lab.fabric.internet(), 80);
        Edges.Edge first = here.open("igw-1", both());
        Edges.Edge second = there.open("igw-2", new Gateway.Internet(Map.of(ONE, PUBLIC), List.of()));
        assertThat(seen(there.namespace, ONE, InternetPlan.API)).isEqualTo(PUBLIC.toString());
        refused(Drop.Cause.NO_PUBLIC_ADDRESS, here.namespace, ONE, InternetPlan.API);
        second.close();
        assertThat(seen(here.namespace, ONE, InternetPlan.API)).isEqualTo(PUBLIC.toString());
        second = there.open("igw-2", new Gateway.Internet(Map.of(ONE, PUBLIC), List.of()));
        first.close();
        assertThat(seen(there.namespace, ONE, InternetPlan.API)).isEqualTo(PUBLIC.toString());
    }

    @Test
    void anEgressOnlyGatewayLetsNothingInByItself() throws Exception {
        lab.serve(here.namespace, 80);
        lab.serve(there.namespace, 80);
        lab.serve(lab.fabric.internet(), 80);
        Edges.Edge edge = here.open("eigw-1", new Gateway.EgressOnly(BLOCK));
        there.open("igw-2", foreign());
        assertThat(seen(here.namespace, SIX, FOREIGN_SIX)).isEqualTo(SIX.toString());
        assertThat(seen(here.namespace, SIX, InternetPlan.API6)).isEqualTo(SIX.toString());
        refused(Drop.Cause.ROUTE, there.namespace, FOREIGN_SIX, SIX);
        refused(Drop.Cause.NO_PUBLIC_ADDRESS, here.namespace, ONE, InternetPlan.API);
        edge.close();
        assertThat(here.devices()).isEmpty();
    }

    /** What comes in by the one is not answered by the other. */
    @Test
    void anInternetGatewayBesideAnEgressOnlyOneIsNoWayIn() throws Exception {
        lab.serve(here.namespace, 80);
        lab.serve(there.namespace, 80);
        there.open("igw-2", foreign());
        here.open("igw-1", both());
        here.open("eigw-1", new Gateway.EgressOnly(BLOCK));
        refused(Drop.Cause.ROUTE, there.namespace, FOREIGN_SIX, SIX);
        assertThat(seen(here.namespace, SIX, FOREIGN_SIX)).isEqualTo(SIX.toString());
    }

    @Test
    void aRouterThatGoesFirstTakesItsGatewayAlong() {
        Edges.Edge edge = here.open("igw-1", both());
        here.close();
        edge.close();
        there.open("igw-2", new Gateway.Internet(Map.of(ONE, PUBLIC), List.of())).close();
        assertThat(there.devices()).isEmpty();
        assertThat(Optional.of(edge).flatMap(Edges.Edge::services)).isEmpty();
    }
}
