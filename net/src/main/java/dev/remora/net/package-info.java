/**
 * The data plane: makes the kernel equal to a {@link Topology}, lends slots, resolves names, counts and lists drops.
 *
 * <p>It takes and returns plain values. It knows groups and subnets by their ids only, and must not know AWS's wire, the
 * store or a function.
 */
@NullMarked
package dev.remora.net;

import org.jspecify.annotations.NullMarked;
