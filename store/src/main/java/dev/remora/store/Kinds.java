package dev.remora.store;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The kinds that a store was opened with. */
final class Kinds {
    private final Map<String, Kind<?>> byName = new HashMap<>();

    Kinds(Collection<? extends Kind<?>> kinds) {
        for (Kind<?> kind : kinds) {
            if (byName.put(kind.name(), kind) != null) {
                throw new IllegalArgumentException("two kinds are named " + kind);
            }
        }
    }

    @Nullable Kind<?> byName(String name) {
        return byName.get(name);
    }

    /** Refuses a kind that the store was not opened with: what it wrote could not be loaded again. */
    void check(Kind<?> kind) {
        if (byName.get(kind.name()) != kind) {
            throw new IllegalArgumentException("the store was not opened with this kind " + kind);
        }
    }
}
