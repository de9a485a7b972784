package dev.remora.net;

import dev.remora.linux.Netns;

/** One sandbox's network. Used for one sandbox only, and closed with it. */
public interface Slot extends AutoCloseable {
    /** Unique while the server runs, e.g. {@code s17}; drops name it. */
    String id();

    int shard();

    /** The namespace: loopback up, an address, a default route, a resolver at {@code 169.254.169.253}. */
    Netns namespace();

    /** From now on packets leave by an interface of {@code key}. At most once in a slot's life. */
    void bind(NatKey key);

    /** Unbinds, cuts the slot's flows, gives the namespace and its devices back. */
    @Override
    void close();
}
