package dev.remora.store;

/** The store cannot do what it must: a full disk, a damaged file, a folder of another version or held by another server. */
public final class StoreException extends RuntimeException {
    public StoreException(String message) {
        super(message);
    }

    public StoreException(String message, Throwable cause) {
        super(message, cause);
    }
}
