package dev.remora.ec2;

import dev.remora.net.Cidr;
import dev.remora.net.InternetPlan;
import dev.remora.net.Ipv4;
import dev.remora.store.Kind;
import dev.remora.store.Scope;
import dev.remora.store.Transaction;
import java.util.Optional;

/**
 * The public IPv4 addresses of the installation, which all accounts and regions share, as they share the internet. An address
 * that was given back is remembered with its last holder, who may ask for it again as long as nobody else has it; the search
 * goes round, so that it is the last to be given to somebody else.
 */
final class PublicAddresses {
    /** Neither an account nor a region. */
    static final Scope INSTALLATION = new Scope("", "");

    /** @param held whether the holder has it now, or only had it last */
    record Held(String account, String region, boolean held) {
        boolean by(Scope scope) {
            return account.equals(scope.account()) && region.equals(scope.region());
        }
    }

    /** @param next the offset in the block at which the next search begins */
    record Cursor(int next) {}

    static final Kind<Held> HELD = Kind.of("ec2.public-address", Held.class);
    static final Kind<Cursor> CURSOR = Kind.of("ec2.public-address-cursor", Cursor.class);
    private static final String THE_CURSOR = "cursor";
    private static final Cidr BLOCK = InternetPlan.PUBLIC;

    private PublicAddresses() {}

    /** Takes the next free address; empty if there is none. */
    static Optional<Ipv4> take(Transaction tx, Scope holder) {
        int size = (int) BLOCK.size();
        int next = tx.get(CURSOR, INSTALLATION, THE_CURSOR).map(Cursor::next).orElse(1);
        for (int i = 0; i < size; i++) {
            int offset = Math.floorMod(next + i, size);
            Ipv4 candidate = BLOCK.base().plus(offset);
            if (offset != 0 && offset != size - 1 && !held(tx, candidate)) {
                tx.put(CURSOR, INSTALLATION, THE_CURSOR, new Cursor(offset + 1));
                put(tx, holder, candidate, true);
                return Optional.of(candidate);
            }
        }
        return Optional.empty();
    }

    /** Takes an address that the holder had before; false if it had not, or someone else has it now. */
    static boolean recover(Transaction tx, Scope holder, Ipv4 address) {
        boolean may = tx.get(HELD, INSTALLATION, address.toString())
                .filter(last -> !last.held() && last.by(holder))
                .isPresent();
        if (may) {
            put(tx, holder, address, true);
        }
        return may;
    }

    static void give(Transaction tx, Scope holder, Ipv4 address) {
        put(tx, holder, address, false);
    }

    private static boolean held(Transaction tx, Ipv4 address) {
        return tx.get(HELD, INSTALLATION, address.toString()).map(Held::held).orElse(false);
    }

    private static void put(Transaction tx, Scope holder, Ipv4 address, boolean held) {
        tx.put(HELD, INSTALLATION, address.toString(), new Held(holder.account(), holder.region(), held));
    }
}
