package dev.remora.net;

import dev.remora.linux.Conntrack;
import dev.remora.linux.Netns;
import dev.remora.linux.NfTables;
import dev.remora.linux.NftTransaction;
import dev.remora.linux.RouteChanges;
import dev.remora.linux.Rtnetlink;
import dev.remora.linux.Sysctls;
import dev.remora.linux.VethEnd;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;

/**
 * A NAT shard: a namespace that carries the interfaces of many keys and the outer ends of the slots born for them; {@link
 * ShardRules} says what it does with packets.
 *
 * <p>Locks: changes of keys and interfaces hold this object's monitor. A claim takes none: it reads the key from a concurrent
 * map and sends one nf_tables message. Connection tracking has a socket of its own, because forgetting a slot's connections
 * takes milliseconds and a claim must not wait for it.
 */
final class Shard implements AutoCloseable {
    /** Interfaces that one shard carries; so many were measured. */
    static final int INTERFACES = 128;

    /** No number of a device here is that of the other end of its cable; see {@link Rtnetlink#awaitSending}. */
    private static final int FIRST_DEVICE = 10_000_000;

    /** Numbers of keys are zones, of 16 bits, and never used again: a slot might still be bound to one. */
    private static final int LAST_KEY = 65_000;

    private final int number;
    private final Netns namespace;
    private final Rtnetlink routes;
    private final NfTables filter;
    private final Conntrack connections;
    private final Map<NatKey, Key> keys = new ConcurrentHashMap<>();
    private final Map<Integer, KernelSlot> slotsByDevice = new ConcurrentHashMap<>();
    private final Map<Ip, KernelSlot> slotsByAddress = new ConcurrentHashMap<>();
    private final AtomicInteger device = new AtomicInteger(FIRST_DEVICE);
    private int mark;
    private int keyNumber;
    private int interfaces;

    /** A key, its number here, and its interfaces by id in the order they came. */
    private static final class Key {
        private final int number;
        private volatile List<Named> interfaces = List.of();
        private Set<String> spared = Set.of();

        Key(int number) {
            this.number = number;
        }

        ShardRules.Interfaces rules() {
            return rules(interfaces);
        }

        /** All lead where all are spared. */
        ShardRules.Interfaces rules(List<Named> of) {
            List<ShardRules.Interface> all = of.stream().map(Named::rules).toList();
            List<ShardRules.Interface> leading =
                    of.stream().filter(eni -> !spared.contains(eni.id())).map(Named::rules).toList();
            return new ShardRules.Interfaces(all, leading.isEmpty() ? all : leading);
        }
    }

    private record Named(String id, ShardRules.Interface rules) {}

    Shard(int number) {
        this.number = number;
        namespace = Netns.create(fresh -> LinkLocal.FORWARDING.forEach(Sysctls::write));
        routes = Rtnetlink.open(namespace);
        filter = NfTables.open(namespace);
        connections = Conntrack.open(namespace);
        VethEnd trunk = new VethEnd("trunk", ShardRules.TRUNK, LinkLocal.SHARD_MAC);
        VethEnd end = new VethEnd("trunkx", ShardRules.TRUNK_PEER, LinkLocal.ROUTER_MAC);
        // Rules first: from here on, what is not allowed is dropped.
        filter.commit(ShardRules.base());
        routes.commit(new RouteChanges()
                .veth(trunk, end, namespace, "the trunk")
                .up(ShardRules.TRUNK_PEER, "the trunk's end")
                .up(ShardRules.TRUNK, "the trunk")
                .address(1, LinkLocal.SHARD.bytes(), "the shard")
                .neighbour(ShardRules.TRUNK, LinkLocal.GATEWAY.bytes(), LinkLocal.ROUTER_MAC, "the trunk")
                .neighbour(ShardRules.TRUNK, LinkLocal.GATEWAY6.bytes(), LinkLocal.ROUTER_MAC, "the trunk")
                .defaultRoute(LinkLocal.GATEWAY.bytes(), RouteChanges.MAIN, ShardRules.TRUNK, "the trunk")
                .defaultRoute(LinkLocal.GATEWAY6.bytes(), RouteChanges.MAIN, ShardRules.TRUNK, "the trunk"));
        filter.commit(ShardRules.trunkBase());
    }

    int number() {
        return number;
    }

    Netns namespace() {
        return namespace;
    }

    /** Whether it can carry another key, and leave the ones that it has room for more interfaces. */
    synchronized boolean roomy() {
        return interfaces < INTERFACES - ShardRules.BUCKETS && keyNumber < LAST_KEY;
    }

