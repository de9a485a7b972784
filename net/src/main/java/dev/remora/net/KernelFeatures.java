package dev.remora.net;

import dev.remora.linux.Conntrack;
import dev.remora.linux.KernelException;
import dev.remora.linux.Netns;
import dev.remora.linux.NfTables;
import dev.remora.linux.NftData;
import dev.remora.linux.NftHook;
import dev.remora.linux.NftSet;
import dev.remora.linux.NftStatement;
import dev.remora.linux.NftTransaction;
import dev.remora.linux.NftTransaction.Family;
import dev.remora.linux.NftValue;
import dev.remora.linux.NftVerdict;
import dev.remora.linux.Nflog;
import dev.remora.linux.RouteChanges;
import dev.remora.linux.Rtnetlink;
import dev.remora.linux.Sysctls;
import dev.remora.linux.VethEnd;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;

/**
 * What the fabric needs of the kernel, tried one by one in a namespace that is thrown away. Kernels are built with parts left
 * out, and containers run without capabilities; better to be told so by name at the start than by an error number later.
 *
 * <p>In the end the tables themselves are made, so that what has no probe of its own is missed at the start all the same.
 */
public final class KernelFeatures {
    private final Netns namespace;
    private final List<String> missing = new ArrayList<>();
    private int tables;

    private KernelFeatures(Netns namespace) {
        this.namespace = namespace;
    }

    /** The names of the features that are missing; empty if the fabric can be opened. */
    public static List<String> check() {
        return check(KernelFeatures::tryAll);
    }

    static List<String> check(Consumer<KernelFeatures> probes) {
        Netns namespace;
        try {
            namespace = Netns.create();
        } catch (KernelException refused) {
            return List.of("network namespaces, and the capability CAP_SYS_ADMIN to make them");
        }
        try (namespace) {
            KernelFeatures features = new KernelFeatures(namespace);
            probes.accept(features);
            return List.copyOf(features.missing);
        }
    }

    private interface Probe {
        void run() throws Exception;
    }

    private void tryAll() {
        tried("IPv4 forwarding", () -> Sysctls.write(namespace, Map.of("ipv4/ip_forward", "1")));
        tried("veth devices (CONFIG_VETH)", () -> {
            try (Rtnetlink routes = Rtnetlink.open(namespace)) {
                VethEnd one = new VethEnd("trunk", 2, LinkLocal.SHARD_MAC);
                routes.commit(new RouteChanges().veth(one, new VethEnd("trunkx", 3, LinkLocal.ROUTER_MAC), namespace, "a cable"));
            }
        });
        tried("routing rules by mark (CONFIG_IP_MULTIPLE_TABLES)", () -> {
            try (Rtnetlink routes = Rtnetlink.open(namespace)) {
                routes.commit(new RouteChanges().rule(40_000, 1, 1000, "a rule").leaves(new byte[4], 0, 1000, "a route"));
            }
        });
        tried("IPv6 (CONFIG_IPV6) and its forwarding", () -> Sysctls.write(namespace, Map.of("ipv6/conf/all/forwarding", "1")));
        tried("routing rules by mark in IPv6 (CONFIG_IPV6_MULTIPLE_TABLES)", () -> {
            try (Rtnetlink routes = Rtnetlink.open(namespace)) {
                byte[] all = new byte[Ipv6.BYTES];
                routes.commit(new RouteChanges().rule(true, 40_000, 1, 1000, "a rule").leaves(all, 0, 1000, "a route"));
            }
        });
        rules("nf_tables (CONFIG_NF_TABLES_INET)", Family.INET, rules -> {});
        if (missing.isEmpty()) {
            tryRules();
            tryWriting();
            tryReports();
        }
        if (missing.isEmpty()) {
            tryTables();
        }
    }

