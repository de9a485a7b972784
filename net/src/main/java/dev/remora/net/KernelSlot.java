package dev.remora.net;

import dev.remora.linux.Netns;
import dev.remora.linux.Rtnetlink;

/** A slot: made beforehand, bound once, closed once. */
final class KernelSlot implements Slot {
    private enum State {
        FREE,
        BOUND,
        CLOSED
    }

    private final String id;
    private final Shard shard;
    private final int device;
    private final Ipv4 address;
    private final Netns namespace;
    private final Rtnetlink routes;
    private final KernelSlots owner;
    private State state = State.FREE;
    private boolean ipv6;

    /** What its shard numbers the key that it is bound to. */
    private int bound;

    /** @param routes of the namespace; this object's own from now on, as the namespace is */
    KernelSlot(String id, Shard shard, int device, Ipv4 address, Netns namespace, Rtnetlink routes, KernelSlots owner) {
        this.id = id;
        this.shard = shard;
        this.device = device;
        this.address = address;
        this.namespace = namespace;
        this.routes = routes;
        this.owner = owner;
    }

    @Override
    public String id() {
        return id;
    }

    @Override
    public int shard() {
        return shard.number();
    }

    @Override
    public Netns namespace() {
        return namespace;
    }

    @Override
    public synchronized void bind(NatKey key, boolean withIpv6) {
        if (state != State.FREE) {
            throw new IllegalStateException(id + " is " + state);
        }
        bound = shard.bind(this, key, withIpv6);
        state = State.BOUND;
        ipv6 = withIpv6;
        if (withIpv6) {
            LinkLocal.host6(routes, ShardRules.slot6(address), LinkLocal.SLOT_OUTER_MAC, id);
        }
    }

    /** At once nothing leaves it any more; its connections, devices and namespace follow in the background. */
    @Override
    public synchronized void close() {
        if (state == State.CLOSED) {
            return;
        }
        if (state == State.BOUND && !owner.closing()) {
            shard.unbind(this, bound);
        }
        state = State.CLOSED;
        owner.closed(this);
    }

    int device() {
        return device;
    }

    Ipv4 address() {
        return address;
    }

    /** Whether it ever was allowed to send IPv6. */
    synchronized boolean ipv6() {
        return ipv6;
    }

    /** Called by the keeper of slots: gives everything back. */
    void dispose() {
        try {
            shard.forget(this);
        } finally {
            leave();
        }
    }

    /** Lets go of the namespace; what the shard has of the slot stays. */
    void leave() {
        routes.close();
        namespace.close();
    }
}
