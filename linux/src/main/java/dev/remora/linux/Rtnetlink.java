package dev.remora.linux;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

/** Devices, addresses and routes of one namespace, over one socket that was opened in it. */
public final class Rtnetlink implements AutoCloseable {
    private static final int NEWLINK = 16;
    private static final int GETLINK = 18;
    private static final int OPERSTATE = 16;
    private static final int OPERATIONAL = 6;
    private static final long PATIENCE_NANOS = 5_000_000_000L;
    private static final long PAUSE_NANOS = 50_000;

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
     * Makes the changes, each by itself and in order. Devices that are given IPv6 addresses must be up.
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

    /**
     * Waits until the device sends what it is given.
     *
     * <p>Of the two ends of a cable, that which was brought up last sends at once; the other is told by a work queue of the
     * kernel (net/core/link_watch.c) and drops everything until then, without a trace. The queue runs within a millisecond if
     * the two ends' numbers differ, else (it then takes them for one device) up to a second later.
     */
    public void awaitSending(int index, String object) {
        NetlinkBatch request = new NetlinkBatch();
        request.begin(GETLINK, NetlinkBatch.REQUEST, object).u32(0).u32(index).u32(0).u32(0).end();
        long[] state = new long[1];
        long end = System.nanoTime() + PATIENCE_NANOS;
        while (true) {
            socket.ask(request, "RTM_GETLINK", (type, body) ->
                    state[0] = new NetlinkAttributes(body.duplicate().position(body.position() + 16)).number(OPERSTATE));
            if (state[0] == OPERATIONAL) {
                return;
            }
            if (System.nanoTime() > end) {
                throw new IllegalStateException(object + " does not come up");
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    @Override
    public void close() {
        socket.close();
    }
}
