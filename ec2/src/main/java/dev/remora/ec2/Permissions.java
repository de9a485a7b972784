package dev.remora.ec2;

import static dev.remora.ec2.Resource.SECURITY_GROUP;

import dev.remora.net.Cidr;
import dev.remora.net.Cidr6;
import dev.remora.store.Scope;
import dev.remora.store.View;
import dev.remora.vpc.GroupRule;
import dev.remora.vpc.GroupRule.Direction;
import dev.remora.vpc.GroupRule.Peer;
import dev.remora.vpc.SecurityGroup;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.IpPermission;
import software.amazon.awssdk.services.ec2.model.IpRange;
import software.amazon.awssdk.services.ec2.model.Ipv6Range;
import software.amazon.awssdk.services.ec2.model.PrefixListId;
import software.amazon.awssdk.services.ec2.model.UserIdGroupPair;

/**
 * IpPermission, the form in which requests give rules and DescribeSecurityGroups shows them: one protocol and port range with any
 * number of peers. A rule of ours has one peer.
 */
final class Permissions {
    static final int MAX_DESCRIPTION_LENGTH = 255;
    private static final String DESCRIPTION_SET = "a-zA-Z0-9. _-:/()#,@[]+=&;{}!$*";
    private static final Pattern DESCRIPTION = Pattern.compile("[a-zA-Z0-9. _\\-:/()#,@\\[\\]+=&;{}!$*]{0,255}");
    private static final int MAX_PORT = 65535;

    private final View view;
    private final Scope scope;
    private final SecurityGroup group;
    private final Direction direction;

    /** Reads permissions for one direction of one group. */
    Permissions(View view, Scope scope, SecurityGroup group, Direction direction) {
        this.view = view;
        this.scope = scope;
        this.group = group;
        this.direction = direction;
    }

    /** Protocol and ports of a rule, as the API gives them. */
    record Traffic(int protocol, int from, int to) {
        static Traffic of(@Nullable String protocolText, @Nullable Integer from, @Nullable Integer to) {
            int protocol = protocol(Refusals.require(protocolText, "ipProtocol"));
            return switch (protocol) {
                case GroupRule.TCP, GroupRule.UDP -> ports(protocol, from, to);
                case GroupRule.ICMP, GroupRule.ICMPV6 -> icmp(protocol, from, to);
                default -> new Traffic(protocol, GroupRule.ALL, GroupRule.ALL);
            };
        }

        static int protocol(String text) {
            String lower = text.toLowerCase(Locale.ROOT);
            return switch (lower) {
                case "-1", "all" -> GroupRule.ALL;
                case "tcp" -> GroupRule.TCP;
                case "udp" -> GroupRule.UDP;
                case "icmp" -> GroupRule.ICMP;
                case "icmpv6" -> GroupRule.ICMPV6;
                default -> {
                    if (!lower.matches("[0-9]{1,3}") || Integer.parseInt(lower) > 255) {
                        throw Refusals.invalidValue("Invalid value '" + text + "' for IP protocol. Unknown protocol.");
                    }
                    yield Integer.parseInt(lower);
                }
            };
        }

        private static Traffic ports(int protocol, @Nullable Integer from, @Nullable Integer to) {
            if (from == null || to == null) {
                throw Refusals.invalidValue("Invalid value 'Must specify both from and to ports with TCP/UDP.' for portRange.");
            }
            for (int port : new int[] {from, to}) {
                if (port < 0 || port > MAX_PORT) {
                    throw Refusals.invalidValue("TCP/UDP port (" + port + ") out of range");
                }
            }
            if (from > to) {
                throw Refusals.invalidValue("Invalid TCP/UDP port range (" + from + ":" + to + ")");
            }
            return new Traffic(protocol, from, to);
        }

        private static Traffic icmp(int protocol, @Nullable Integer type, @Nullable Integer code) {
            int t = type == null ? GroupRule.ALL : type;
            int c = code == null ? GroupRule.ALL : code;
            if (t < GroupRule.ALL || t > 255) {
                throw Refusals.invalidValue("ICMP type (" + t + ") out of range");
            }
            if (c < GroupRule.ALL || c > 255) {
                throw Refusals.invalidValue("ICMP code (" + c + ") out of range");
            }
            if (t == GroupRule.ALL && c != GroupRule.ALL) {
                throw Refusals.invalidValue("ICMP code (" + c + ") cannot be specified without a type");
            }
            return new Traffic(protocol, t, c);
        }
    }

