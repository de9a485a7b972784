package dev.remora.net;

import java.util.Set;

/**
 * Slots: network namespaces made beforehand, each one end of a veth whose other end was born in a NAT shard and stays there.
 * Binding one to a key is one element of one map.
 */
public interface Slots {
    /** The shard that carries the key's interfaces; slots of another shard cannot be bound to it. */
    int shardOf(NatKey key);

    /**
     * A slot of the shard, ready made where the pool has one, else made now. It is bound to nothing and can reach nothing but
     * its own loopback.
     */
    Slot take(int shard);

    /**
     * From now on new connections of the key leave by its other interfaces, as long as it has others; those that are known keep
     * theirs. Replaces what was said of the key before.
     *
     * @param interfaces ids of ports whose attachment is the key
     */
    void spare(NatKey key, Set<String> interfaces);
}
