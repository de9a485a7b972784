package dev.remora.linux;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.LinkedHashMap;
import java.util.Map;

/** Devices, addresses and routes of one namespace, over one socket that was opened in it. */
public final class Rtnetlink implements AutoCloseable {
    private static final int NEWLINK = 16;
    private static final int GETLINK = 18;

    private final NetlinkSocket socket;

    private Rtnetlink(NetlinkSocket socket) {
        this.socket = socket;
    }

    public static Rtnetlink open(Netns namespace) {
        return new Rtnetlink(NetlinkSocket.open(namespace, NetlinkSocket.ROUTE));
    }

    /** In the namespace of the calling thread. */
    public static Rtnetlink openHere() {
        return new Rtnetlink(NetlinkSocket.open(NetlinkSocket.ROUTE));
    }

    /**
     * Makes the changes, each by itself and in order.
     *
     * @throws KernelException for the first that the kernel refused; the others were made
     */
    public void commit(RouteChanges changes) {
        socket.send(changes.batch, "rtnetlink change");
    }

    /** The devices: name to index. */
    public Map<String, Integer> links() {
        NetlinkBatch request = new NetlinkBatch();
        request.begin(GETLINK, NetlinkBatch.REQUEST | NetlinkBatch.DUMP, "the devices").u32(0).u32(0).u32(0).u32(0).end();
        Map<String, Integer> links = new LinkedHashMap<>();
        socket.ask(request, "RTM_GETLINK", (type, body) -> {
            if (type == NEWLINK) {
                int index = body.order(ByteOrder.nativeOrder()).getInt(body.position() + 4);
                ByteBuffer attributes = body.duplicate().position(body.position() + 16);
                links.put(new NetlinkAttributes(attributes).text(3), index);
            }
        });
        return links;
    }

    @Override
    public void close() {
        socket.close();
    }
}
