package dev.remora.net;

import dev.remora.linux.Conntrack;
import dev.remora.linux.Conntrack.Flow;
import dev.remora.net.OpenRules.Open;
import dev.remora.net.OpenRules.Stale;
import dev.remora.net.Topology.Group;
import dev.remora.net.Topology.Peer;
import dev.remora.net.Topology.Port;
import dev.remora.net.Topology.Rule;
import dev.remora.sharing.SharedSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Judges connections once more that an open rule had let through which is no longer theirs ({@link OpenRules}). One that no rule
 * lets through any more is forgotten, and its next packet dropped. One that another open rule lets through has that one's tag
 * from now on; one that a rule for some lets through is tracked like any other.
 *
 * <p>Here and not in the kernel: a connection that is forgotten and picked up again in its middle would begin with whichever
 * packet comes next, and an answer may go where a question must not.
 */
final class StaleFlows {
    private final Conntrack connections;
    private final RouterState state;

    StaleFlows(Conntrack connections, RouterState state) {
        this.connections = connections;
        this.state = state;
    }

    void judge(Stale stale) {
        for (Flow flow : connections.marked(stale.mark(), stale.mask(), stale.family() == IpFamily.V6)) {
            Ip near = Ip.of(stale.source() ? flow.source() : flow.destination());
            if (stale.end().isEmpty() || stale.end().get().equals(near)) {
                Optional<Port> port = owner(near);
                Optional<Integer> mark = port.flatMap(of -> mark(of, flow, stale));
                String id = port.map(Port::id).orElse(near.toString());
                if (mark.isPresent()) {
                    connections.mark(flow, mark.get(), stale.mask(), id);
                } else {
                    connections.delete(flow, id);
                }
            }
        }
    }

    /** The bits for the connection's mark; empty if the port's groups let it through no longer. */
    private Optional<Integer> mark(Port port, Flow flow, Stale stale) {
        if (!state.devices().containsKey(port.id()) || !RouterState.hasGroups(port)) {
            return Optional.empty();
        }
        boolean egress = stale.source();
        for (Map.Entry<Open, Integer> open : state.open().of(state.groupSet(port), egress, stale.family())) {
            Open rule = open.getKey();
            if (covers(rule.protocol(), rule.from(), rule.to(), flow.protocol(), flow.destinationPort())) {
                return Optional.of(rule.mark(open.getValue()));
            }
        }
        Ip far = Ip.of(egress ? flow.destination() : flow.source());
        List<Rule> allowing = rules(port, egress)
                .filter(rule -> allows(rule, far, flow.protocol(), flow.destinationPort()))
                .toList();
        boolean some = allowing.stream().anyMatch(rule -> !everybody(rule, stale.family()));
        boolean answers = rules(port, !egress).anyMatch(rule -> allows(rule, far, flow.protocol(), flow.sourcePort()));
        return some || !allowing.isEmpty() && answers ? Optional.of(0) : Optional.empty();
    }

    private Stream<Rule> rules(Port port, boolean egress) {
        Map<String, Group> groups = state.topology().groups();
        return port.groups().stream()
                .filter(groups::containsKey)
                .map(groups::get)
                .flatMap(group -> (egress ? group.egress() : group.ingress()).stream());
    }

    private static boolean everybody(Rule rule, IpFamily family) {
        return rule.peer() instanceof Peer.Block(IpBlock block) && block.equals(family.everything());
    }

    private boolean allows(Rule rule, Ip far, int protocol, int port) {
        return covers(rule.protocol(), rule.from(), rule.to(), protocol, port)
                && switch (rule.peer()) {
                    case Peer.Block(IpBlock block) -> block.contains(far);
                    case Peer.Members(String group) -> isIn(far, group);
                };
    }

    private boolean isIn(Ip address, String group) {
        return state.topology().foreignMembers().getOrDefault(group, SharedSet.empty()).contains(address)
                || owner(address).filter(port -> port.groups().contains(group)).isPresent();
    }

    private Optional<Port> owner(Ip address) {
        return state.index().owners().find(address).map(state::port);
    }

    private static boolean covers(int of, int from, int to, int protocol, int port) {
        return of == -1 || of == protocol && (from == -1 || from <= port && port <= to);
    }
}
