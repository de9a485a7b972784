package dev.remora.ec2;

import static dev.remora.ec2.Resource.NETWORK_INTERFACE;
import static dev.remora.ec2.Resource.SUBNET;

import dev.remora.net.Cidr;
import dev.remora.net.Cidr6;
import dev.remora.net.Ip;
import dev.remora.net.Ipv4;
import dev.remora.net.Ipv6;
import dev.remora.store.Ids;
import dev.remora.store.Scope;
import dev.remora.store.Transaction;
import dev.remora.vpc.AddressPool;
import dev.remora.vpc.NetworkInterface;
import dev.remora.vpc.Subnet;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Hands out addresses of one subnet inside one transaction.
 *
 * <p>IPv4 addresses come from the subnet's {@link AddressPool}. IPv6 ones are drawn by lot, as AWS's are: a /64 has room enough
 * that the second draw is hardly ever needed.
 */
final class SubnetAddresses {
    /** Of each family, on one interface. */
    static final int MAX_PER_INTERFACE = 50;

    /** The first four IPv6 addresses and the last one are kept, as of IPv4. */
    private static final int RESERVED_FIRST = 4;

    private final Transaction tx;
    private final Scope scope;
    private final Ids ids;
    private Subnet subnet;

    /** Handed out here and in no document yet. */
    private final Set<Ip> given = new HashSet<>();

    SubnetAddresses(Transaction tx, Scope scope, Ids ids, String subnetId) {
        this.tx = tx;
        this.scope = scope;
        this.ids = ids;
        this.subnet = SUBNET.require(tx, scope, subnetId);
    }

    Subnet subnet() {
        return subnet;
    }

    /** Puts the subnet with what is left in it. */
    void done() {
        tx.put(SUBNET.kind(), scope, subnet.id(), subnet);
    }

    private boolean isTaken(Ip address) {
        return given.contains(address)
                || tx.any(NETWORK_INTERFACE.kind(), scope, "address", NetworkInterface.addressKey(subnet.id(), address));
    }

    private Cidr block() {
        return subnet.block().orElseThrow(() -> Refusals.unsupported(
                "Interfaces in subnets that have IPv6 only are not supported: " + subnet.id() + "."));
    }

    private Cidr6 block6() {
        return subnet.block6().map(Subnet.Block6::block).orElseThrow(() -> Refusals.invalidValue(
                "The subnet " + subnet.id() + " does not have an IPv6 CIDR block associated with it."));
    }

    /** The next free IPv4 address. */
    Ipv4 next() {
        Cidr block = block();
        Ipv4 address = subnet.addresses().find(block, this::isTaken).orElseThrow(() -> Refusals.of(
                "InsufficientFreeAddressesInSubnet",
                "The specified subnet does not have enough free addresses to satisfy the request."));
        subnet = subnet.withAddresses(subnet.addresses().take(block, address));
        given.add(address);
        return address;
    }

    /** The IPv4 address that the caller wants. */
    Ipv4 take(Ipv4 address) {
        Cidr block = block();
        inside(block.contains(address));
        if (!AddressPool.usable(block, address)) {
            throw reserved(address);
        }
        free(address);
        subnet = subnet.withAddresses(subnet.addresses().takeChosen());
        return address;
    }

    List<Ipv4> next(int count) {
        var addresses = new ArrayList<Ipv4>();
        for (int i = 0; i < count; i++) {
            addresses.add(next());
        }
        return addresses;
    }

    /** Says that so many IPv4 addresses of the subnet are free again. */
    void giveBack(int count) {
        AddressPool pool = subnet.addresses();
        for (int i = 0; i < count; i++) {
            pool = pool.giveBack();
        }
        subnet = subnet.withAddresses(pool);
    }

    /** Free IPv6 addresses. */
    List<Ipv6> next6(int count) {
        var addresses = new ArrayList<Ipv6>();
        while (addresses.size() < count) {
            Cidr6 block = block6();
            byte[] drawn = AccountRegions.sha256(ids.hex(16));
            Ipv6 candidate = within(block, drawn);
            if (usable(block, candidate) && !isTaken(candidate)) {
                given.add(candidate);
                addresses.add(candidate);
            }
        }
        return addresses;
    }

