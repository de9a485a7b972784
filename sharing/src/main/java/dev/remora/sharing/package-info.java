/**
 * Immutable sorted maps and sets that share what they have in common, and so can tell cheaply what they have not.
 *
 * <p>It knows nothing of what is kept in them.
 */
@NullMarked
package dev.remora.sharing;

import org.jspecify.annotations.NullMarked;
