package dev.remora.ec2;

import static dev.remora.ec2.Resource.VPC;

import dev.remora.net.Cidr6;
import dev.remora.net.InternetPlan;
import dev.remora.net.Ipv6;
import dev.remora.store.Kind;
import dev.remora.store.Scope;
import dev.remora.store.Transaction;
import dev.remora.store.View;

/**
 * The IPv6 blocks that Amazon gives to VPCs. IPv6 addresses are public as they are, so a block is one VPC's in the whole
 * installation, whatever its account and region. They are given in turn: one just given back is the last to be given again.
 */
final class AmazonBlocks {
    static final int PREFIX = 56;
    private static final int COUNT = 1 << PREFIX - InternetPlan.VPCS6.prefix();

    /** @param index of the block that is tried first */
    record Next(int index) {}

    static final Kind<Next> KIND = Kind.of("ec2.amazon-ipv6-blocks", Next.class);

    /** What no account and no region owns. */
    private static final Scope INSTALLATION = new Scope("", "");

    private static final String ID = "next";

    private AmazonBlocks() {}

    static Cidr6 take(Transaction tx) {
        int first = tx.get(KIND, INSTALLATION, ID).map(Next::index).orElse(0);
        for (int i = 0; i < COUNT; i++) {
            int index = (first + i) % COUNT;
            Cidr6 block = block(index);
            if (!taken(tx, block)) {
                tx.put(KIND, INSTALLATION, ID, new Next((index + 1) % COUNT));
                return block;
            }
        }
        throw Refusals.of("InsufficientCidrBlocks", "There is no IPv6 CIDR block left in " + InternetPlan.VPCS6 + ".");
    }

    private static Cidr6 block(int index) {
        Ipv6 base = InternetPlan.VPCS6.base();
        return new Cidr6(new Ipv6(base.high() + ((long) index << Long.SIZE - PREFIX), base.low()), PREFIX);
    }

    private static boolean taken(View view, Cidr6 block) {
        return view.scopes(VPC.kind()).stream().anyMatch(s -> view.any(VPC.kind(), s, "block6", block.toString()));
    }
}
