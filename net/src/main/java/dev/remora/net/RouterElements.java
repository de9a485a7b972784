package dev.remora.net;

import dev.remora.linux.NftData;
import dev.remora.linux.NftElement;
import dev.remora.linux.NftSet;
import dev.remora.linux.NftTransaction;
import dev.remora.linux.NftVerdict;
import dev.remora.net.Topology.Attachment;
import dev.remora.net.Topology.Gateway;
import dev.remora.net.Topology.Port;
import dev.remora.sharing.SharedMap;
import dev.remora.sharing.SharedSet;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What ports, gateways, subnets and groups of other VPCs put into the sets and maps of one family of addresses. */
final class RouterElements {
    private final IpFamily family;
    private final RouterState before;
    private final RouterState after;

    /** In the order of the sets and maps that were met first. */
    private final Map<NftSet, List<NftElement>> gone = new LinkedHashMap<>();

    private final Map<NftSet, List<NftElement>> come = new LinkedHashMap<>();

    RouterElements(IpFamily family, RouterState before, RouterState after) {
        this.family = family;
        this.before = before;
        this.after = after;
    }

    /** All deletions from a set go before all additions to it. */
    void change(NftTransaction rules) {
        Topology had = before.topology();
        Topology has = after.topology();
        for (String id : RouterState.differing(before, after)) {
            differ(port(before, id), port(after, id));
        }
        if (had.gateways() != has.gateways()) {
            for (String id : RouterState.both(had.gateways(), has.gateways())) {
                differ(gateway(before, id), gateway(after, id));
            }
        }
        if (!RouterState.sameBoundaries(before, after)) {
            for (String id : RouterState.both(had.subnets(), has.subnets())) {
                differ(subnet(before, id), subnet(after, id));
            }
        }
        SharedMap.differences(had.foreignMembers(), has.foreignMembers(), this::foreign);
        gone.forEach((set, elements) -> rules.deleteElements(set, elements.stream().map(e -> NftElement.of(e.key())).toList()));
        come.forEach(rules::addElements);
    }

    private void foreign(String group, @Nullable SharedSet<Ip> had, @Nullable SharedSet<Ip> has) {
        NftSet members = GroupRules.members(family, group);
        SharedSet.differences(
                had == null ? SharedSet.empty() : had,
                has == null ? SharedSet.empty() : has,
                address -> member(gone, members, address),
                address -> member(come, members, address));
    }

    private void member(Map<NftSet, List<NftElement>> to, NftSet members, Ip address) {
        if (family.has(address)) {
            to.computeIfAbsent(members, absent -> new ArrayList<>()).add(NftElement.of(NftData.address(address.bytes())));
        }
    }

    private void differ(Map<NftSet, List<NftElement>> had, Map<NftSet, List<NftElement>> has) {
        difference(had, has, gone);
        difference(has, had, come);
    }

    private static void difference(
            Map<NftSet, List<NftElement>> of, Map<NftSet, List<NftElement>> without, Map<NftSet, List<NftElement>> to) {
        of.forEach((set, elements) -> {
            List<NftElement> same = without.getOrDefault(set, List.of());
            elements.stream()
                    .filter(element -> !same.contains(element))
                    .forEach(element -> to.computeIfAbsent(set, absent -> new ArrayList<>()).add(element));
        });
    }

    private Map<NftSet, List<NftElement>> port(RouterState state, String id) {
        Map<NftSet, List<NftElement>> elements = new LinkedHashMap<>();
        Port port = state.topology().ports().get(id);
        if (port == null) {
            return elements;
        }
        List<NftData> addresses = port.addresses().stream().filter(family::has).map(a -> NftData.address(a.bytes())).toList();
        for (String group : new TreeSet<>(port.groups())) {
            elements.put(GroupRules.members(family, group), addresses.stream().map(NftElement::of).toList());
        }
        Integer number = state.devices().get(id);
        if (number == null) {
            return elements;
        }
        NftData device = NftData.device(number, id);
        NftData mark = NftData.mark(state.mark(port.subnet()));
        elements.put(RouterRules.SUBNET, List.of(NftElement.of(device, mark)));
        if (port.sourceCheck()) {
            elements.put(
                    RouterRules.source(family),
                    addresses.stream().map(address -> NftElement.of(NftData.concat(device, address), mark)).toList());
        } else {
            elements.put(RouterRules.ARRIVING, List.of(NftElement.of(device, RouterRules.ANYONE)));
        }
        if (port.attachment() instanceof Attachment.Translator) {
            judged(elements, device, NftVerdict.goTo("ingress"));
        } else {
            int groups = state.groupSet(port);
            elements.put(RouterRules.EGRESS, List.of(NftElement.of(device, NftVerdict.goTo(GroupRules.chain(true, groups)))));
            elements.put(RouterRules.INGRESS, List.of(NftElement.of(device, NftVerdict.goTo(GroupRules.chain(false, groups)))));
        }
        state.acl(port.subnet()).ifPresent(acl -> {
            elements.put(AclRules.IN, List.of(NftElement.of(device, NftVerdict.jump(AclRules.chain(false, acl)))));
            elements.put(AclRules.SAME, List.of(NftElement.of(NftData.concat(mark, device))));
        });
        return elements;
    }

    /** No groups, and no mark unless it has a route table: without one, what comes from there looks up the interfaces alone. */
    private static Map<NftSet, List<NftElement>> gateway(RouterState state, String id) {
        Map<NftSet, List<NftElement>> elements = new LinkedHashMap<>();
        Gateway gateway = state.topology().gateways().get(id);
        Integer number = state.gateways().get(id);
        if (gateway != null && number != null) {
            NftData device = NftData.device(number, id);
            NftVerdict arriving =
                    gateway instanceof Gateway.Peering ? NftVerdict.goTo(RouterRules.from(id)) : RouterRules.ANYONE;
            elements.put(RouterRules.ARRIVING, List.of(NftElement.of(device, arriving)));
            boolean comesIn = !(gateway instanceof Gateway.EgressOnly);
            judged(elements, device, NftVerdict.goTo(comesIn ? "entering" : DropChains.chain(Drop.Cause.ROUTE)));
            if (state.marks().containsKey(id)) {
                elements.put(RouterRules.SUBNET, List.of(NftElement.of(device, NftData.mark(state.mark(id)))));
            }
        }
        return elements;
    }

    /** A way to elsewhere: what goes there is accepted, what comes from there is judged like that. */
    private static void judged(Map<NftSet, List<NftElement>> elements, NftData device, NftVerdict comes) {
        elements.put(RouterRules.EGRESS, List.of(NftElement.of(device, comes)));
        elements.put(RouterRules.INGRESS, List.of(NftElement.of(device, NftVerdict.ACCEPT)));
        elements.put(RouterRules.WAYS, List.of(NftElement.of(device)));
    }

    private static Map<NftSet, List<NftElement>> subnet(RouterState state, String id) {
        Map<NftSet, List<NftElement>> elements = new LinkedHashMap<>();
        state.acl(id).ifPresent(acl -> elements.put(
                AclRules.OUT,
                List.of(NftElement.of(NftData.mark(state.mark(id)), NftVerdict.jump(AclRules.chain(true, acl))))));
        return elements;
    }
}
