package dev.remora.vpc;

import dev.remora.net.IpBlock;
import java.util.Map;

/**
 * One rule of a security group. Two rules of a group that differ in nothing but id, description and tags are the same rule.
 *
 * @param protocol the number in the IP header, or {@link #ALL}
 * @param from first port or the ICMP type, or {@link #ALL}
 * @param to last port or the ICMP code, or {@link #ALL}
 * @param peer the other side
 */
public record GroupRule(
        String id, Direction direction, int protocol, int from, int to, Peer peer, String description, Map<String, String> tags) {
    public static final int ALL = -1;
    public static final int ICMP = 1;
    public static final int TCP = 6;
    public static final int UDP = 17;
    public static final int ICMPV6 = 58;

    public enum Direction {
        INGRESS,
        EGRESS
    }

    /** Whom a rule lets in, or out to. Its text is as the API writes it. */
    public sealed interface Peer {
        /** Addresses of one family. */
        record Block(IpBlock block) implements Peer {
            @Override
            public String toString() {
                return block.toString();
            }
        }

        /** The addresses that are in a prefix list now. */
        record Listed(String prefixListId) implements Peer {
            @Override
            public String toString() {
                return prefixListId;
            }
        }

        /** The interfaces that are in the group now. */
        record Members(String groupId) implements Peer {
            @Override
            public String toString() {
                return groupId;
            }
        }

        /**
         * The interfaces that are in a group of a peered VPC now, for as long as the connection is active.
         *
         * @param account which owns the group
         * @param vpcId the group's VPC
         * @param connection the peering connection by which it was named
         */
        record Foreign(String account, String vpcId, String groupId, String connection) implements Peer {
            @Override
            public String toString() {
                return account + "/" + groupId;
            }
        }
    }

    public GroupRule {
        tags = Tagged.sorted(tags);
    }

    /** Whether this and {@code that} allow the same. */
    public boolean same(GroupRule that) {
        return direction == that.direction
                && protocol == that.protocol
                && from == that.from
                && to == that.to
                && peer.equals(that.peer);
    }

    /** Whether the rule speaks of this kind of packet. {@code port} is the destination port, or the ICMP type. */
    public boolean covers(int packetProtocol, int port) {
        if (protocol == ALL) {
            return true;
        }
        boolean icmp = protocol == ICMP || protocol == ICMPV6;
        return protocol == packetProtocol && (from == ALL || (icmp ? port == from : from <= port && port <= to));
    }

    /** The protocol as the API and {@link Reachability}'s sentences write it: {@code tcp}, {@code -1}, {@code 50}. */
    public static String protocolName(int protocol) {
        return switch (protocol) {
            case ICMP -> "icmp";
            case TCP -> "tcp";
            case UDP -> "udp";
            case ICMPV6 -> "icmpv6";
            default -> Integer.toString(protocol);
        };
    }

    /** A rule that lets everything pass between the group's interfaces and {@code peer}. */
    public static GroupRule all(String id, Direction direction, Peer peer) {
        return new GroupRule(id, direction, ALL, ALL, ALL, peer, "", Map.of());
    }


    public GroupRule withDescription(String text) {
        return new GroupRule(id, direction, protocol, from, to, peer, text, tags);
    }

    public GroupRule withTags(Map<String, String> newTags) {
        return new GroupRule(id, direction, protocol, from, to, peer, description, newTags);
    }
}
