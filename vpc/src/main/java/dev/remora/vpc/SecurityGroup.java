package dev.remora.vpc;

import dev.remora.vpc.GroupRule.Direction;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A stateful group of interfaces.
 *
 * @param rules of both directions, oldest first
 */
public record SecurityGroup(
        String id, String vpcId, String name, String description, List<GroupRule> rules, Map<String, String> tags)
        implements Tagged<SecurityGroup> {
    /** The name of the group that every VPC has and nobody can delete. */
    public static final String DEFAULT_NAME = "default";

    public SecurityGroup {
        rules = List.copyOf(rules);
        tags = Tagged.sorted(tags);
    }

    public List<GroupRule> rules(Direction direction) {
        return rules.stream().filter(r -> r.direction() == direction).toList();
    }

    public Optional<GroupRule> rule(String ruleId) {
        return rules.stream().filter(r -> r.id().equals(ruleId)).findFirst();
    }

    /** The groups that its rules name. */
    public List<String> named() {
        return rules.stream()
                .map(GroupRule::peer)
                .mapMulti((GroupRule.Peer peer, Consumer<String> ids) -> {
                    if (peer instanceof GroupRule.Peer.Members members) {
                        ids.accept(members.groupId());
                    }
                })
                .distinct()
                .toList();
    }

    /** The groups that its rules name, also those of other VPCs. */
    public List<String> peers() {
        return rules.stream()
                .map(GroupRule::peer)
                .mapMulti((GroupRule.Peer peer, Consumer<String> ids) -> {
                    switch (peer) {
                        case GroupRule.Peer.Members members -> ids.accept(members.groupId());
                        case GroupRule.Peer.Foreign foreign -> ids.accept(foreign.groupId());
                        case GroupRule.Peer.Block block -> {}
                        case GroupRule.Peer.Listed listed -> {}
                    }
                })
                .distinct()
                .toList();
    }

    /** The prefix lists that its rules name. */
    public List<String> lists() {
        return rules.stream()
                .map(GroupRule::peer)
                .mapMulti((GroupRule.Peer peer, Consumer<String> ids) -> {
                    if (peer instanceof GroupRule.Peer.Listed listed) {
                        ids.accept(listed.prefixListId());
                    }
                })
                .distinct()
                .toList();
    }

    public SecurityGroup withRules(List<GroupRule> newRules) {
        return new SecurityGroup(id, vpcId, name, description, newRules, tags);
    }

    /** The same group with the rule of that id in place of the old one. */
    public SecurityGroup replacing(GroupRule rule) {
        var changed = new ArrayList<GroupRule>(rules.size());
        for (GroupRule r : rules) {
            changed.add(r.id().equals(rule.id()) ? rule : r);
        }
        return withRules(changed);
    }

    @Override
    public SecurityGroup withTags(Map<String, String> newTags) {
        return new SecurityGroup(id, vpcId, name, description, rules, newTags);
    }
}
