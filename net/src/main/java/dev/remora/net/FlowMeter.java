package dev.remora.net;

import static dev.remora.linux.NftStatement.is;

import dev.remora.linux.NfTables;
import dev.remora.linux.NfTables.Tally;
import dev.remora.linux.NftData;
import dev.remora.linux.NftHook;
import dev.remora.linux.NftSet;
import dev.remora.linux.NftStatement;
import dev.remora.linux.NftTransaction;
import dev.remora.linux.NftTransaction.Family;
import dev.remora.linux.NftValue;
import dev.remora.linux.NftVerdict;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntFunction;

/**
 * Counts what crosses one router, flow by flow.
 *
 * <p>Two chains of a table of its own, around the router's rules on the forward hook: the first counts all that arrives, the
 * second what has passed. The difference is what was refused, exactly, without a word in the rules themselves. A counter lives in
 * a set's element and is found by devices, addresses, ports and flags; the kernel drops it when it was idle for {@link
 * #IDLE_MILLIS}, so whoever reads more often loses nothing. Counters only grow, so a reader needs the state of the last reading;
 * the kernel's own reset while reading is younger than the kernels that we run on.
 *
 * <p>What refused a flow is not in its counters: the router's reports say it (see {@link #refused}). They are limited, so a flow
 * may be refused without a report; then its last known cause counts, or what refuses most: no ingress rule.
 *
 * <p>Not thread-safe.
 */
final class FlowMeter {
    static final long IDLE_MILLIS = 120_000;

    /** Flows that are counted at once; more are not counted, and {@link FlowReading#overflowed} says so. */
    static final int FLOWS = 131_072;

    private static final String TABLE = "flows";
    private static final int BEFORE_ALL = -200;
    private static final int AFTER_ALL = 200;
    private static final int TCP = 6;
    private static final int UDP = 17;
    private static final int FIN = 1;
    private static final int SYN = 2;
    private static final int RST = 4;
    private static final int ACK = 16;
    private static final int IPV4 = 2;
    private static final int IPV6 = 10;

    /** How many refused conversations' causes are remembered. */
    private static final int CAUSES = 8192;

    private static final NftData NO_PORT = NftData.port(0);
    private static final NftData NO_FLAGS = NftData.octet(0);

    private static final NftValue KEY4 = key(NftValue.IP_SOURCE, NftValue.IP_DESTINATION, TCP);
    private static final NftValue KEY6 = key(NftValue.IP6_SOURCE, NftValue.IP6_DESTINATION, TCP);
    private static final NftSet SEEN4 = NftSet.tallies("seen4", KEY4, IDLE_MILLIS, FLOWS);
    private static final NftSet SEEN6 = NftSet.tallies("seen6", KEY6, IDLE_MILLIS, FLOWS);
    private static final NftSet PASSED4 = NftSet.tallies("passed4", KEY4, IDLE_MILLIS, FLOWS);
    private static final NftSet PASSED6 = NftSet.tallies("passed6", KEY6, IDLE_MILLIS, FLOWS);

    private final NfTables filter;
    private final IntFunction<Optional<String>> portOfDevice;
    private final Map<ByteBuffer, Tally> seen = new HashMap<>();
    private final Map<ByteBuffer, Tally> passed = new HashMap<>();

