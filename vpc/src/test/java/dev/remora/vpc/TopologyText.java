package dev.remora.vpc;

import dev.remora.net.Topology;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Writes a topology as a text, in one order whatever the order inside it. */
final class TopologyText {
    private TopologyText() {}

    static String write(Topology topology) {
        var text = new StringBuilder("router " + topology.router() + "\n");
        text.append("blocks ").append(words(topology.blocks())).append('\n');
        new TreeMap<>(topology.subnets())
                .values()
                .forEach(s -> text.append("subnet " + s.id() + " " + words(s.blocks()) + " by " + s.routeTable() + "\n"));
        new TreeMap<>(topology.routeTables()).values().forEach(t -> {
            text.append("table " + t.id() + "\n");
            t.routes().forEach(r -> text.append("  " + r.destination() + " " + target(r.target()) + "\n"));
        });
        new TreeMap<>(topology.groups()).values().forEach(g -> {
            text.append("group " + g.id() + "\n");
            rules(text, "ingress", "from", g.ingress());
            rules(text, "egress", "to", g.egress());
        });
        new TreeMap<>(topology.ports())
                .values()
                .forEach(p -> text.append("port " + p.id() + " " + words(p.addresses()) + " in " + p.subnet() + " of "
                        + String.join(",", new TreeSet<>(p.groups())) + " behind " + behind(p.attachment())
                        + (p.sourceCheck() ? "" : " unchecked") + "\n"));
        return text.toString();
    }

    private static String words(List<?> values) {
        return values.stream().map(Object::toString).collect(Collectors.joining(" "));
    }

    private static void rules(StringBuilder text, String direction, String preposition, Set<Topology.Rule> rules) {
        rules.stream()
                .map(r -> "  " + direction + " " + traffic(r) + " " + preposition + " " + peer(r.peer()) + "\n")
                .sorted()
                .forEach(text::append);
    }

    private static String traffic(Topology.Rule r) {
        if (r.protocol() == GroupRule.ALL) {
            return "all";
        }
        String ports = r.from() == GroupRule.ALL ? "" : r.from() == r.to() ? " " + r.from() : " " + r.from() + "-" + r.to();
        return GroupRule.protocolName(r.protocol()) + ports;
    }

    private static String peer(Topology.Peer peer) {
        return switch (peer) {
            case Topology.Peer.Block block -> block.block().toString();
            case Topology.Peer.Members members -> "members of " + members.group();
        };
    }

    private static String target(Topology.Target target) {
        return switch (target) {
            case Topology.Target.Local local -> "local";
            case Topology.Target.Blackhole blackhole -> "blackhole";
            case Topology.Target.ToPort(String port) -> "to " + port;
            case Topology.Target.By(String gateway) -> "by " + gateway;
        };
    }

    private static String behind(Topology.Attachment attachment) {
        return switch (attachment) {
            case Topology.Attachment.None none -> "nothing";
            case Topology.Attachment.Workload workload -> "workload";
            case Topology.Attachment.Further(String of, int index) -> "device " + index + " of " + of;
            case Topology.Attachment.Translator translator -> "translator";
            case Topology.Attachment.Hyperplane hyperplane -> "key " + hyperplane.key().name();
        };
    }
}
