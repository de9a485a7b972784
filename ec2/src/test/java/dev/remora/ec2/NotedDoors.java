package dev.remora.ec2;

import dev.remora.linux.Netns;
import dev.remora.net.Ip;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
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

    synchronized Map<String, Door> open() {
        return Map.copyOf(open);
    }
}
