package dev.remora.linux;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Changes of one table, in order, that the kernel makes all together or not at all. {@link #text} shows them as {@code nft}
 * would.
 */
public final class NftTransaction {
    /** Address families of tables, as linux/netfilter.h numbers them. */
    public enum Family {
        INET(1, "inet"),
        IP(2, "ip"),
        IP6(10, "ip6"),
        NETDEV(5, "netdev");

        final int number;
        final String text;

        Family(int number, String text) {
            this.number = number;
            this.text = text;
        }
    }

    final Family family;
    final String table;
    final List<NftChange> changes = new ArrayList<>();

    public NftTransaction(Family family, String table) {
        this.family = family;
        this.table = table;
    }

    public boolean isEmpty() {
        return changes.isEmpty();
    }

    public int size() {
        return changes.size();
    }

    public NftTransaction addTable() {
        return add(new NftChange.AddTable());
    }

    /** With all that is in it. */
    public NftTransaction deleteTable() {
        return add(new NftChange.DeleteTable());
    }

    public NftTransaction addCounter(String name) {
        return add(new NftChange.AddCounter(name));
    }

    public NftTransaction addSet(NftSet set) {
        return add(new NftChange.AddSet(set));
    }

    public NftTransaction deleteSet(String name) {
        return add(new NftChange.DeleteSet(name));
    }

    public NftTransaction addChain(String name) {
        return add(new NftChange.AddChain(name));
    }

    public NftTransaction addBaseChain(String name, String type, NftHook hook, int priority, NftVerdict policy) {
        return add(new NftChange.AddBaseChain(name, type, hook, priority, policy, ""));
    }

    /** A chain of the family netdev. */
    public NftTransaction addDeviceChain(String name, NftHook hook, NftVerdict policy, String device) {
        return add(new NftChange.AddBaseChain(name, "filter", hook, 0, policy, device));
    }

    public NftTransaction flushChain(String name) {
        return add(new NftChange.FlushChain(name));
    }

    public NftTransaction deleteChain(String name) {
        return add(new NftChange.DeleteChain(name));
    }

    public NftTransaction addRule(String chain, NftStatement... rule) {
        return add(new NftChange.AddRule(chain, Arrays.asList(rule)));
    }

    public NftTransaction addRule(String chain, List<NftStatement> rule) {
        return add(new NftChange.AddRule(chain, List.copyOf(rule)));
    }

    public NftTransaction addElements(NftSet set, NftElement... elements) {
        return addElements(set, Arrays.asList(elements));
    }

    public NftTransaction addElements(NftSet set, List<NftElement> elements) {
        return elements.isEmpty() ? this : add(new NftChange.AddElements(set, List.copyOf(elements)));
    }

    public NftTransaction deleteElements(NftSet set, NftElement... elements) {
        return deleteElements(set, Arrays.asList(elements));
    }

    public NftTransaction deleteElements(NftSet set, List<NftElement> elements) {
        return elements.isEmpty() ? this : add(new NftChange.DeleteElements(set, List.copyOf(elements)));
    }

    /** One line for each change. */
    public String text() {
        StringBuilder text = new StringBuilder();
        changes.forEach(change -> text.append(change.text(family.text + " " + table)).append('\n'));
        return text.toString();
    }

    static String elements(String verb, String table, NftSet set, List<NftElement> elements) {
        return verb + " element " + table + " " + set.name() + " { "
                + String.join(", ", elements.stream().map(NftElement::toString).toList()) + " }";
    }

    private NftTransaction add(NftChange change) {
        changes.add(change);
        return this;
    }
}
