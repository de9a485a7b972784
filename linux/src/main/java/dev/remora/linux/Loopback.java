package dev.remora.linux;

/** Brings up the loopback of the namespace that the calling thread is in. */
final class Loopback {
    /** The kernel makes it with the namespace, always as the first device (LOOPBACK_IFINDEX in include/net/net_namespace.h). */
    static final int INDEX = 1;

    static void up() {
        try (NetlinkSocket socket = NetlinkSocket.open(NetlinkSocket.ROUTE)) {
            NetlinkBatch batch = new NetlinkBatch();
            batch.begin(16, NetlinkBatch.REQUEST, "lo"); // RTM_NEWLINK, struct ifinfomsg
            batch.u8(0).u8(0).u16(0).u32(INDEX).u32(1).u32(1); // family, pad, type, index, IFF_UP, of these bits IFF_UP
            batch.end();
            socket.send(batch, "RTM_NEWLINK");
        }
    }

    private Loopback() {}
}
