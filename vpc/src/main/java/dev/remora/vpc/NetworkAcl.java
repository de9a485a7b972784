package dev.remora.vpc;

import dev.remora.net.IpBlock;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * What may cross the boundary of the subnets that are associated with it, each direction by itself. What no entry matches is
 * denied.
 *
 * @param byDefault whether it lives and dies with its VPC and holds the subnets that no other one holds
 * @param entries egress and ingress, each in the order of the numbers
 */
public record NetworkAcl(String id, String vpcId, boolean byDefault, List<Entry> entries, Map<String, String> tags)
        implements Tagged<NetworkAcl> {
    /** The number of the entry that denies what no other one matches. It is shown and never stored. */
    public static final int LAST = 32767;

    /**
     * @param protocol the number in the IP header, or {@link GroupRule#ALL}
     * @param from first port or the ICMP type, or {@link GroupRule#ALL}
     * @param to last port or the ICMP code, or {@link GroupRule#ALL}
     * @param block the other side's addresses
     */
    public record Entry(boolean egress, int number, int protocol, int from, int to, IpBlock block, boolean allow) {
        /** An entry about everything between the subnet and {@code block}. */
        public static Entry all(boolean egress, int number, IpBlock block) {
            return new Entry(egress, number, GroupRule.ALL, GroupRule.ALL, GroupRule.ALL, block, true);
        }
    }

    public NetworkAcl {
        entries = entries.stream()
                .sorted(Comparator.comparing(Entry::egress).reversed().thenComparing(Entry::number))
                .toList();
        tags = Tagged.sorted(tags);
    }

    public List<Entry> entries(boolean egress) {
        return entries.stream().filter(e -> e.egress() == egress).toList();
    }

    public NetworkAcl withEntries(List<Entry> newEntries) {
        return new NetworkAcl(id, vpcId, byDefault, newEntries, tags);
    }

    @Override
    public NetworkAcl withTags(Map<String, String> newTags) {
        return new NetworkAcl(id, vpcId, byDefault, entries, newTags);
    }
}