    private final Map<Conversation, Drop.Cause> causes = new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Conversation, Drop.Cause> eldest) {
            return size() > CAUSES;
        }
    };

    private record Conversation(Ip source, Ip destination, int protocol, int port) {}

    /** Begins to count. @param portOfDevice the interface behind a device, if one is */
    FlowMeter(NfTables filter, IntFunction<Optional<String>> portOfDevice) {
        this.filter = filter;
        this.portOfDevice = portOfDevice;
        filter.commit(rules());
    }

    static NftTransaction rules() {
        NftTransaction rules = new NftTransaction(Family.INET, TABLE).addTable();
        for (NftSet set : List.of(SEEN4, SEEN6, PASSED4, PASSED6)) {
            rules.addSet(set);
        }
        count(rules, "seen", BEFORE_ALL, SEEN4, SEEN6);
        count(rules, "passed", AFTER_ALL, PASSED4, PASSED6);
        return rules;
    }

    private static void count(NftTransaction rules, String chain, int priority, NftSet ipv4, NftSet ipv6) {
        rules.addBaseChain(chain, "filter", NftHook.FORWARD, priority, NftVerdict.ACCEPT);
        for (int protocol : new int[] {TCP, UDP, 0}) {
            List<NftStatement> first = protocol == 0
                    ? List.of(
                            NftStatement.isNot(NftValue.PROTOCOL, NftData.octet(TCP)),
                            NftStatement.isNot(NftValue.PROTOCOL, NftData.octet(UDP)))
                    : List.of(is(NftValue.PROTOCOL, NftData.octet(protocol)));
            rule(rules, chain, IPV4, first, key(NftValue.IP_SOURCE, NftValue.IP_DESTINATION, protocol), ipv4);
            rule(rules, chain, IPV6, first, key(NftValue.IP6_SOURCE, NftValue.IP6_DESTINATION, protocol), ipv6);
        }
    }

    private static void rule(
            NftTransaction rules, String chain, int family, List<NftStatement> first, NftValue key, NftSet set) {
        List<NftStatement> rule = new ArrayList<>();
        rule.add(is(NftValue.FAMILY, NftData.octet(family)));
        rule.addAll(first);
        rule.add(NftStatement.tally(key, set));
        rules.addRule(chain, rule);
    }

    private static NftValue key(NftValue source, NftValue destination, int protocol) {
        boolean ports = protocol == TCP || protocol == UDP;
        return NftValue.concat(
                NftValue.IN_DEVICE,
                NftValue.OUT_DEVICE,
                NftValue.PROTOCOL,
                source,
                destination,
                ports ? NftValue.SOURCE_PORT : NftValue.constant(NO_PORT),
                ports ? NftValue.DESTINATION_PORT : NftValue.constant(NO_PORT),
                protocol == TCP ? NftValue.TCP_FLAGS : NftValue.constant(NO_FLAGS));
    }

    /** Notes what a drop was refused by, for flows that are read from now on. */
    void refused(Drop drop) {
        Conversation of = new Conversation(drop.source(), drop.destination(), drop.protocol(), drop.destinationPort());
        causes.put(of, drop.cause());
    }

    /** What came since the last reading. */
    FlowReading read() {
        // What has passed is read first: a packet between the two readings then counts as refused once, and is set right next
        // time.
        List<Tally> passedNow = both(PASSED4, PASSED6);
        List<Tally> seenNow = both(SEEN4, SEEN6);
        Map<ByteBuffer, Tally> came = news(seenNow, seen);
        Map<ByteBuffer, Tally> went = news(passedNow, passed);
        Map<Flow, long[]> flows = new LinkedHashMap<>();
        came.forEach((key, tally) -> {
            Tally through = went.remove(key);
            long packets = through == null ? 0 : through.packets();
            long bytes = through == null ? 0 : through.bytes();
            add(flows, key, packets, bytes, true);
            add(flows, key, tally.packets() - packets, tally.bytes() - bytes, false);
        });
        went.forEach((key, tally) -> add(flows, key, tally.packets(), tally.bytes(), true));
        boolean full = seenNow.size() >= FLOWS || passedNow.size() >= FLOWS;
        return new FlowReading(flows.entrySet().stream().map(e -> counted(e.getKey(), e.getValue())).toList(), full);
    }

    private List<Tally> both(NftSet ipv4, NftSet ipv6) {
        List<Tally> all = new ArrayList<>(filter.tallies(Family.INET, TABLE, ipv4));
        all.addAll(filter.tallies(Family.INET, TABLE, ipv6));
        return all;
    }

    /** What was counted beyond {@code before}, which becomes what is counted now. A counter that shrank began anew. */
    private static Map<ByteBuffer, Tally> news(List<Tally> now, Map<ByteBuffer, Tally> before) {
        Map<ByteBuffer, Tally> state = new HashMap<>();
        Map<ByteBuffer, Tally> news = new LinkedHashMap<>();
        for (Tally tally : now) {
            ByteBuffer key = ByteBuffer.wrap(tally.key());
            state.put(key, tally);
            Tally old = before.get(key);
            if (old == null || old.packets() > tally.packets()) {
                old = new Tally(tally.key(), 0, 0);
            }
            long packets = tally.packets() - old.packets();
            if (packets > 0) {
                news.put(key, new Tally(tally.key(), packets, tally.bytes() - old.bytes()));
            }
        }
        before.clear();
        before.putAll(state);
        return news;
    }

    /** Adds to the flow that the key belongs to: keys of one flow differ in flags. */
    private void add(Map<Flow, long[]> flows, ByteBuffer key, long packets, long bytes, boolean passes) {
        if (packets <= 0) {
            return;
        }
        byte[] k = key.array();
        int address = k.length == 4 * 6 + 2 * 4 ? 4 : 16;
        int ports = 12 + 2 * address;
        Ip source = Ip.of(Arrays.copyOfRange(k, 12, 12 + address));
        Ip destination = Ip.of(Arrays.copyOfRange(k, 12 + address, ports));
        int protocol = k[8] & 255;
        int destinationPort = port(k, ports + 4);
        Optional<Drop.Cause> refused = passes
                ? Optional.empty()
                : Optional.of(causes.getOrDefault(
                        new Conversation(source, destination, protocol, destinationPort), Drop.Cause.GROUP_INGRESS));
        Flow flow = new Flow(
                portOfDevice.apply(device(k, 0)), portOfDevice.apply(device(k, 4)), source, destination, protocol,
                port(k, ports), destinationPort, 0, 0, 0, refused);
        long[] sum = flows.computeIfAbsent(flow, none -> new long[3]);
        sum[0] += packets;
        sum[1] += bytes;
        int flags = k[ports + 8] & 255;
        sum[2] |= flags & (FIN | SYN | RST) | ((flags & (SYN | ACK)) == (SYN | ACK) ? ACK : 0);
    }

    private static Flow counted(Flow flow, long[] sum) {
        return new Flow(
                flow.from(), flow.to(), flow.source(), flow.destination(), flow.protocol(), flow.sourcePort(),
                flow.destinationPort(), (int) sum[2], sum[0], sum[1], flow.refused());
    }

    private static int device(byte[] key, int at) {
        return ByteBuffer.wrap(key, at, 4).order(ByteOrder.nativeOrder()).getInt();
    }

    private static int port(byte[] key, int at) {
        return (key[at] & 255) << 8 | key[at + 1] & 255;
    }

    /** Ends counting. */
    void close() {
        filter.commit(new NftTransaction(Family.INET, TABLE).deleteTable());
    }
}
