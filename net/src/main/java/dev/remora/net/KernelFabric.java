package dev.remora.net;

import dev.remora.linux.Netns;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;

/** The fabric that the Linux kernel is. Needs CAP_SYS_ADMIN and CAP_NET_ADMIN; {@link KernelFeatures} says what else. */
public final class KernelFabric implements Fabric {
    private final Drops drops;
    private final Resolver resolver;
    private final KernelInternet internet;
    private final KernelSlots slots;
    private final KernelEdges edges;

    /** What routers are given for edges. */
    private final Edges beyond;

    private final Map<String, Router> routers = new ConcurrentHashMap<>();

    /** Drops counted by routers that are gone. */
    private final Map<Drop.Cause, Long> past = new EnumMap<>(Drop.Cause.class);

    private KernelFabric(
            Drops drops, Resolver resolver, KernelInternet internet, KernelSlots slots, KernelEdges edges, Edges beyond) {
        this.drops = drops;
        this.resolver = resolver;
        this.internet = internet;
        this.slots = slots;
        this.edges = edges;
        this.beyond = beyond;
        drops.listen(this::refused);
    }

    public static Fabric open(FabricConfig config) {
        Optional<Outside> outside = switch (config.internet()) {
            case CLOSED -> Optional.empty();
            case HOST -> Optional.of(Outside.host());
        };
        return open(config, outside);
    }

    static Fabric open(FabricConfig config, Optional<Outside> outside) {
        return open(config, outside, known -> known);
    }

    static Fabric open(FabricConfig config, Optional<Outside> outside, Function<KernelEdges, Edges> beyond) {
        Deque<Runnable> undo = new ArrayDeque<>();
        try {
            Resolver resolver = new Resolver(InternetPlan.API, outside);
            undo.push(resolver::close);
            Drops drops = new Drops(config.clock());
            undo.push(drops::close);
            KernelInternet internet = new KernelInternet(resolver, drops, outside);
            undo.push(internet::close);
            KernelEdges edges = new KernelEdges(internet, drops);
            undo.push(edges::close);
            KernelSlots slots = new KernelSlots(config.readySlots(), drops, internet);
            return new KernelFabric(drops, resolver, internet, slots, edges, beyond.apply(edges));
        } catch (RuntimeException refused) {
            undo.forEach(Runnable::run);
            throw refused;
        }
    }

    @Override
    public void apply(Topology wanted) {
        routers.computeIfAbsent(wanted.router(), name -> new Router(name, slots, resolver, drops, beyond)).apply(wanted);
    }

    @Override
    public void remove(String name) {
        Router router = routers.remove(name);
        if (router != null) {
            Map<Drop.Cause, Long> counted = router.dropCounts();
            router.remove();
            synchronized (past) {
                add(counted, past);
            }
        }
    }

    @Override
    public Netns workload(String router, String port) {
        return router(router).workload(port);
    }

    private Router router(String name) {
        Router found = routers.get(name);
        if (found == null) {
            throw new IllegalArgumentException("no router " + name);
        }
        return found;
    }

    @Override
    public Netns services(String router, String gateway) {
        return router(router).services(gateway);
    }

    @Override
    public Map<Ipv4, Integer> connections(String router, String port, int atLeast) {
        return Optional.ofNullable(routers.get(router)).map(found -> found.connections(port, atLeast)).orElse(Map.of());
    }

    @Override
    public Slots slots() {
        return slots;
    }

    @Override
    public void names(Map<String, List<Ip>> names) {
        resolver.names(names);
    }

    @Override
    public Netns internet() {
        return internet.namespace();
    }

    @Override
    public Ipv4 apiAddress() {
        return InternetPlan.API;
    }

    @Override
    public Optional<FlowReading> flows(String router) {
        return Optional.ofNullable(routers.get(router)).flatMap(Router::flows);
    }

    private void refused(Drop drop) {
        Router router = routers.get(drop.router());
        if (router != null) {
            router.refused(drop);
        }
    }

    Edges edges() {
        return edges;
    }

    @Override
    public List<Drop> drops() {
        return drops.latest();
    }

    @Override
    public Map<Drop.Cause, Long> dropCounts() {
        Map<Drop.Cause, Long> counts = new EnumMap<>(Drop.Cause.class);
        for (Drop.Cause cause : Drop.Cause.values()) {
            counts.put(cause, 0L);
        }
        synchronized (past) {
            add(past, counts);
        }
        routers.values().forEach(router -> add(router.dropCounts(), counts));
        add(slots.dropCounts(), counts);
        add(internet.dropCounts(), counts);
        add(edges.dropCounts(), counts);
        return counts;
    }

    private static void add(Map<Drop.Cause, Long> some, Map<Drop.Cause, Long> to) {
        some.forEach((cause, packets) -> to.merge(cause, packets, Long::sum));
    }

    @Override
    public void onDrop(Consumer<Drop> listener) {
        drops.listen(listener);
    }

    @Override
    public void close() {
        List.copyOf(routers.keySet()).forEach(name -> {
            Router router = routers.remove(name);
            if (router != null) {
                router.close();
            }
        });
        slots.close();
        edges.close();
        internet.close();
        drops.close();
        resolver.close();
    }
}
