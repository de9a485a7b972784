package dev.remora.net;

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
}