    int interfacesOf(NatKey name) {
        Key key = keys.get(name);
        return key == null ? 0 : key.interfaces.size();
    }

    /** An interface's cable: its end in the shard, and and whose it is. */
    record Cable(int shard, NatKey key, String id, int device) {}

    /**
     * Makes the cable of an interface: one end here, up, the other born in {@code farIn}, down. When that is up as well,
     * {@link #open} lets it carry something.
     */
    Cable cable(NatKey key, String id, VethEnd far, Netns farIn) {
        int here = device.getAndIncrement();
        VethEnd end = new VethEnd("e" + here, here, LinkLocal.SHARD_MAC);
        Cable cable = new Cable(number, key, id, here);
        routes.commit(new RouteChanges().veth(end, far, farIn, id));
        try {
            routes.commit(new RouteChanges().up(here, id));
        } catch (RuntimeException refused) {
            remove(cable);
            throw refused;
        }
        return cable;
    }

    /** From now on new connections of the key's slots may leave by the interface; IPv6 only if it has such an address. */
    synchronized void open(Cable cable, Ipv4 address, Optional<Ipv6> address6) {
        if (interfaces == INTERFACES) {
            throw new IllegalStateException("shard " + number + " carries " + INTERFACES + " interfaces already");
        }
        Key key = keys.computeIfAbsent(cable.key(), absent -> new Key(++keyNumber));
        List<Named> before = key.interfaces;
        if (before.size() == ShardRules.BUCKETS) {
            throw new IllegalStateException(cable.key().name() + " has " + ShardRules.BUCKETS + " interfaces already");
        }
        routes.awaitSending(cable.device(), cable.id());
        ShardRules.Interface rules = new ShardRules.Interface(++mark, cable.device(), "e" + cable.device(), address, address6);
        List<Named> after = new ArrayList<>(before);
        after.add(new Named(cable.id(), rules));
        filter.commit(ShardRules.trunk(rules, true));
        filter.commit(ShardRules.key(key.number, key.rules(), key.rules(after)));
        key.interfaces = List.copyOf(after);
        interfaces++;
    }

    /** No connection leaves by the interface any more; those that did are forgotten. */
    synchronized void shut(Cable cable) {
        Key key = keys.get(cable.key());
        if (key == null) {
            return;
        }
        List<Named> after = new ArrayList<>(key.interfaces);
        for (Named eni : key.interfaces) {
            if (eni.rules().device() == cable.device()) {
                after.remove(eni);
                filter.commit(ShardRules.key(key.number, key.rules(), key.rules(after)));
                key.interfaces = List.copyOf(after);
                interfaces--;
                filter.commit(ShardRules.trunk(eni.rules(), false));
                connections.deleteMarked(eni.rules().mark(), false, cable.id());
                if (eni.rules().address6().isPresent()) {
                    connections.deleteMarked(eni.rules().mark(), true, cable.id());
                }
            }
        }
    }

    /** See {@link Slots#spare}. */
    synchronized void spare(NatKey name, Set<String> interfaceIds) {
        Key key = keys.get(name);
        if (key == null) {
            return;
        }
        ShardRules.Interfaces before = key.rules();
        Set<String> spared = key.spared;
        key.spared = Set.copyOf(interfaceIds);
        ShardRules.Interfaces after = key.rules();
        if (!before.equals(after)) {
            try {
                filter.commit(ShardRules.key(key.number, before, after));
            } catch (RuntimeException refused) {
                key.spared = spared;
                throw refused;
            }
        }
    }

    /** How many connections leave by the interface; see {@link Fabric#connections}. */
    Map<Ipv4, Integer> connections(Cable cable, int atLeast) {
        Key key = keys.get(cable.key());
        if (key == null || connections.total() < atLeast) {
            return Map.of();
        }
        return key.interfaces.stream()
                .map(Named::rules)
                .filter(eni -> eni.device() == cable.device())
                .collect(Collectors.toUnmodifiableMap(
                        ShardRules.Interface::address,
                        eni -> connections.marked(eni.mark(), false)
                                + (eni.address6().isPresent() ? connections.marked(eni.mark(), true) : 0)));
    }

    /** Takes the cable away, both ends. */
    void remove(Cable cable) {
        shut(cable);
        routes.commit(new RouteChanges().deleteLink(cable.device(), cable.id()));
    }

