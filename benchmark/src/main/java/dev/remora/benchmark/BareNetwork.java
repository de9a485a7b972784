package dev.remora.benchmark;

import dev.remora.linux.Netns;
import dev.remora.linux.RouteChanges;
import dev.remora.linux.Rtnetlink;
import dev.remora.linux.Sysctls;
import dev.remora.linux.VethEnd;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The least that the kernel can do, over the same netlink sockets as Remora's: a namespace with one cable, and a plain router
 * between two namespaces without any rule.
 */
final class BareNetwork implements AutoCloseable {
    private static final byte[] MAC = {2, 0, 0, 0, 0, 1};
    private static final byte[] OTHER_MAC = {2, 0, 0, 0, 0, 2};
    private static final byte[] GATEWAY = {(byte) 169, (byte) 254, 0, 1};

    private final Netns middle = Netns.create();
    private final Rtnetlink links = Rtnetlink.open(middle);
    private final List<Netns> kept = new ArrayList<>();
    private int next = 100;

    BareNetwork() {
        Sysctls.write(middle, Map.of("ipv4/ip_forward", "1"));
    }

    /**
     * A fresh namespace, a cable to the middle one, an address, a default route. It stays: taking it away is not what is
     * measured.
     */
    void namespaceWithVeth() {
        int index = next++;
        kept.add(attach(index, new byte[] {10, 1, (byte) (index >> 8), (byte) index}));
    }

    /** A namespace behind the router; the caller closes it. */
    Netns attach(int index, byte[] address) {
        Netns end = Netns.create();
        links.commit(new RouteChanges()
                .veth(new VethEnd("v" + index, index, MAC), new VethEnd("eth0", 2, OTHER_MAC), end, "cable " + index)
                .up(index, "cable " + index)
                .route(address, 32, RouteChanges.MAIN, index, "route " + index)
                .neighbour(index, address, OTHER_MAC, "neighbour " + index));
        try (var inside = Rtnetlink.open(end)) {
            inside.commit(new RouteChanges()
                    .up(2, "eth0")
                    .address(2, address, "eth0")
                    .neighbour(2, GATEWAY, MAC, "gateway")
                    .defaultRoute(GATEWAY, RouteChanges.MAIN, 2, "default"));
        }
        return end;
    }

    @Override
    public void close() {
        kept.forEach(Netns::close);
        links.close();
        middle.close();
    }
}