    /** The rules that the permissions stand for, each without an id and without tags. */
    List<GroupRule> rules(List<IpPermission> permissions) {
        var rules = new ArrayList<GroupRule>();
        for (IpPermission p : permissions) {
            Traffic traffic = Traffic.of(p.ipProtocol(), p.fromPort(), p.toPort());
            int before = rules.size();
            p.ipRanges().forEach(range -> rules.add(rule(traffic, block(range.cidrIp()), range.description())));
            p.ipv6Ranges().forEach(range -> rules.add(rule(traffic, block6(range.cidrIpv6()), range.description())));
            p.userIdGroupPairs().forEach(pair -> rules.add(rule(traffic, members(pair), pair.description())));
            p.prefixListIds()
                    .forEach(list -> rules.add(rule(traffic, listed(view, scope, list.prefixListId()), list.description())));
            if (rules.size() == before) {
                throw Refusals.missing("ipRanges");
            }
        }
        for (int i = 0; i < rules.size(); i++) {
            for (int j = 0; j < i; j++) {
                if (rules.get(i).same(rules.get(j))) {
                    throw Refusals.invalidValue("The same permission must not appear multiple times");
                }
            }
        }
        return rules;
    }

    /** A prefix list of the account's or of AWS's. */
    static Peer.Listed listed(View view, Scope scope, @Nullable String id) {
        return new Peer.Listed(PrefixLists.require(view, scope, id).id());
    }

    private GroupRule rule(Traffic traffic, Peer peer, @Nullable String description) {
        return new GroupRule(
                "", direction, traffic.protocol(), traffic.from(), traffic.to(), peer, description(description), Map.of());
    }

    static String description(@Nullable String text) {
        if (text == null) {
            return "";
        }
        if (!DESCRIPTION.matcher(text).matches()) {
            throw Refusals.invalidValue("Invalid rule description. Valid descriptions are strings less than "
                    + (MAX_DESCRIPTION_LENGTH + 1) + " characters from the following set:  " + DESCRIPTION_SET);
        }
        return text;
    }

    /** An IPv4 block; the bits beyond its prefix are cleared. */
    static Peer.Block block(@Nullable String text) {
        String given = Refusals.require(text, "cidrIp");
        try {
            return new Peer.Block(Cidr.parse(given));
        } catch (IllegalArgumentException e) {
            throw malformed(given);
        }
    }

    /** An IPv6 block in its canonical form. */
    static Peer.Block block6(@Nullable String text) {
        String given = Refusals.require(text, "cidrIpv6");
        try {
            return new Peer.Block(Cidr6.parse(given));
        } catch (IllegalArgumentException e) {
            throw malformed(given);
        }
    }

    private static RuntimeException malformed(String block) {
        return Refusals.invalidValue("CIDR block " + block + " is malformed");
    }

    private Peer members(UserIdGroupPair pair) {
        if (pair.groupId() != null) {
            return members(pair.groupId());
        }
        String name = Refusals.require(pair.groupName(), "groupId");
        return view.find(SECURITY_GROUP.kind(), scope, "name", Resource.groupNameKey(group.vpcId(), name)).stream()
                .findFirst()
                .<Peer>map(g -> new Peer.Members(g.id()))
                .orElseThrow(() -> SECURITY_GROUP.notFound(name));
    }

    /** A group of the same VPC, or of one that is peered with it; its owner may be named before it, {@code account/sg-…}. */
    Peer members(String text) {
        String groupId = text.substring(text.indexOf('/') + 1);
        if (groupId.equals(group.id())) {
            return new Peer.Members(groupId);
        }
        Optional<SecurityGroup> own = view.get(SECURITY_GROUP.kind(), scope, groupId);
        if (own.isPresent() && own.get().vpcId().equals(group.vpcId())) {
            return new Peer.Members(groupId);
        }
        // A rule about a group that is gone, or beyond a connection that is, can still be revoked.
        for (GroupRule rule : group.rules()) {
            if (rule.peer() instanceof Peer.Foreign foreign && foreign.groupId().equals(groupId)) {
                return foreign;
            }
        }
        return Peerings.groupBeyond(view, scope, group.vpcId(), groupId)
                .<Peer>map(foreign -> foreign)
                .orElseThrow(() -> {
                    SECURITY_GROUP.require(view, scope, groupId);
                    return Refusals.otherNetwork();
                });
    }