    /** A slot's cable, namespace and address, so that it can send as soon as it is bound. */
    KernelSlot slot(String id, Ipv4 address, KernelSlots owner) {
        int here = device.getAndIncrement();
        byte[] address6 = ShardRules.slot6(address).bytes();
        AtomicReference<Rtnetlink> inside = new AtomicReference<>();
        Netns namespace = Netns.create(fresh -> {
            LinkLocal.endHost();
            VethEnd end = new VethEnd(id, here, LinkLocal.SLOT_OUTER_MAC);
            VethEnd far = new VethEnd(LinkLocal.HOST_DEVICE_NAME, LinkLocal.HOST_DEVICE, LinkLocal.SLOT_MAC);
            routes.commit(new RouteChanges()
                    .veth(end, far, fresh, id)
                    .up(here, id)
                    .route(address.bytes(), 32, RouteChanges.MAIN, here, id)
                    .neighbour(here, address.bytes(), LinkLocal.SLOT_MAC, id)
                    .route(address6, 128, RouteChanges.MAIN, here, id)
                    .neighbour(here, address6, LinkLocal.SLOT_MAC, id));
            LinkLocal.host(address, LinkLocal.SLOT_OUTER_MAC, id);
            routes.awaitSending(here, id);
            inside.set(Rtnetlink.openHere());
        });
        KernelSlot slot = new KernelSlot(id, this, here, address, namespace, Objects.requireNonNull(inside.get()), owner);
        try {
            filter.commit(ShardRules.slot(here, id, address));
        } catch (RuntimeException refused) {
            slot.leave();
            throw refused;
        }
        slotsByDevice.put(here, slot);
        slotsByAddress.put(address, slot);
        slotsByAddress.put(ShardRules.slot6(address), slot);
        return slot;
    }

    /** The claim: an element each of three sets, in one message. @return the key's number here */
    int bind(KernelSlot slot, NatKey to, boolean ipv6) {
        Key key = keys.get(to);
        if (key == null || key.interfaces.isEmpty()) {
            throw new IllegalStateException(to.name() + " has no interface in shard " + number);
        }
        filter.commit(ShardRules.bind(slot.device(), slot.id(), slot.address(), key.number, ipv6));
        return key.number;
    }

    /** @param key the number of the key that it was bound to */
    void unbind(KernelSlot slot, int key) {
        filter.commit(ShardRules.unbind(slot.device(), slot.id(), slot.address(), key));
    }

    /** Takes away all that the shard holds for the slot. The kernel takes the cable with the slot's namespace. */
    void forget(KernelSlot slot) {
        filter.commit(ShardRules.deleteSlot(slot.device(), slot.id(), slot.address()));
        connections.deleteFrom(slot.address().bytes(), slot.id());
        if (slot.ipv6()) {
            connections.deleteFrom(ShardRules.slot6(slot.address()).bytes(), slot.id());
        }
        slotsByDevice.remove(slot.device());
        slotsByAddress.remove(slot.address());
        slotsByAddress.remove(ShardRules.slot6(slot.address()));
    }

    /** The slot whose packets left with that source and those ports, if its connection is still known. */
    Optional<String> origin(NatKey to, Drops.Packet packet) {
        Key key = keys.get(to);
        if (key == null) {
            return Optional.empty();
        }
        boolean echo = packet.protocol() == 1 || packet.protocol() == 58;
        return connections
                .origin(
                        packet.protocol(),
                        packet.destination().bytes(),
                        echo ? packet.sourcePort() : packet.destinationPort(),
                        packet.source().bytes(),
                        packet.sourcePort(),
                        key.number)
                .map(Ip::of)
                .map(slotsByAddress::get)
                .map(KernelSlot::id);
    }

    /** Names for reports of this shard's own drops. */
    Drops.Names names() {
        return new Drops.Names() {
            @Override
            public Optional<String> port(int deviceNumber) {
                return keys.values().stream()
                        .flatMap(key -> key.interfaces.stream())
                        .filter(eni -> eni.rules().device() == deviceNumber)
                        .map(Named::id)
                        .findFirst();
            }

            @Override
            public Optional<String> slot(Drops.Packet packet) {
                return Optional.ofNullable(slotsByDevice.get(packet.inDevice())).map(KernelSlot::id);
            }
        };
    }

    Map<Drop.Cause, Long> dropCounts() {
        Map<Drop.Cause, Long> counts = DropChains.causes(filter.counters(NftTransaction.Family.INET, ShardRules.TABLE));
        counts.put(Drop.Cause.PORTS_EXHAUSTED, connections.insertionsFailed());
        return counts;
    }

    @Override
    public void close() {
        routes.close();
        filter.close();
        connections.close();
        namespace.close();
    }
}
