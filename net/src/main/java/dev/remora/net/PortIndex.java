package dev.remora.net;

import dev.remora.net.Topology.Attachment;
import dev.remora.net.Topology.Group;
import dev.remora.net.Topology.Peer;
import dev.remora.net.Topology.Port;
import dev.remora.net.Topology.Rule;
import dev.remora.sharing.SharedMap;
import dev.remora.sharing.SharedSet;
import java.util.List;
import java.util.Set;

/**
 * How what is in a topology is found without looking through all of it.
 *
 * @param owners the port that has an address
 * @param inSubnet the ports of a subnet
 * @param guests the further devices of a port
 * @param groupUses how often a group is named: because it is there, by ports, by rules, by members in other VPCs
 */
record PortIndex(
        SharedMap<Ip, String> owners, SharedSet<Of> inSubnet, SharedSet<Of> guests, SharedMap<String, Integer> groupUses) {
    static final PortIndex EMPTY =
            new PortIndex(SharedMap.empty(), SharedSet.empty(), SharedSet.empty(), SharedMap.empty());

    /** A port, found by what it belongs to. */
    record Of(String owner, String port) implements Comparable<Of> {
        @Override
        public int compareTo(Of other) {
            int order = owner.compareTo(other.owner);
            return order != 0 ? order : port.compareTo(other.port);
        }
    }

    List<String> inSubnet(String subnet) {
        return portsOf(inSubnet, subnet);
    }

    List<String> guests(String host) {
        return portsOf(guests, host);
    }

    private static List<String> portsOf(SharedSet<Of> index, String owner) {
        return index.range(new Of(owner, ""), new Of(owner + '\0', "")).stream().map(Of::port).toList();
    }

    /** All that went goes before anything that comes: an address may have moved from one port to another. */
    PortIndex without(Port port) {
        SharedMap<Ip, String> fewer = owners;
        for (Ip address : port.addresses()) {
            if (port.id().equals(fewer.get(address))) {
                fewer = fewer.minus(address);
            }
        }
        SharedSet<Of> fewerGuests = port.attachment() instanceof Attachment.Further(String host, int index)
                ? guests.minus(new Of(host, port.id()))
                : guests;
        return new PortIndex(fewer, inSubnet.minus(new Of(port.subnet(), port.id())), fewerGuests, counted(port.groups(), -1));
    }

    PortIndex with(Port port) {
        SharedMap<Ip, String> more = owners;
        for (Ip address : port.addresses()) {
            more = more.plus(address, port.id());
        }
        SharedSet<Of> moreGuests = port.attachment() instanceof Attachment.Further(String host, int index)
                ? guests.plus(new Of(host, port.id()))
                : guests;
        return new PortIndex(more, inSubnet.plus(new Of(port.subnet(), port.id())), moreGuests, counted(port.groups(), 1));
    }

    PortIndex without(Group group) {
        return new PortIndex(owners, inSubnet, guests, counted(group, -1));
    }

    PortIndex with(Group group) {
        return new PortIndex(owners, inSubnet, guests, counted(group, 1));
    }

    PortIndex withForeign(String group, boolean there) {
        return new PortIndex(owners, inSubnet, guests, counted(Set.of(group), there ? 1 : -1));
    }

    private SharedMap<String, Integer> counted(Group group, int more) {
        SharedMap<String, Integer> uses = counted(groupUses, group.id(), more);
        for (Set<Rule> rules : List.of(group.ingress(), group.egress())) {
            for (Rule rule : rules) {
                if (rule.peer() instanceof Peer.Members(String named)) {
                    uses = counted(uses, named, more);
                }
            }
        }
        return uses;
    }

    private SharedMap<String, Integer> counted(Set<String> groups, int more) {
        SharedMap<String, Integer> uses = groupUses;
        for (String group : groups) {
            uses = counted(uses, group, more);
        }
        return uses;
    }

    private static SharedMap<String, Integer> counted(SharedMap<String, Integer> uses, String group, int more) {
        int now = uses.getOrDefault(group, 0) + more;
        return uses.with(group, now == 0 ? null : now);
    }
}
