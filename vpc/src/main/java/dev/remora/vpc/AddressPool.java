package dev.remora.vpc;

import dev.remora.net.Cidr;
import dev.remora.net.Ipv4;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * The addresses of a subnet, as a count and a cursor. Which ones are taken is known to the index over interfaces; the pool
 * only decides where to look next. It goes round the block instead of taking the lowest free address: an address just given
 * back is the last to be given again, so late packets of its old owner meet nobody, and in a busy /16 the next address is
 * usually the first one tried.
 *
 * @param taken how many addresses interfaces hold
 * @param next the offset in the block at which the next search begins
 */
public record AddressPool(int taken, int next) {
    /** The network's own address, the router's, the resolver's, and one kept for later use. */
    static final int RESERVED_FIRST = 4;

    /** The broadcast address. */
    static final int RESERVED_LAST = 1;

    public static final AddressPool UNUSED = new AddressPool(0, RESERVED_FIRST);

    /** How many interfaces a block can hold: 251 for a /24, 11 for a /28. */
    static int capacity(Cidr block) {
        return (int) Math.max(0, block.size() - RESERVED_FIRST - RESERVED_LAST);
    }

    /** Whether interfaces may have the address: it is in the block and not reserved. */
    public static boolean usable(Cidr block, Ipv4 address) {
        long offset = Integer.toUnsignedLong(address.bits()) - Integer.toUnsignedLong(block.base().bits());
        return offset >= RESERVED_FIRST && offset < block.size() - RESERVED_LAST;
    }

    int free(Cidr block) {
        return capacity(block) - taken;
    }

    /** The next free address, or empty if the block is full. */
    public Optional<Ipv4> find(Cidr block, Predicate<Ipv4> isTaken) {
        int capacity = capacity(block);
        if (taken >= capacity) {
            return Optional.empty();
        }
        for (int i = 0; i < capacity; i++) {
            int offset = RESERVED_FIRST + Math.floorMod(next - RESERVED_FIRST + i, capacity);
            Ipv4 candidate = block.base().plus(offset);
            if (!isTaken.test(candidate)) {
                return Optional.of(candidate);
            }
        }
        return Optional.empty();
    }

    /** The pool after an address that {@link #find} returned was taken. */
    public AddressPool take(Cidr block, Ipv4 address) {
        return new AddressPool(taken + 1, address.bits() - block.base().bits() + 1);
    }

    /** The pool after an address that the caller chose was taken: the search goes on where it was. */
    public AddressPool takeChosen() {
        return new AddressPool(taken + 1, next);
    }

    public AddressPool giveBack() {
        return new AddressPool(taken - 1, next);
    }
}
