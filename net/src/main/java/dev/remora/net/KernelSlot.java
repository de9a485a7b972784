package dev.remora.net;

import dev.remora.linux.Netns;

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
    private final KernelSlots owner;
    private State state = State.FREE;

    KernelSlot(String id, Shard shard, int device, Ipv4 address, Netns namespace, KernelSlots owner) {
        this.id = id;
        this.shard = shard;
        this.device = device;
        this.address = address;
        this.namespace = namespace;
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
    public synchronized void bind(NatKey key) {
        if (state != State.FREE) {
            throw new IllegalStateException(id + " is " + state);
        }
        shard.bind(this, key);
        state = State.BOUND;
    }

    /** At once nothing leaves it any more; its connections, devices and namespace follow in the background. */
    @Override
    public synchronized void close() {
        if (state == State.CLOSED) {
            return;
        }
        if (state == State.BOUND && !owner.closing()) {
            shard.unbind(this);
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

    /** Called by the keeper of slots: gives everything back. */
    void dispose() {
        try {
            shard.forget(this);
        } finally {
            namespace.close();
        }
    }
}
