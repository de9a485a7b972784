package dev.remora.store;

/** A view that sees its own writes, and may write. Only valid inside {@link Store#write}. */
public interface Transaction extends View {
    <T extends Record> void put(Kind<T> kind, Scope scope, String id, T value);

    /** Deleting what is not there does nothing. */
    void delete(Kind<?> kind, Scope scope, String id);
}
