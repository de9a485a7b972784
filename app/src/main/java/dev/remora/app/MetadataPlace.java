package dev.remora.app;

import dev.remora.linux.Netns;
import dev.remora.linux.RouteChanges;
import dev.remora.linux.Rtnetlink;
import dev.remora.linux.VethEnd;
import dev.remora.net.Ipv4;
import java.nio.channels.ServerSocketChannel;

/**
 * Where an instance's metadata service listens: a namespace beside the instance's own, at the end of a cable by which nothing
 * else goes. In the instance's own namespace the service would keep port 80 from the instance's programs, which listen at all
 * addresses.
 */
final class MetadataPlace implements AutoCloseable {
    private static final Ipv4 ADDRESS = Ipv4.parse("169.254.169.254");

    /** What the service's answers go to; nobody has the address. */
    private static final Ipv4 BACK = Ipv4.parse("169.254.169.1");

    private static final String OBJECT = "instance metadata";
    private static final byte[] MAC = {2, 0, 0, 0, 0, 0x11};
    private static final VethEnd HERE = new VethEnd("imds", 3_000_000, MAC);
    private static final VethEnd THERE = new VethEnd("instance", 3_000_001, MAC);

    private final Netns instance;
    private final Netns place;

    private MetadataPlace(Netns instance, Netns place) {
        this.instance = instance;
        this.place = place;
    }

    static MetadataPlace beside(Netns instance) {
        var made = new MetadataPlace(instance, Netns.create());
        try (var inside = Rtnetlink.open(instance);
                var beside = Rtnetlink.open(made.place)) {
            inside.commit(new RouteChanges()
                    .veth(HERE, THERE, made.place, OBJECT)
                    .up(HERE.index(), OBJECT)
                    .neighbour(HERE.index(), ADDRESS.bytes(), MAC, OBJECT)
                    .route(ADDRESS.bytes(), 32, RouteChanges.MAIN, HERE.index(), OBJECT));
            beside.commit(new RouteChanges()
                    .up(THERE.index(), OBJECT)
                    .address(THERE.index(), ADDRESS.bytes(), OBJECT)
                    .neighbour(THERE.index(), BACK.bytes(), MAC, OBJECT)
                    .defaultRoute(BACK.bytes(), RouteChanges.MAIN, THERE.index(), OBJECT));
            inside.awaitSending(HERE.index(), OBJECT);
            return made;
        } catch (RuntimeException failure) {
            made.place.close();
            throw failure;
        }
    }

    ServerSocketChannel bound() throws Exception {
        return place.call(() -> Server.bound(ADDRESS.toString(), Server.HTTP_PORT));
    }

    /** The cable goes at once: the instance's namespace may get another. */
    @Override
    public void close() {
        try (place;
                var inside = Rtnetlink.open(instance)) {
            inside.commit(new RouteChanges().deleteLink(HERE.index(), OBJECT));
        }
    }
}
