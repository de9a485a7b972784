package dev.remora.linux;

import java.util.Locale;

/** Where on its way a packet enters a chain; numbers of linux/netfilter.h. */
public enum NftHook {
    PREROUTING(0),
    INPUT(1),
    FORWARD(2),
    OUTPUT(3),
    POSTROUTING(4),
    /** Of one device, in a table of the family netdev. */
    INGRESS(0),
    /** Of one device, in a table of the family netdev. */
    EGRESS(1);

    final int number;

    NftHook(int number) {
        this.number = number;
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
