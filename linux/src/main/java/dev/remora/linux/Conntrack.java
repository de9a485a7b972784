package dev.remora.linux;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The tracked connections of one namespace (linux/netfilter/nfnetlink_conntrack.h), over one socket that was opened in it.
 *
 * <p>Deleting by source, destination or mark is one request: the kernel walks the table and compares those parts of the tuple
 * that the filter's flags name (CTA_FILTER, kernel 5.8). That is a millisecond
 * or more, because the table is the whole machine's; so it is for the background, and over another socket than the packet
 * filter's.
 */
public final class Conntrack implements AutoCloseable {
    private static final int NEW = 0;
    private static final int GET = 1;
    private static final int DELETE = 2;
    private static final int GET_STATS = 4;
    private static final int GET_TOTAL = 5;
    private static final int SUBSYSTEM = 1 << 8;
    private static final int IPV4 = 2;
    private static final int IPV6 = 10;
    private static final int ICMP = 1;
    private static final int ICMPV6 = 58;

    private static final int TUPLE_ORIGINAL = 1;
    private static final int TUPLE_REPLY = 2;
    private static final int NESTED = 0x8000;
    private static final int ID = 12;
    private static final int PROTOCOL = 4;
    private static final int MARK = 8;
    private static final int ZONE = 18;
    private static final int MARK_MASK = 21;
    private static final int FILTER = 25;
    private static final int INSERT_FAILED = 9;
    /** From these states of TCP on (TIME_WAIT, CLOSE) a connection is over; linux/netfilter/nf_conntrack_tcp.h. */
    private static final int TCP_OVER = 7;

    private static final int FILTER_SOURCE = 1;
    private static final int FILTER_DESTINATION = 2;

    private final NetlinkSocket socket;

    private Conntrack(NetlinkSocket socket) {
        this.socket = socket;
    }

    public static Conntrack open(Netns namespace) {
        return new Conntrack(NetlinkSocket.open(namespace, NetlinkSocket.NETFILTER));
    }

    /** Forgets the connections that the address began. */
    public void deleteFrom(byte[] source, String object) {
        deleteByAddress(true, source, object);
    }

    /** Forgets the connections that were begun towards the address. */
    public void deleteTo(byte[] destination, String object) {
        deleteByAddress(false, destination, object);
    }

    /** Forgets the IPv4 connections whose answers come to the address: those that were translated to it. */
    public void deleteTranslatedTo(byte[] address, String object) {
        NetlinkBatch request = request(DELETE, IPV4, object);
        answeredTo(request, address);
        socket.send(request.end(), "conntrack delete");
    }

    /** How many IPv4 connections were translated to the address and have not ended. */
    public int translatedTo(byte[] address) {
        NetlinkBatch request = dump(IPV4);
        answeredTo(request, address);
        return count(request);
    }

    /** How many connections of a family with the mark have not ended. */
    public int marked(int mark, boolean ipv6) {
        return count(dump(ipv6 ? IPV6 : IPV4).attributeNetwork(MARK, mark).attributeNetwork(MARK_MASK, -1));
    }

    private static void answeredTo(NetlinkBatch request, byte[] address) {
        int tuple = request.nest(TUPLE_REPLY);
        int ip = request.nest(1);
        request.attribute(2, address).close(ip).close(tuple);
        int filter = request.nest(FILTER);
        // CTA_FILTER_REPLY_FLAGS, in the machine's byte order, unlike all else here.
        request.attributeHost(1, 0).attributeHost(2, FILTER_DESTINATION).close(filter);
    }

    private static NetlinkBatch dump(int family) {
        NetlinkBatch request = new NetlinkBatch();
        request.begin(SUBSYSTEM | GET, NetlinkBatch.REQUEST | NetlinkBatch.DUMP, "connections");
        return request.u8(family).u8(0).u16(0);
    }

    private int count(NetlinkBatch dump) {
        int[] alive = new int[1];
        socket.ask(dump.end(), "conntrack dump", (type, body) -> {
            NetlinkAttributes entry = new NetlinkAttributes(body.duplicate().position(body.position() + 4));
            boolean over = entry.nested(PROTOCOL)
                    .flatMap(protocol -> protocol.nested(1))
                    .filter(tcp -> tcp.number(1) >= TCP_OVER)
                    .isPresent();
            alive[0] += over ? 0 : 1;
        });
        return alive[0];
    }

