package dev.remora.store;

import java.util.function.Consumer;
import java.util.function.Function;

/** Documents, transactions, and the feed of what was committed. */
public interface Store extends AutoCloseable {
    /** The newest durable state. */
    View view();

    /**
     * Runs {@code work} as one transaction and returns its result once all that it wrote is durable. Transactions run one after
     * another, so {@code work} may check anything that it reads; it must be short, must not block, and must not call the store.
     * What it throws undoes all its writes and is thrown on.
     *
     * @throws StoreException if the transaction could not be made durable; nothing of it is then visible
     */
    <R> R write(Function<Transaction, R> work);

    /**
     * Calls {@code listener} once for each transaction committed from now on, in order, on the feed's own thread. A slow listener
     * delays the others. What it throws is logged and does not stop the feed.
     */
    AutoCloseable follow(Consumer<Change> listener);

    @Override
    void close();
}
