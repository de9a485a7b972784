package dev.remora.app;

import dev.remora.ec2.DropExplanation;
import dev.remora.net.Drop;
import dev.remora.net.Ip;
import dev.remora.store.Scope;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * What the network refused, in the words of those who use it: which function, which connection, and which groups did not
 * allow it.
 *
 * <p>A connection that gets no answer is tried again by the kernel that opens it, each time with the same ports: those are
 * one line, with the time of the first and the number of all.
 */
final class DropList {
    private static final int TCP = 6;
    private static final int UDP = 17;
    private static final int ICMP = 1;
    private static final int ICMPV6 = 58;

    private final Supplier<List<Drop>> drops;
    private final Function<Drop, DropExplanation> explainer;
    private final Function<String, Optional<String>> functionOfSlot;

    /**
     * @param explainer says why a packet was refused, in the account's terms
     * @param functionOfSlot the ARN of the function that a slot serves or served
     */
    DropList(
            Supplier<List<Drop>> drops,
            Function<Drop, DropExplanation> explainer,
            Function<String, Optional<String>> functionOfSlot) {
        this.drops = drops;
        this.explainer = explainer;
        this.functionOfSlot = functionOfSlot;
    }

    /**
     * One connection.
     *
     * @param micros the time since 1970, for asking for what came later
     * @param refusedBy the groups that did not allow it where groups decided, the network ACL and its entry where one did, else
     *     the interface, or empty
     * @param reason the whole sentence
     */
    record Line(
            String time,
            long micros,
            String function,
            String connection,
            String cause,
            String refusedBy,
            String reason,
            int packets) {}

    private record Connection(Drop.Cause cause, String router, int protocol, String from, String to) {}

    /** @param after only connections whose first packet was refused after this time, in microseconds since 1970 */
    List<Line> lines(Scope scope, Optional<String> function, long after) {
        var byConnection = new LinkedHashMap<Connection, List<Drop>>();
        for (Drop drop : drops.get()) {
            byConnection
                    .computeIfAbsent(connection(drop), c -> new ArrayList<>())
                    .add(drop);
        }
        return byConnection.entrySet().stream()
                .filter(e -> micros(e.getValue().getFirst()) > after)
                .filter(e -> function.isEmpty()
                        || of(scope, function.get(), e.getValue().getFirst()))
                .map(e -> line(e.getKey(), e.getValue()))
                .toList();
    }

    private static Connection connection(Drop drop) {
        return new Connection(
                drop.cause(),
                drop.router(),
                drop.protocol(),
                end(drop, drop.source(), drop.sourcePort()),
                end(drop, drop.destination(), drop.destinationPort()));
    }

    private static String end(Drop drop, Ip address, int port) {
        return drop.protocol() == TCP || drop.protocol() == UDP ? address.withPort(port) : address.toString();
    }

    private boolean of(Scope scope, String function, Drop drop) {
        String arn = "arn:aws:lambda:" + scope.region() + ":" + scope.account() + ":function:" + function;
        return drop.slot()
                .flatMap(functionOfSlot)
                .filter(found -> found.equals(function) || found.equals(arn) || found.startsWith(arn + ":"))
                .isPresent();
    }

    private Line line(Connection connection, List<Drop> drops) {
        Drop first = drops.getFirst();
        DropExplanation why = explainer.apply(first);
        boolean byGroups = first.cause() == Drop.Cause.GROUP_EGRESS || first.cause() == Drop.Cause.GROUP_INGRESS;
        return new Line(
                first.time().truncatedTo(ChronoUnit.MILLIS).toString(),
                micros(first),
                first.slot().flatMap(functionOfSlot).orElse(""),
                protocol(connection.protocol()) + " " + connection.from() + " -> " + connection.to(),
                cause(first.cause()),
                first.entry().map(e -> e.acl() + " (" + (e.number() == Drop.Entry.NONE ? "*" : e.number()) + ")")
                        .orElseGet(() -> byGroups
                                ? why.groups().stream()
                                        .map(g -> g.id() + " (" + g.name() + ")")
                                        .collect(Collectors.joining(", "))
                                : why.interfaceId().orElse("")),
                why.sentence(),
                drops.size());
    }

    private static long micros(Drop drop) {
        return ChronoUnit.MICROS.between(Instant.EPOCH, drop.time());
    }

    private static String protocol(int number) {
        return switch (number) {
            case TCP -> "tcp";
            case UDP -> "udp";
            case ICMP -> "icmp";
            case ICMPV6 -> "icmpv6";
            default -> "protocol " + number;
        };
    }

    static String cause(Drop.Cause cause) {
        return switch (cause) {
            case GROUP_EGRESS -> "no egress rule";
            case GROUP_INGRESS -> "no ingress rule";
            case ACL_EGRESS -> "network ACL, outbound";
            case ACL_INGRESS -> "network ACL, inbound";
            case NO_PUBLIC_ADDRESS -> "no public address";
            case ROUTE -> "no route";
            case SOURCE_CHECK -> "foreign source";
            case INVALID -> "no connection";
            case UNBOUND -> "no network";
            case ISOLATION -> "isolation";
            case SLOT_LIMIT -> "too many connections";
            case PORTS_EXHAUSTED -> "no free port";
            case INBOUND -> "inbound";
        };
    }
}
