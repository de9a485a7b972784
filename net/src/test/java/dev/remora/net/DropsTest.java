package dev.remora.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remora.linux.LoggedPacket;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DropsTest {
    @Test
    void readsAddressesAndPorts() {
        assertThat(Drops.parse(logged(6, 0, (short) 40000, (short) 5432)))
                .contains(new Drops.Packet(
                        Drop.Cause.ROUTE, Optional.empty(), 3, 4, 6,
                        Ipv4.parse("10.0.0.1"), 40000, Ipv4.parse("10.0.0.2"), 5432));
    }

    @Test
    void aLaterFragmentHasNoPorts() {
        assertThat(Drops.parse(logged(17, 100, (short) 1, (short) 2)).orElseThrow().destinationPort()).isZero();
    }

    @Test
    void anEchoHasItsIdentifierAsSourcePort() {
        Drops.Packet echo = Drops.parse(logged(1, 0, (short) 0x0800, (short) 0)).orElseThrow();
        assertThat(echo.sourcePort()).isEqualTo(77);
        assertThat(echo.destinationPort()).isZero();
    }

    @Test
    void readsPortsBehindTheExtensionHeadersOfIpv6() {
        String hop = "2b00" + "00".repeat(6); // then routing
        String routing = "2c01" + "00".repeat(14); // then a fragment, the first
        String fragment = "06000001" + "00000000";
        assertThat(Drops.parse(six(0, hop + routing + fragment + "9c401538")))
                .contains(new Drops.Packet(
                        Drop.Cause.ROUTE, Optional.empty(), 3, 4, 6, Ipv6.parse("fd00::1"), 40000, Ipv6.parse("fd00::2"), 5432));
        assertThat(Drops.parse(six(44, "06000101" + "00000000" + "9c401538")).orElseThrow().destinationPort()).isZero();
        assertThat(Drops.parse(six(0, "06")).orElseThrow().destinationPort()).isZero();
        assertThat(Drops.parse(six(58, "80000000004d")).orElseThrow().sourcePort()).isEqualTo(77);
    }

    @Test
    void aReportMayNameTheEntryOfANetworkAcl() {
        LoggedPacket packet = logged(6, 0, (short) 1, (short) 2);
        Drops.Packet drop =
                Drops.parse(new LoggedPacket("ACL_INGRESS acl-1 100", 3, 4, packet.head())).orElseThrow();
        assertThat(drop.cause()).isEqualTo(Drop.Cause.ACL_INGRESS);
        assertThat(drop.entry()).contains(new Drop.Entry("acl-1", 100));
    }

    private static LoggedPacket six(int next, String behind) {
        String addresses = "fd00" + "00".repeat(13) + "01" + "fd00" + "00".repeat(13) + "02";
        return new LoggedPacket(
                "ROUTE", 3, 4, HexFormat.of().parseHex("600000000000" + String.format("%02x", next) + "40" + addresses + behind));
    }

    @Test
    void whatIsNoPacketIsNoDrop() {
        assertThat(Drops.parse(new LoggedPacket("ROUTE", 3, 4, new byte[10]))).isEmpty();
        assertThat(Drops.parse(new LoggedPacket("ROUTE", 3, 4, new byte[40]))).isEmpty();
    }

    private static LoggedPacket logged(int protocol, int fragment, short first, short second) {
        byte[] head = ByteBuffer.allocate(28)
                .put((byte) 0x45)
                .put(6, (byte) (fragment >> 8))
                .put(7, (byte) fragment)
                .put(9, (byte) protocol)
                .put(12, new byte[] {10, 0, 0, 1})
                .put(16, new byte[] {10, 0, 0, 2})
                .putShort(20, first)
                .putShort(22, second)
                .putShort(24, (short) 77)
                .array();
        return new LoggedPacket("ROUTE", 3, 4, head);
    }
}
