package dev.remora.net;

import static dev.remora.linux.NftStatement.in;
import static dev.remora.linux.NftStatement.verdict;
import static dev.remora.linux.NftStatement.verdictFrom;

import dev.remora.linux.NftSet;
import dev.remora.linux.NftStatement;
import dev.remora.linux.NftTransaction;
import dev.remora.linux.NftValue;
import dev.remora.linux.NftVerdict;
import dev.remora.net.Topology.Acl;
import dev.remora.net.Topology.AclRule;
import dev.remora.sharing.SharedMap;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * The rules of network ACLs, for one family of addresses.
 *
 * <p>The chain {@code boundary} asks twice: {@code acl_out} by the mark of the source's subnet, {@code acl_in} by the device of
 * the destination. Each jumps to the chain of an ACL and one of its directions, whose rules are tried in their order; what one
 * allows returns to the boundary. A subnet without an ACL has no element there and costs one look-up; in a VPC without any ACL
 * the chain is empty. What comes from a gateway has no mark, and a gateway is in no subnet, so each is asked one side only.
 *
 * <p>A rule that denies has a chain of its own to drop by, so that reports name it. There, and not at every packet's start, what
 * stays in its subnet is let through: an ACL judges the boundary alone.
 */
final class AclRules {
    static final NftSet OUT = NftSet.map("acl_out", NftValue.MARK, NftSet.Value.VERDICT);
    static final NftSet IN = NftSet.map("acl_in", NftValue.OUT_DEVICE, NftSet.Value.VERDICT);
    static final NftValue SUBNET_AND_DEVICE = NftValue.concat(NftValue.MARK, NftValue.OUT_DEVICE);

    /** The devices that are in the subnet of the mark. */
    static final NftSet SAME = NftSet.set("same_subnet", SUBNET_AND_DEVICE);

    static final List<NftSet> SETS = List.of(OUT, IN, SAME);

    /** Asked of every packet, before anything else. */
    static final String CHAIN = "boundary";

    private static final NftStatement[] INSIDE = {in(SUBNET_AND_DEVICE, SAME), verdict(NftVerdict.RETURN)};

    private final IpFamily family;
    private final SharedMap<String, Acl> before;
    private final SharedMap<String, Acl> after;

    AclRules(IpFamily family, RouterState before, RouterState after) {
        this.family = family;
        this.before = before.topology().acls();
        this.after = after.topology().acls();
    }

    /** The chain of an ACL. */
    static String chain(boolean egress, String acl) {
        return (egress ? "out-" : "in-") + acl;
    }

    /** What must be there before elements lead to it. */
    void add(NftTransaction rules) {
        if (before.isEmpty() && !after.isEmpty()) {
            rules.addRule(CHAIN, verdictFrom(NftValue.MARK, OUT)).addRule(CHAIN, verdictFrom(NftValue.OUT_DEVICE, IN));
        }
        SharedMap.differences(before, after, (id, had, has) -> {
            if (has != null) {
                fill(rules, has, true);
                fill(rules, has, false);
            }
        });
    }

    /** What no element leads to any more. */
    void remove(NftTransaction rules) {
        SharedMap.differences(before, after, (acl, had, has) -> {
            if (has == null) {
                for (boolean egress : new boolean[] {true, false}) {
                    RouterRules.removeChain(rules, chain(egress, acl));
                    denied(before, acl, egress).forEach(number -> RouterRules.removeChain(rules, denial(egress, acl, number)));
                }
            }
        });
        if (after.isEmpty() && !before.isEmpty()) {
            rules.flushChain(CHAIN);
        }
    }

    private void fill(NftTransaction rules, Acl acl, boolean egress) {
        Acl old = before.get(acl.id());
        List<AclRule> had = old == null ? List.of() : ofFamily(old, egress);
        List<AclRule> has = ofFamily(acl, egress);
        if (old != null && had.equals(has)) {
            return;
        }
        String chain = chain(egress, acl.id());
        SortedSet<Integer> deniedBefore = denied(before, acl.id(), egress);
        SortedSet<Integer> denied = denied(after, acl.id(), egress);
        denied.stream().filter(number -> !deniedBefore.contains(number)).forEach(number -> {
            String denial = denial(egress, acl.id(), number);
            rules.addChain(denial).addRule(denial, INSIDE);
            DropChains.fill(rules, denial, cause(egress), new Drop.Entry(acl.id(), number));
        });
        if (old == null) {
            rules.addChain(chain);
        } else {
            rules.flushChain(chain);
        }
        has.forEach(rule -> rules.addRule(chain, statements(acl.id(), rule, egress)));
        rules.addRule(chain, verdict(NftVerdict.goTo(denial(egress, acl.id(), Drop.Entry.NONE))));
        deniedBefore.stream().filter(number -> !denied.contains(number)).forEach(number ->
                RouterRules.removeChain(rules, denial(egress, acl.id(), number)));
    }

    private List<NftStatement> statements(String acl, AclRule rule, boolean egress) {
        List<NftStatement> statements = new ArrayList<>();
        if (rule.peer().prefix() > 0) {
            statements.add(RouterRules.within(egress ? family.destination : family.source, rule.peer()));
        }
        RouterRules.protocol(family, rule.protocol(), rule.from(), rule.to(), statements);
        statements.add(verdict(rule.allow() ? NftVerdict.RETURN : NftVerdict.goTo(denial(egress, acl, rule.number()))));
        return statements;
    }

    private List<AclRule> ofFamily(Acl acl, boolean egress) {
        return (egress ? acl.egress() : acl.ingress())
                .stream().filter(rule -> family.has(rule.peer()) && family.has(rule.protocol())).toList();
    }

    /** The numbers of the rules that deny; the last one is that of what no rule matches. */
    private SortedSet<Integer> denied(Map<String, Acl> acls, String id, boolean egress) {
        SortedSet<Integer> denied = new TreeSet<>();
        Acl acl = acls.get(id);
        if (acl != null) {
            ofFamily(acl, egress).stream().filter(rule -> !rule.allow()).forEach(rule -> denied.add(rule.number()));
            denied.add(Drop.Entry.NONE);
        }
        return denied;
    }

    private static String denial(boolean egress, String acl, int number) {
        return chain(egress, acl) + "-" + number;
    }

    private static Drop.Cause cause(boolean egress) {
        return egress ? Drop.Cause.ACL_EGRESS : Drop.Cause.ACL_INGRESS;
    }
}
