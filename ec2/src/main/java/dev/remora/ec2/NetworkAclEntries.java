package dev.remora.ec2;

import static dev.remora.ec2.Resource.NETWORK_ACL;

import dev.remora.net.IpBlock;
import dev.remora.store.Scope;
import dev.remora.store.Store;
import dev.remora.vpc.GroupRule;
import dev.remora.vpc.NetworkAcl;
import dev.remora.vpc.NetworkAcl.Entry;
import dev.remora.wire.AwsError;
import dev.remora.wire.Call;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.CreateNetworkAclEntryRequest;
import software.amazon.awssdk.services.ec2.model.CreateNetworkAclEntryResponse;
import software.amazon.awssdk.services.ec2.model.DeleteNetworkAclEntryRequest;
import software.amazon.awssdk.services.ec2.model.DeleteNetworkAclEntryResponse;
import software.amazon.awssdk.services.ec2.model.IcmpTypeCode;
import software.amazon.awssdk.services.ec2.model.PortRange;
import software.amazon.awssdk.services.ec2.model.ReplaceNetworkAclEntryRequest;
import software.amazon.awssdk.services.ec2.model.ReplaceNetworkAclEntryResponse;

/** The entries of network ACLs. What changes them answers when the kernel judges by them. */
final class NetworkAclEntries {
    private static final int LOWEST = 1;
    private static final int HIGHEST = NetworkAcls.LAST - 1;

    private final Store store;
    private final AccountRegions regions;
    private final DataPlane plane;

    NetworkAclEntries(Store store, AccountRegions regions, DataPlane plane) {
        this.store = store;
        this.regions = regions;
        this.plane = plane;
    }

    /** An entry as a request gives it. */
    private record Given(
            @Nullable Boolean egress,
            @Nullable Integer number,
            @Nullable String protocol,
            @Nullable PortRange ports,
            @Nullable IcmpTypeCode icmp,
            @Nullable String cidr,
            @Nullable String cidr6,
            @Nullable String action) {
        Entry entry() {
            String does = Refusals.require(action, "ruleAction");
            if (!does.equals("allow") && !does.equals("deny")) {
                throw Refusals.invalidValue(does, "ruleAction", "Valid values are allow and deny.");
            }
            var traffic = traffic(Refusals.require(protocol, "protocol"));
            return new Entry(
                    checkedEgress(egress), checkedNumber(number), traffic.protocol(), traffic.from(), traffic.to(), block(),
                    does.equals("allow"));
        }

        private Permissions.Traffic traffic(String of) {
            return switch (Permissions.Traffic.protocol(of)) {
                case GroupRule.TCP, GroupRule.UDP -> {
                    if (ports == null) {
                        throw Refusals.missing("portRange");
                    }
                    yield Permissions.Traffic.of(of, ports.from(), ports.to());
                }
                case GroupRule.ICMP, GroupRule.ICMPV6 -> {
                    if (icmp == null) {
                        throw Refusals.missing("icmpTypeCode");
                    }
                    yield Permissions.Traffic.of(of, icmp.type(), icmp.code());
                }
                default -> Permissions.Traffic.of(of, null, null);
            };
        }

        private IpBlock block() {
            if (cidr == null && cidr6 == null) {
                throw Refusals.missing("cidrBlock or ipv6CidrBlock");
            }
            if (cidr != null && cidr6 != null) {
                throw Refusals.combination("The parameter cidrBlock cannot be used with the parameter ipv6CidrBlock");
            }
            return cidr != null ? Blocks.ipv4(cidr, "cidrBlock") : Blocks.ipv6(String.valueOf(cidr6), "ipv6CidrBlock");
        }
    }

    private static boolean checkedEgress(@Nullable Boolean egress) {
        if (egress == null) {
            throw Refusals.missing("egress");
        }
        return egress;
    }

    private static int checkedNumber(@Nullable Integer number) {
        if (number == null) {
            throw Refusals.missing("ruleNumber");
        }
        if (number < LOWEST || number > HIGHEST) {
            throw Refusals.invalidValue(
                    number.toString(), "ruleNumber", "The range is " + LOWEST + " to " + HIGHEST + ".");
        }
        return number;
    }

    CreateNetworkAclEntryResponse create(CreateNetworkAclEntryRequest r, Call call) {
        Entry entry = new Given(
                        r.egress(), r.ruleNumber(), r.protocol(), r.portRange(), r.icmpTypeCode(), r.cidrBlock(),
                        r.ipv6CidrBlock(), r.ruleActionAsString())
                .entry();
        change(call, r.networkAclId(), (acl, entries) -> {
            if (!NetworkAcls.entry(acl, entry.egress(), entry.number()).isEmpty()) {
                throw Refusals.of(
                        "NetworkAclEntryAlreadyExists",
                        "The network acl entry identified by " + entry.number() + " already exists.");
            }
            regions.allow(Quota.RULES_PER_NETWORK_ACL, acl.entries(entry.egress()).size() + 1);
            entries.add(entry);
            return entries;
        });
        return CreateNetworkAclEntryResponse.builder().build();
    }

    ReplaceNetworkAclEntryResponse replace(ReplaceNetworkAclEntryRequest r, Call call) {
        Entry entry = new Given(
                        r.egress(), r.ruleNumber(), r.protocol(), r.portRange(), r.icmpTypeCode(), r.cidrBlock(),
                        r.ipv6CidrBlock(), r.ruleActionAsString())
                .entry();
        change(call, r.networkAclId(), (acl, entries) -> {
            remove(acl, entries, entry.egress(), entry.number());
            entries.add(entry);
            return entries;
        });
        return ReplaceNetworkAclEntryResponse.builder().build();
    }

    DeleteNetworkAclEntryResponse delete(DeleteNetworkAclEntryRequest r, Call call) {
        boolean egress = checkedEgress(r.egress());
        int number = checkedNumber(r.ruleNumber());
        change(call, r.networkAclId(), (acl, entries) -> {
            remove(acl, entries, egress, number);
            return entries;
        });
        return DeleteNetworkAclEntryResponse.builder().build();
    }

    private static void remove(NetworkAcl acl, List<Entry> entries, boolean egress, int number) {
        List<Entry> old = NetworkAcls.entry(acl, egress, number);
        if (old.isEmpty()) {
            throw notFound(number);
        }
        entries.removeAll(old);
    }

    private static AwsError notFound(int number) {
        return Refusals.of(
                "InvalidNetworkAclEntry.NotFound", "The network acl entry identified by " + number + " does not exist.");
    }

    private void change(Call call, @Nullable String aclId, BiFunction<NetworkAcl, List<Entry>, List<Entry>> change) {
        Scope scope = regions.enter(call);
        String id = Refusals.require(aclId, "networkAclId");
        NetworkAcl changed = store.write(tx -> {
            NetworkAcl acl = NETWORK_ACL.require(tx, scope, id);
            NetworkAcl then = acl.withEntries(change.apply(acl, new ArrayList<>(acl.entries())));
            tx.put(NETWORK_ACL.kind(), scope, id, then);
            return then;
        });
        plane.settle(scope, changed.vpcId());
    }
}
