package dev.remora.net;

import dev.remora.linux.NftTransaction;
import dev.remora.linux.NftValue;

/** What rules and routes of the two families of addresses differ in. */
enum IpFamily {
    V4(NftTransaction.Family.IP, NftValue.IP_SOURCE, NftValue.IP_DESTINATION, 1, NftValue.ICMP_TYPE, NftValue.ICMP_CODE),
    V6(NftTransaction.Family.IP6, NftValue.IP6_SOURCE, NftValue.IP6_DESTINATION, 58, NftValue.ICMPV6_TYPE, NftValue.ICMPV6_CODE);

    private static final int ICMP = 1;
    private static final int ICMPV6 = 58;

    final NftTransaction.Family tables;
    final NftValue source;
    final NftValue destination;
    final int icmp;
    final NftValue icmpType;
    final NftValue icmpCode;

    IpFamily(
            NftTransaction.Family tables, NftValue source, NftValue destination, int icmp, NftValue icmpType, NftValue icmpCode) {
        this.tables = tables;
        this.source = source;
        this.destination = destination;
        this.icmp = icmp;
        this.icmpType = icmpType;
        this.icmpCode = icmpCode;
    }

    static IpFamily of(Ip address) {
        return address instanceof Ipv4 ? V4 : V6;
    }

    boolean has(Ip address) {
        return of(address) == this;
    }

    boolean has(IpBlock block) {
        return of(block.base()) == this;
    }

    /** Whether packets of the family can have the protocol: each has an ICMP of its own. */
    boolean has(int protocol) {
        return protocol == icmp || protocol != ICMP && protocol != ICMPV6;
    }

    /** The block of all addresses. */
    IpBlock everything() {
        return this == V4 ? new Cidr(new Ipv4(0), 0) : new Cidr6(new Ipv6(0, 0), 0);
    }

    /** The next hop on every cable. Nobody has it: its hardware address is known beforehand. */
    Ip gateway() {
        return this == V4 ? LinkLocal.GATEWAY : LinkLocal.GATEWAY6;
    }
}
