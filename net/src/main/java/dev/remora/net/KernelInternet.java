package dev.remora.net;

import static dev.remora.linux.NftStatement.in;
import static dev.remora.linux.NftStatement.is;
import static dev.remora.linux.NftStatement.isNot;
import static dev.remora.linux.NftStatement.state;
import static dev.remora.linux.NftStatement.verdict;

import dev.remora.linux.Netns;
import dev.remora.linux.NfTables;
import dev.remora.linux.NftData;
import dev.remora.linux.NftElement;
import dev.remora.linux.NftHook;
import dev.remora.linux.NftStatement;
import dev.remora.linux.NftTransaction;
import dev.remora.linux.NftValue;
import dev.remora.linux.NftVerdict;
import dev.remora.linux.RouteChanges;
import dev.remora.linux.Rtnetlink;
import dev.remora.linux.Sysctls;
import dev.remora.linux.VethEnd;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The namespace that plays the internet. Closed: nothing lies beyond it but Remora's own API and the resolver.
 *
 * <p>Its addresses are of 198.18.0.0/15, which RFC 2544 gives to benchmarks of network devices: no host of the real internet
 * has one, no private network is likely to, and it is not of the private blocks that VPCs use. The API has {@link #API}; each
 * shard's own way out has one of {@link #SHARDS}.
 */
final class KernelInternet implements AutoCloseable {
    static final Ipv4 API = Ipv4.parse("198.18.0.1");
    static final Cidr SHARDS = Cidr.parse("198.19.0.0/16");

    private static final String NAME = "internet";
    private static final int MANGLE = -150;
    private static final int FIRST_DEVICE = 10;
    private static final NftData LOOPBACK = NftData.device(1, "lo");

    private final Netns namespace;
    private final Rtnetlink routes;
    private final NfTables filter;
    private final Resolver.Listening resolver;
    private final Drops drops;
    private final int report;
    private final Map<Integer, Shard> shards = new ConcurrentHashMap<>();

    KernelInternet(Resolver resolvers, Drops drops) {
        this.drops = drops;
        namespace = Netns.create(fresh -> LinkLocal.FORWARDING.forEach(Sysctls::write));
        routes = Rtnetlink.open(namespace);
        filter = NfTables.open(namespace);
        filter.commit(rules());
        // To the loopback by the table: seen in the forward hook, counted and dropped there.
        routes.commit(new RouteChanges()
                .address(1, API.bytes(), NAME)
                .address(1, LinkLocal.RESOLVER.bytes(), NAME)
                .route(new byte[4], 0, RouteChanges.MAIN, 1, NAME));
        resolver = resolvers.open(namespace, List.of(LinkLocal.RESOLVER));
        report = drops.add(namespace, NAME, new Drops.Names() {
            @Override
            public Optional<String> port(int device) {
                return Optional.empty();
            }

            @Override
            public Optional<String> slot(Drops.Packet packet) {
                Shard shard = shards.get(packet.inDevice());
                return shard == null ? Optional.empty() : shard.origin(NatKey.INTERNET, packet);
            }
        });
    }

    Netns namespace() {
        return namespace;
    }

    /** Gives a shard a way out: an interface of {@link NatKey#INTERNET} whose address is of this namespace. */
    void connect(Shard shard) {
        int device = FIRST_DEVICE + shard.number();
        Ipv4 address = SHARDS.base().plus(shard.number() + 1);
        String name = "shard " + shard.number();
        shards.put(device, shard);
        VethEnd end = new VethEnd("i" + device, device, LinkLocal.ROUTER_MAC);
        Shard.Cable cable = shard.cable(NatKey.INTERNET, NAME, end, namespace);
        filter.commit(new NftTransaction(NftTransaction.Family.INET, NAME)
                .addElements(RouterRules.SOURCE,
                        NftElement.of(NftData.concat(NftData.device(device, name), NftData.address(address.bytes())))));
        routes.commit(new RouteChanges()
                .up(device, name)
                .route(address.bytes(), 32, RouteChanges.MAIN, device, name)
                .neighbour(device, address.bytes(), LinkLocal.SHARD_MAC, name));
        shard.open(cable, address);
    }

    Map<Drop.Cause, Long> dropCounts() {
        return DropChains.causes(filter.counters(NftTransaction.Family.INET, NAME));
    }

    @Override
    public void close() {
        drops.remove(report);
        resolver.close();
        routes.close();
        filter.close();
        namespace.close();
    }

    static NftTransaction rules() {
        NftTransaction rules = new NftTransaction(NftTransaction.Family.INET, NAME).addTable().addSet(RouterRules.SOURCE);
        DropChains.add(rules, Drop.Cause.ROUTE, Drop.Cause.SOURCE_CHECK, Drop.Cause.ISOLATION);
        rules.addBaseChain("prerouting", "filter", NftHook.PREROUTING, MANGLE, NftVerdict.DROP)
                .addRule("prerouting", isNot(NftValue.FAMILY, NftData.octet(2)), verdict(NftVerdict.DROP))
                .addRule("prerouting", is(NftValue.IN_DEVICE, LOOPBACK), verdict(NftVerdict.ACCEPT))
                .addRule("prerouting", in(RouterRules.DEVICE_AND_SOURCE, RouterRules.SOURCE), verdict(NftVerdict.ACCEPT))
                .addRule("prerouting", DropChains.drop(Drop.Cause.SOURCE_CHECK));
        rules.addBaseChain("input", "filter", NftHook.INPUT, 0, NftVerdict.DROP)
                .addRule("input", is(NftValue.IN_DEVICE, LOOPBACK), verdict(NftVerdict.ACCEPT))
                .addRule("input", state(NftStatement.ESTABLISHED | NftStatement.RELATED), verdict(NftVerdict.ACCEPT));
        RouterRules.resolver(rules, "input");
        rules.addRule(
                        "input",
                        is(NftValue.IP_DESTINATION, NftData.address(API.bytes())),
                        is(NftValue.PROTOCOL, NftData.octet(6)),
                        verdict(NftVerdict.ACCEPT))
                .addRule("input", DropChains.drop(Drop.Cause.ISOLATION));
        return rules.addBaseChain("forward", "filter", NftHook.FORWARD, 0, NftVerdict.DROP)
                .addRule("forward", DropChains.drop(Drop.Cause.ROUTE));
    }
}
