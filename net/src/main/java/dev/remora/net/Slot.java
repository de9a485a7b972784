package dev.remora.net;

import dev.remora.linux.Netns;

/** One sandbox's network. Used for one sandbox only, and closed with it. */
public interface Slot extends AutoCloseable {
    /** Unique while the server runs, e.g. {@code s17}; drops name it. */
    String id();

    int shard();

    /** The namespace: loopback up, an address, a default route, a resolver at {@code 169.254.169.253}. */
    Netns namespace();

    /**
     * From now on packets leave by an interface of {@code key}. At most once in a slot's life.
     *
     * @param ipv6 whether it gets an IPv6 address and way out as well; without, a connection to an IPv6 address fails at once,
     *     the network being unreachable, as in a function of AWS that may not use IPv6
     */
    void bind(NatKey key, boolean ipv6);

    /** Without IPv6. */
    default void bind(NatKey key) {
        bind(key, false);
    }

    /** Unbinds, cuts the slot's flows, gives the namespace and its devices back. */
    @Override
    void close();
}