    private void tryRules() {
        for (IpFamily family : IpFamily.values()) {
            rules("nf_tables of the family " + family.tables.name().toLowerCase(Locale.ROOT)
                            + " (CONFIG_NF_TABLES_IPV4, CONFIG_NF_TABLES_IPV6)", family.tables, rules -> {});
        }
        chain("connection tracking in nf_tables (CONFIG_NFT_CT)", NftStatement.state(NftStatement.ESTABLISHED));
        rules("connection-tracking zones (CONFIG_NF_CONNTRACK_ZONES)", Family.INET, rules -> rules
                .addBaseChain("c", "filter", NftHook.PREROUTING, -300, NftVerdict.ACCEPT)
                .addRule("c", NftStatement.setCtZone(NftValue.constant(NftData.zone(1)))));
        chain("connection-tracking marks (CONFIG_NF_CONNTRACK_MARK)", NftStatement.setCtMark(NftValue.MARK));
        rules("source NAT in nf_tables (CONFIG_NFT_NAT)", Family.INET, rules -> rules
                .addBaseChain("c", "nat", NftHook.POSTROUTING, 100, NftVerdict.ACCEPT)
                .addRule("c", NftStatement.is(NftValue.PROTOCOL, NftData.octet(6)),
                        NftStatement.snat(NftValue.constant(NftData.address(LinkLocal.SHARD.bytes())), 1024, 65535)));
        chain("random numbers in nf_tables (CONFIG_NFT_NUMGEN)", NftStatement.setMark(NftValue.random(2)));
        chain("rate limits in nf_tables (CONFIG_NFT_LIMIT)", NftStatement.limit(1, 1));
        NftSet counted = NftSet.dynamic("counted", NftValue.IN_DEVICE);
        rules("connection limits in nf_tables (CONFIG_NFT_CONNLIMIT)", Family.INET, rules -> rules
                .addSet(counted)
                .addBaseChain("c", "filter", NftHook.FORWARD, 0, NftVerdict.ACCEPT)
                .addRule("c", NftStatement.moreThan(1, NftValue.IN_DEVICE, counted)));
        for (IpFamily family : IpFamily.values()) {
            rules("types of addresses in nf_tables (CONFIG_NFT_FIB_IPV4, CONFIG_NFT_FIB_IPV6)", family.tables, rules -> rules
                    .addBaseChain("c", "filter", NftHook.PREROUTING, -150, NftVerdict.ACCEPT)
                    .addRule("c", NftStatement.is(NftValue.SOURCE_TYPE, NftData.mark(2)), NftStatement.verdict(NftVerdict.DROP)));
        }
        NftSet devices = NftSet.map("devices", NftValue.MARK, NftSet.Value.DEVICE);
        rules("forwarding at a device's egress (CONFIG_NETFILTER_EGRESS, CONFIG_NFT_FWD_NETDEV)", Family.NETDEV, rules -> rules
                .addSet(devices)
                .addDeviceChain("c", NftHook.EGRESS, NftVerdict.ACCEPT, "trunk")
                .addRule("c", NftStatement.forwardTo(NftValue.mapped(NftValue.MARK, devices))));
    }