    /** Forgets the connections of a family with the mark. */
    public void deleteMarked(int mark, boolean ipv6, String object) {
        NetlinkBatch request = request(DELETE, ipv6 ? IPV6 : IPV4, object);
        request.attributeNetwork(MARK, mark).attributeNetwork(MARK_MASK, -1).end();
        socket.send(request, "conntrack delete");
    }

    /** A connection's first packet: addresses in network order; ports are 0 if its protocol has none. */
    public record Flow(byte[] source, byte[] destination, int protocol, int sourcePort, int destinationPort) {}

    /** The connections of a family whose mark has, in the bits of {@code mask}, those of {@code mark}. */
    public List<Flow> marked(int mark, int mask, boolean ipv6) {
        NetlinkBatch request = new NetlinkBatch();
        request.begin(SUBSYSTEM | GET, NetlinkBatch.REQUEST | NetlinkBatch.DUMP, "connections with a mark");
        request.u8(ipv6 ? IPV6 : IPV4).u8(0).u16(0);
        request.attributeNetwork(MARK, mark).attributeNetwork(MARK_MASK, mask).end();
        List<Flow> flows = new ArrayList<>();
        int first = ipv6 ? 3 : 1;
        socket.ask(request, "conntrack dump", (type, body) -> {
            NetlinkAttributes entry = new NetlinkAttributes(body.duplicate().position(body.position() + 4));
            NetlinkAttributes tuple = entry.nested(TUPLE_ORIGINAL).orElseThrow();
            NetlinkAttributes ip = tuple.nested(1).orElseThrow();
            NetlinkAttributes proto = tuple.nested(2).orElseThrow();
            flows.add(new Flow(
                    copy(ip, first),
                    copy(ip, first + 1),
                    (int) proto.number(1),
                    (int) proto.number(2),
                    (int) proto.number(3)));
        });
        return flows;
    }

    private static byte[] copy(NetlinkAttributes attributes, int type) {
        ByteBuffer value = attributes.bytes(type).orElseThrow();
        byte[] copy = new byte[value.remaining()];
        value.get(copy);
        return copy;
    }

    /** Forgets a connection, which may be gone already. */
    public void delete(Flow flow, String object) {
        NetlinkBatch request = request(DELETE, flow.source().length > 4 ? IPV6 : IPV4, object);
        tuple(request, flow);
        ifThere(request);
    }

    /** Changes the bits of {@code mask} in the mark of a connection, which may be gone already. */
    public void mark(Flow flow, int mark, int mask, String object) {
        NetlinkBatch request = request(NEW, flow.source().length > 4 ? IPV6 : IPV4, object);
        tuple(request, flow);
        request.attributeNetwork(MARK, mark).attributeNetwork(MARK_MASK, mask);
        ifThere(request);
    }

    private static void tuple(NetlinkBatch request, Flow flow) {
        int first = flow.source().length > 4 ? 3 : 1;
        int tuple = request.nest(TUPLE_ORIGINAL);
        int ip = request.nest(1);
        request.attribute(first, flow.source()).attribute(first + 1, flow.destination()).close(ip);
        int proto = request.nest(2);
        request.attribute(1, new byte[] {(byte) flow.protocol()});
        request.attribute(2, port(flow.sourcePort())).attribute(3, port(flow.destinationPort())).close(proto).close(tuple);
    }

    private void ifThere(NetlinkBatch request) {
        try {
            socket.send(request.end(), "conntrack change");
        } catch (KernelException absent) {
            if (absent.errno() != Errno.ENOENT) {
                throw absent;
            }
        }
    }

    private void deleteByAddress(boolean from, byte[] address, String object) {
        if (address.length > 4) {
            deleteOneByOne(from, address, object);
            return;
        }
        NetlinkBatch request = request(DELETE, IPV4, object);
        int tuple = request.nest(TUPLE_ORIGINAL);
        int ip = request.nest(1);
        request.attribute(from ? 1 : 2, address).close(ip).close(tuple);
        int filter = request.nest(FILTER);
        // CTA_FILTER_ORIG_FLAGS, in the machine's byte order, unlike all else here.
        request.attributeHost(1, from ? FILTER_SOURCE : FILTER_DESTINATION).attributeHost(2, 0).close(filter).end();
        socket.send(request, "conntrack delete");
    }