    /** The group that a peer names. */
    static Optional<String> groupOf(Peer peer) {
        return switch (peer) {
            case Peer.Members m -> Optional.of(m.groupId());
            case Peer.Foreign f -> Optional.of(f.groupId());
            case Peer.Block block -> Optional.empty();
            case Peer.Listed listed -> Optional.empty();
        };
    }

    /** Rules of one direction as permissions: those with the same protocol and ports become one. */
    static List<IpPermission> shown(View view, Scope scope, List<GroupRule> rules) {
        var byTraffic = new LinkedHashMap<Traffic, List<GroupRule>>();
        for (GroupRule rule : rules) {
            var traffic = new Traffic(rule.protocol(), rule.from(), rule.to());
            byTraffic.computeIfAbsent(traffic, t -> new ArrayList<>()).add(rule);
        }
        return byTraffic.entrySet().stream().map(e -> shown(view, scope, e.getKey(), e.getValue())).toList();
    }

    private static IpPermission shown(View view, Scope scope, Traffic traffic, List<GroupRule> rules) {
        var ranges = new ArrayList<IpRange>();
        var ranges6 = new ArrayList<Ipv6Range>();
        var lists = new ArrayList<PrefixListId>();
        var pairs = new ArrayList<UserIdGroupPair>();
        for (GroupRule rule : rules) {
            String description = rule.description().isEmpty() ? null : rule.description();
            switch (rule.peer()) {
                case Peer.Block(Cidr b) ->
                    ranges.add(IpRange.builder().cidrIp(b.toString()).description(description).build());
                case Peer.Block(Cidr6 b) ->
                    ranges6.add(Ipv6Range.builder().cidrIpv6(b.toString()).description(description).build());
                case Peer.Listed l ->
                    lists.add(PrefixListId.builder().prefixListId(l.prefixListId()).description(description).build());
                case Peer.Members m ->
                    pairs.add(UserIdGroupPair.builder()
                            .groupId(m.groupId())
                            .userId(scope.account())
                            .description(description)
                            .build());
                case Peer.Foreign f ->
                    pairs.add(UserIdGroupPair.builder()
                            .groupId(f.groupId())
                            .userId(f.account())
                            .vpcId(f.vpcId())
                            .vpcPeeringConnectionId(f.connection())
                            .peeringStatus(Peerings.statusText(view, scope, f.connection()))
                            .description(description)
                            .build());
            }
        }
        var permission = IpPermission.builder()
                .ipProtocol(GroupRule.protocolName(traffic.protocol()))
                .ipRanges(ranges)
                .ipv6Ranges(ranges6)
                .userIdGroupPairs(pairs)
                .prefixListIds(lists);
        if (hasPorts(traffic.protocol())) {
            permission.fromPort(traffic.from()).toPort(traffic.to());
        }
        return permission.build();
    }

    static boolean hasPorts(int protocol) {
        return protocol == GroupRule.TCP
                || protocol == GroupRule.UDP
                || protocol == GroupRule.ICMP
                || protocol == GroupRule.ICMPV6;
    }

    /** The rule in the words of the refusal of a duplicate. */
    static String words(GroupRule rule) {
        String name = GroupRule.protocolName(rule.protocol()).toUpperCase(Locale.ROOT);
        String traffic =
                switch (rule.protocol()) {
                    case GroupRule.ALL -> "ALL";
                    case GroupRule.TCP, GroupRule.UDP -> name + ", from port: " + rule.from() + ", to port: " + rule.to();
                    case GroupRule.ICMP, GroupRule.ICMPV6 -> name + ", type: " + all(rule.from()) + ", code: " + all(rule.to());
                    default -> name;
                };
        return "peer: " + rule.peer() + ", " + traffic + ", ALLOW";
    }

    private static String all(int value) {
        return value == GroupRule.ALL ? "ALL" : Integer.toString(value);
    }
}
