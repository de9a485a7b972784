package dev.remora.net;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * The names that services give to addresses; tells the {@link Fabric} the whole at each change, because that is what it
 * takes.
 */
public final class Names {
    private final Fabric fabric;
    private final Map<String, List<Ip>> names = new TreeMap<>();

    public Names(Fabric fabric) {
        this.fabric = fabric;
    }

    /** Resolvable when this returns. */
    public void put(String name, Ip address) {
        put(name, List.of(address));
    }

    /** Resolvable, to these addresses and no others, when this returns. */
    public synchronized void put(String name, List<? extends Ip> addresses) {
        names.put(name.toLowerCase(Locale.ROOT), List.copyOf(addresses));
        fabric.names(Map.copyOf(names));
    }

    /** Does nothing if there is no such name. */
    public synchronized void remove(String name) {
        if (names.remove(name.toLowerCase(Locale.ROOT)) != null) {
            fabric.names(Map.copyOf(names));
        }
    }
}