    private static Ipv6 within(Cidr6 block, byte[] drawn) {
        byte[] address = block.base().bytes();
        for (int bit = block.prefix(); bit < Byte.SIZE * address.length; bit++) {
            int mask = 1 << Byte.SIZE - 1 - bit % Byte.SIZE;
            address[bit / Byte.SIZE] |= (byte) (drawn[bit / Byte.SIZE] & mask);
        }
        return Ipv6.of(address);
    }

    /** The IPv6 address that the caller wants. */
    Ipv6 take(Ipv6 address) {
        Cidr6 block = block6();
        inside(block.contains(address));
        if (!usable(block, address)) {
            throw reserved(address);
        }
        free(address);
        return address;
    }

    private static boolean usable(Cidr6 block, Ipv6 address) {
        return block.base().plus(RESERVED_FIRST).compareTo(address) <= 0 && block.contains(address.plus(1));
    }

    private static void inside(boolean contained) {
        if (!contained) {
            throw Refusals.invalidValue("Address does not fall within the subnet's address range");
        }
    }

    private static RuntimeException reserved(Ip address) {
        return Refusals.invalidValue("Address " + address + " is in subnet's reserved address range");
    }

    private void free(Ip address) {
        if (isTaken(address)) {
            throw Refusals.of("InvalidIPAddress.InUse", "Address " + address + " is in use.");
        }
        given.add(address);
    }

    /** Refuses more addresses than an interface can have. */
    static void checkCount(long count) {
        if (count > MAX_PER_INTERFACE) {
            throw Refusals.of(
                    "PrivateIpAddressLimitExceeded",
                    "The maximum number of addresses of one family for a network interface is " + MAX_PER_INTERFACE + ".");
        }
    }

    static Ipv4 ipv4(String text) {
        try {
            return Ipv4.parse(text);
        } catch (IllegalArgumentException e) {
            throw Refusals.invalidValue("invalid value for parameter address: " + text);
        }
    }

    static Ipv6 ipv6(String text) {
        try {
            return Ipv6.parse(text);
        } catch (IllegalArgumentException e) {
            throw Refusals.invalidValue("invalid value for parameter address: " + text);
        }
    }

    /**
     * The addresses that an interface is to have.
     *
     * @param primary the primary IPv4 address, or empty for the next free one
     * @param secondary further IPv4 addresses
     * @param secondaryCount how many further IPv4 addresses it is to have beside those
     * @param ipv6Count how many IPv6 addresses it is to have beside {@code ipv6}; empty for what the subnet says
     */
    record Wanted(
            Optional<Ipv4> primary, List<Ipv4> secondary, int secondaryCount, List<Ipv6> ipv6, Optional<Integer> ipv6Count) {
        /** One IPv4 address, whatever the subnet says. */
        static final Wanted IPV4 = new Wanted(Optional.empty(), List.of(), 0, List.of(), Optional.of(0));

        static final Wanted ANY = new Wanted(Optional.empty(), List.of(), 0, List.of(), Optional.empty());

        Wanted {
            secondary = List.copyOf(secondary);
            ipv6 = List.copyOf(ipv6);
            checkCount(1L + secondary.size() + secondaryCount);
            checkCount(ipv6.size() + (long) ipv6Count.orElse(0));
        }
    }

    Ipv4 primary(Wanted wanted) {
        return wanted.primary().map(this::take).orElseGet(this::next);
    }

    List<Ipv4> secondary(Wanted wanted) {
        var addresses = new ArrayList<Ipv4>();
        wanted.secondary().forEach(address -> addresses.add(take(address)));
        addresses.addAll(next(wanted.secondaryCount()));
        return addresses;
    }

    List<Ipv6> ipv6(Wanted wanted) {
        var addresses = new ArrayList<Ipv6>();
        wanted.ipv6().forEach(address -> addresses.add(take(address)));
        boolean bySubnet = wanted.ipv6().isEmpty() && subnet.ipv6OnCreation();
        addresses.addAll(next6(wanted.ipv6Count().orElse(bySubnet ? 1 : 0)));
        return addresses;
    }
}