    /**
     * Lists all IPv6 connections and deletes those that are meant: given an IPv6 address, the kernel's filter takes the
     * connections of all others (it has {@code !ipv6_addr_cmp}, ctnetlink_filter_match_tuple in
     * net/netfilter/nf_conntrack_netlink.c).
     */
    private void deleteOneByOne(boolean from, byte[] address, String object) {
        NetlinkBatch list = new NetlinkBatch();
        list.begin(SUBSYSTEM | GET, NetlinkBatch.REQUEST | NetlinkBatch.DUMP, object).u8(IPV6).u8(0).u16(0).end();
        NetlinkBatch deletions = new NetlinkBatch();
        socket.ask(list, "conntrack dump", (type, body) -> {
            NetlinkAttributes entry = new NetlinkAttributes(body.duplicate().position(body.position() + 4));
            boolean meant = entry.nested(TUPLE_ORIGINAL)
                    .flatMap(original -> original.nested(1))
                    .flatMap(ip -> ip.bytes(from ? 3 : 4))
                    .filter(ByteBuffer.wrap(address)::equals)
                    .isPresent();
            if (meant) {
                deletions.begin(SUBSYSTEM | DELETE, NetlinkBatch.REQUEST, object).u8(IPV6).u8(1).u16(0);
                deletions.attribute(NESTED | TUPLE_ORIGINAL, copy(entry, TUPLE_ORIGINAL)).attribute(ID, copy(entry, ID));
                if (entry.bytes(ZONE).isPresent()) {
                    deletions.attribute(ZONE, copy(entry, ZONE));
                }
                deletions.end();
            }
        });
        try {
            socket.send(deletions, "conntrack delete");
        } catch (KernelException ended) {
            // By itself, meanwhile; the others were deleted all the same.
            if (ended.errno() != Errno.ENOENT) {
                throw ended;
            }
        }
    }

    /**
     * Who began the connection whose answers have these addresses and ports.
     *
     * @param protocol 6 or 17, with ports; 1 or 58 with its identifier as {@code sourcePort} for an echo
     * @return the source of the connection's first packet, as it was before it was translated; empty if there is none such
     */
    public Optional<byte[]> origin(
            int protocol, byte[] replySource, int sourcePort, byte[] replyDestination, int destinationPort, int zone) {
        boolean ipv6 = replySource.length > 4;
        int first = ipv6 ? 3 : 1;
        NetlinkBatch request = request(GET, ipv6 ? IPV6 : IPV4, "a connection");
        int tuple = request.nest(TUPLE_REPLY);
        int ip = request.nest(1);
        request.attribute(first, replySource).attribute(first + 1, replyDestination).close(ip);
        int proto = request.nest(2);
        request.attribute(1, new byte[] {(byte) protocol});
        if (protocol == ICMP) {
            // The answer to an echo has type 0 and code 0.
            request.attribute(4, port(sourcePort)).attribute(5, new byte[1]).attribute(6, new byte[1]);
        } else if (protocol == ICMPV6) {
            request.attribute(7, port(sourcePort)).attribute(8, new byte[] {(byte) 129}).attribute(9, new byte[1]);
        } else {
            request.attribute(2, port(sourcePort)).attribute(3, port(destinationPort));
        }
        request.close(proto).close(tuple).attribute(ZONE, port(zone)).end();
        byte[] origin = new byte[replySource.length];
        boolean[] found = new boolean[1];
        try {
            socket.ask(request, "conntrack get", (type, body) -> {
                NetlinkAttributes entry = new NetlinkAttributes(body.duplicate().position(body.position() + 4));
                entry.nested(TUPLE_ORIGINAL)
                        .flatMap(original -> original.nested(1))
                        .flatMap(address -> address.bytes(first))
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

    /** How many connections the namespace tracks, also such as have ended; the kernel knows without looking. */
    public long total() {
        long[] total = new long[1];
        NetlinkBatch request = new NetlinkBatch();
        request.begin(SUBSYSTEM | GET_TOTAL, NetlinkBatch.REQUEST, "the number of connections").u8(0).u8(0).u16(0).end();
        socket.ask(request, "conntrack total", (type, body) ->
                total[0] = new NetlinkAttributes(body.duplicate().position(body.position() + 4)).number(1));
        return total[0];
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

    /** Version 1 of the header makes the kernel take a deletion's family seriously. */
    private static NetlinkBatch request(int type, int family, String object) {
        NetlinkBatch request = new NetlinkBatch();
        request.begin(SUBSYSTEM | type, NetlinkBatch.REQUEST, object);
        return request.u8(family).u8(type == DELETE ? 1 : 0).u16(0);
    }

    private static byte[] port(int port) {
        return new byte[] {(byte) (port >> 8), (byte) port};
    }
}
