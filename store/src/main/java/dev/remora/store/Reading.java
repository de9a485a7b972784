package dev.remora.store;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads documents and remembers which, so that what was made of them can be kept until one of them changes. Documents are
 * immutable and stay the same objects while they are not written, so that looking again costs a look-up for each.
 */
public final class Reading {
    private record Read<T extends Record>(Kind<T> kind, Scope scope, String id, @Nullable T found) {
        boolean same(View view) {
            return view.get(kind, scope, id).orElse(null) == found;
        }
    }

    /** Something made of documents. */
    public static final class Kept<T> {
        private final Optional<T> value;
        private final List<Read<?>> reads;

        /** The store's revision at which the documents were last found the same. */
        private volatile long revision;

        private Kept(T value, List<Read<?>> reads, long revision) {
            this.value = Optional.of(value);
            this.reads = reads;
            this.revision = revision;
        }

        public Optional<T> value() {
            return value;
        }

        /** Whether all documents that it was made of are in a view as they were. */
        public boolean current(View view) {
            if (revision == view.revision()) {
                return true;
            }
            for (int i = 0; i < reads.size(); i++) {
                if (!reads.get(i).same(view)) {
                    return false;
                }
            }
            revision = view.revision();
            return true;
        }
    }

    private final View view;
    private final List<Read<?>> reads = new ArrayList<>();

    public Reading(View view) {
        this.view = view;
    }

    public <T extends Record> Optional<T> get(Kind<T> kind, Scope scope, String id) {
        Optional<T> found = view.get(kind, scope, id);
        reads.add(new Read<>(kind, scope, id, found.orElse(null)));
        return found;
    }

    public <T> Kept<T> keep(T value) {
        return new Kept<>(value, List.copyOf(reads), view.revision());
    }
}