    /** Where packets are changed, answered or handed on. */
    private void tryWriting() {
        rules("source NAT of IPv6 in nf_tables (CONFIG_NFT_NAT)", Family.INET, rules -> rules
                .addBaseChain("c", "nat", NftHook.POSTROUTING, 100, NftVerdict.ACCEPT)
                .addRule("c", NftStatement.is(NftValue.PROTOCOL, NftData.octet(6)),
                        NftStatement.snat(NftValue.constant(NftData.address(InternetPlan.API6.bytes())), 1024, 65535)));
        chain("resets by nf_tables (CONFIG_NFT_REJECT_INET)",
                NftStatement.is(NftValue.PROTOCOL, NftData.octet(6)), NftStatement.reset());
        NftSet addresses = NftSet.map("addresses", NftValue.IP_SOURCE, NftSet.Value.ADDRESS);
        rules("writing addresses into packets by nf_tables (CONFIG_NF_TABLES_INET)", Family.INET, rules -> rules
                .addSet(addresses)
                .addBaseChain("c", "filter", NftHook.PREROUTING, -300, NftVerdict.ACCEPT)
                .addRule("c", NftStatement.setSource(NftValue.mapped(NftValue.IP_SOURCE, addresses)))
                .addRule("c", NftStatement.setQuotedSource(NftValue.mapped(NftValue.IP_SOURCE, addresses))));
        rules("rules at a device's ingress (CONFIG_NETFILTER_INGRESS)", Family.NETDEV, rules -> rules
                .addDeviceChain("c", NftHook.INGRESS, NftVerdict.ACCEPT, "trunk")
                .addRule("c", NftStatement.setMacs(LinkLocal.ROUTER_MAC, LinkLocal.EDGE_MAC)));
        rules("packet logs at a device (CONFIG_NF_LOG_SYSLOG, CONFIG_NFT_LOG)", Family.NETDEV, rules -> {
            DropChains.add(rules, Drop.Cause.ROUTE);
            rules.addDeviceChain("c", NftHook.INGRESS, NftVerdict.ACCEPT, "trunk")
                    .addRule("c", DropChains.drop(Drop.Cause.ROUTE));
        });
        NftSet tallies = NftSet.tallies("tallies", NftValue.IN_DEVICE, 1000, 10);
        rules("counters that rules make (CONFIG_NF_TABLES, Linux 5.11)", Family.INET, rules -> rules
                .addSet(tallies)
                .addBaseChain("c", "filter", NftHook.FORWARD, 0, NftVerdict.ACCEPT)
                .addRule("c", NftStatement.tally(NftValue.IN_DEVICE, tallies)));
    }

    private void tryTables() {
        table("a VPC's router", RouterRules.base(IpFamily.V4));
        table("a VPC's router in IPv6", RouterRules.base(IpFamily.V6));
        table("the functions' addresses", ShardRules.base());
        table("the functions' cables", ShardRules.trunkBase());
        table("the internet", InternetRules.base());
        table("a NAT gateway", Translator.rules());
        table("flow logs", FlowMeter.rules());
        table("a gateway endpoint", ServiceEdge.rules());
    }

    private void table(String of, NftTransaction rules) {
        tried("all that the rules of " + of + " use of nf_tables", () -> {
            try (NfTables filter = NfTables.open(namespace)) {
                filter.commit(rules);
            }
        });
    }

    private void tryReports() {
        chain("packet logs in nf_tables (CONFIG_NFT_LOG, CONFIG_NETFILTER_NETLINK_LOG)", NftStatement.log(1, "probe"));
        tried("packet logs (CONFIG_NETFILTER_NETLINK_LOG)", () -> {
            try (Nflog log = new Nflog("remora-probe")) {
                log.add(namespace, 1, packet -> {});
            }
        });
        tried("connection tracking by netlink, with filters (CONFIG_NF_CT_NETLINK, Linux 5.8)", () -> {
            try (Conntrack connections = Conntrack.open(namespace)) {
                connections.deleteFrom(LinkLocal.SHARD.bytes(), "nobody");
                connections.marked(1, -1, true);
            }
        });
    }

    private interface Filling {
        void fill(NftTransaction rules);
    }

    void chain(String name, NftStatement... statements) {
        rules(name, Family.INET, rules ->
                rules.addBaseChain("c", "filter", NftHook.FORWARD, 0, NftVerdict.ACCEPT).addRule("c", statements));
    }

    private void rules(String name, Family family, Filling filling) {
        tried(name, () -> {
            NftTransaction rules = new NftTransaction(family, "probe" + tables++).addTable();
            filling.fill(rules);
            try (NfTables filter = NfTables.open(namespace)) {
                filter.commit(rules);
            }
        });
    }

    private void tried(String name, Probe probe) {
        try {
            probe.run();
        } catch (KernelException refused) {
            missing.add(name);
        } catch (RuntimeException bug) {
            throw bug;
        } catch (Exception impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
