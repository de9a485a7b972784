package dev.remora.net;

import java.net.InetAddress;
import java.net.UnknownHostException;

/** An IP address of either family; those of version 4 come first. */
public sealed interface Ip extends Comparable<Ip> permits Ipv4, Ipv6 {
    /** 4 or 16 bytes in network order. */
    byte[] bytes();

    /** The block that holds this address alone. */
    IpBlock alone();

    /** @throws IllegalArgumentException if the text is no address; names are not looked up */
    static Ip parse(String text) {
        return text.indexOf(':') >= 0 ? Ipv6.parse(text) : Ipv4.parse(text);
    }

    /** @param network 4 or 16 bytes */
    static Ip of(byte[] network) {
        return network.length == 4 ? Ipv4.of(network) : Ipv6.of(network);
    }

    /** The address with a port, as they are written together: {@code 10.0.0.1:80}, {@code [fd00::1]:80}. */
    default String withPort(int port) {
        return (this instanceof Ipv6 ? "[" + this + "]" : this) + ":" + port;
    }

    default InetAddress inet() {
        try {
            return InetAddress.getByAddress(bytes());
        } catch (UnknownHostException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
