/**
 * Documents, transactions, the change feed, streams, blobs, ids and the clock.
 *
 * <p>The store knows nothing of AWS: a document is a record of the module that owns it, kept under a {@link Kind}, a
 * {@link Scope} and an id. It must not know who reads its feed.
 */
@NullMarked
package dev.remora.store;

import org.jspecify.annotations.NullMarked;
