package dev.remora.linux;

import java.util.Optional;

/**
 * The tracked connections of one namespace (linux/netfilter/nfnetlink_conntrack.h), over one socket that was opened in it.
 *
 * <p>Deleting by source, destination or mark is one request: the kernel walks the table and compares. That is a millisecond
 * or more, because the table is the whole machine's; so it is for the background, and over another socket than the packet
 * filter's.
 */
public final class Conntrack implements AutoCloseable {
    private static final int GET = 1;
    private static final int DELETE = 2;
    private static final int GET_STATS = 4;
    private static final int SUBSYSTEM = 1 << 8;
    private static final int IPV4 = 2;

    private static final int TUPLE_ORIGINAL = 1;
    private static final int TUPLE_REPLY = 2;
    private static final int MARK = 8;
    private static final int ZONE = 18;
    private static final int MARK_MASK = 21;
    private static final int FILTER = 25;
    private static final int INSERT_FAILED = 9;
    private static final int FILTER_SOURCE = 1;
    private static final int FILTER_DESTINATION = 2;

    private final NetlinkSocket socket;

    private Conntrack(NetlinkSocket socket) {
        this.socket = socket;
    }

    public static Conntrack open(Netns namespace) {
        return new Conntrack(NetlinkSocket.open(namespace, NetlinkSocket.NETFILTER));
    }

    /** Forgets the connections that the IPv4 address began. */
    public void deleteFrom(byte[] source, String object) {
        deleteByAddress(1, FILTER_SOURCE, source, object);
    }

    /** Forgets the connections that were begun towards the IPv4 address. */
    public void deleteTo(byte[] destination, String object) {
        deleteByAddress(2, FILTER_DESTINATION, destination, object);
    }

    /** Forgets the connections with the mark. */
    public void deleteMarked(int mark, String object) {
        NetlinkBatch request = request(DELETE, object);
        request.attributeNetwork(MARK, mark).attributeNetwork(MARK_MASK, -1).end();
        socket.send(request, "conntrack delete");
    }

    /**
     * Who began the connection whose answers have these addresses and ports.
     *
     * @param protocol 6 or 17, with ports; 1 with its identifier as {@code sourcePort} for an echo
     * @return the IPv4 source of the connection's first packet, as it was before it was translated; empty if there is none such
     */
    public Optional<byte[]> origin(
            int protocol, byte[] replySource, int sourcePort, byte[] replyDestination, int destinationPort, int zone) {
        NetlinkBatch request = request(GET, "a connection");
        int tuple = request.nest(TUPLE_REPLY);
        int ip = request.nest(1);
        request.attribute(1, replySource).attribute(2, replyDestination).close(ip);
        int proto = request.nest(2);
        request.attribute(1, new byte[] {(byte) protocol});
        if (protocol == 1) {
            // The answer to an echo has type 0 and code 0.
            request.attribute(4, port(sourcePort)).attribute(5, new byte[1]).attribute(6, new byte[1]);
        } else {
            request.attribute(2, port(sourcePort)).attribute(3, port(destinationPort));
        }
        request.close(proto).close(tuple).attribute(ZONE, port(zone)).end();
        byte[] origin = new byte[4];
        boolean[] found = new boolean[1];
        try {
            socket.ask(request, "conntrack get", (type, body) -> {
                NetlinkAttributes entry = new NetlinkAttributes(body.duplicate().position(body.position() + 4));
                entry.nested(TUPLE_ORIGINAL)
                        .flatMap(original -> original.nested(1))
                        .flatMap(address -> address.bytes(1))
                        .ifPresent(source -> {
                            source.get(origin);
                            found[0] = true;
                        });
            });
        } catch (KernelException absent) {
            if (absent.errno() != Errno.ENOENT) {
                throw absent;
            }
        }
        return found[0] ? Optional.of(origin) : Optional.empty();
    }

    /** How many connections could not be entered because no port was free, on all processors. */
    public long insertionsFailed() {
        long[] failed = new long[1];
        NetlinkBatch request = new NetlinkBatch();
        request.begin(SUBSYSTEM | GET_STATS, NetlinkBatch.REQUEST | NetlinkBatch.DUMP, "the connection statistics");
        request.u8(0).u8(0).u16(0).end();
        socket.ask(request, "conntrack statistics", (type, body) ->
                failed[0] += new NetlinkAttributes(body.duplicate().position(body.position() + 4)).number(INSERT_FAILED));
        return failed[0];
    }

    @Override
    public void close() {
        socket.close();
    }

    /** A filter compares those parts of the tuple that its flags name (CTA_FILTER, kernel 5.8). */
    private void deleteByAddress(int attribute, int flag, byte[] address, String object) {
        NetlinkBatch request = request(DELETE, object);
        int tuple = request.nest(TUPLE_ORIGINAL);
        int ip = request.nest(1);
        request.attribute(attribute, address).close(ip).close(tuple);
        int filter = request.nest(FILTER);
        // CTA_FILTER_ORIG_FLAGS, in the machine's byte order, unlike all else here.
        request.attributeHost(1, flag).attributeHost(2, 0).close(filter).end();
        socket.send(request, "conntrack delete");
    }

    /** Version 1 of the header makes the kernel take a deletion's family seriously. */
    private static NetlinkBatch request(int type, String object) {
        NetlinkBatch request = new NetlinkBatch();
        request.begin(SUBSYSTEM | type, NetlinkBatch.REQUEST, object);
        return request.u8(IPV4).u8(type == DELETE ? 1 : 0).u16(0);
    }

    private static byte[] port(int port) {
        return new byte[] {(byte) (port >> 8), (byte) port};
    }
}
