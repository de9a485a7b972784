package dev.remora.ec2;

import dev.remora.linux.Netns;
import dev.remora.net.Ip;
import java.util.List;
import dev.remora.wire.Admin;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/** Says which doors are open, and refuses a policy that is no object. */
final class NotedDoors implements ServiceDoors {
    /** The doors by the addresses that they are at. */
    private final Map<String, Door> open = new TreeMap<>();

    @Override
    public void checkPolicy(String document) {
        if (!document.startsWith("{")) {
            throw Refusals.of("InvalidPolicyDocument", "no policy");
        }
    }

    @Override
    public synchronized AutoCloseable open(Supplier<Netns> inside, List<Ip> addresses, Door door) {
        open.put(addresses.toString(), door);
        return () -> close(addresses);
    }

    private synchronized void close(List<Ip> addresses) {
        open.remove(addresses.toString());
    }

    /** The metadata services that can be asked. */
    final Set<Admin> metadata = ConcurrentHashMap.newKeySet();

    @Override
    public AutoCloseable metadata(Netns inside, Admin service) {
        metadata.add(service);
        return () -> metadata.remove(service);
    }

    synchronized Map<String, Door> open() {
        return Map.copyOf(open);
    }
}
