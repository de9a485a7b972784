package dev.remora.store;

import org.jspecify.annotations.Nullable;

/** The store cannot do what it must: a full disk, a damaged file, a folder of another version or held by another server. */
public final class StoreException extends RuntimeException {
    public StoreException(String message) {
        super(message);
    }

    public StoreException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
