package dev.remora.store;

import java.util.List;
import java.util.Optional;

/** One committed transaction, as the feed tells it. */
public record Change(long revision, List<Edit<?>> edits) {
    /**
     * One document before and after the transaction; an absent {@code before} is a creation, an absent {@code after} a
     * deletion.
     */
    public record Edit<T extends Record>(Kind<T> kind, Scope scope, String id, Optional<T> before, Optional<T> after) {}
}
