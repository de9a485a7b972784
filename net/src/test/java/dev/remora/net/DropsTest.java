package dev.remora.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remora.linux.LoggedPacket;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class DropsTest {
    @Test
    void readsAddressesAndPorts() {
        assertThat(Drops.parse(logged(6, 0, (short) 40000, (short) 5432)))
                .contains(new Drops.Packet(
                        Drop.Cause.ROUTE, 3, 4, 6, Ipv4.parse("10.0.0.1"), 40000, Ipv4.parse("10.0.0.2"), 5432));
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
