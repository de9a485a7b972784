/** {@code ./bench}: Remora against bare references, both sides in the same run, alternating. */
@NullMarked
package dev.remora.benchmark;

import org.jspecify.annotations.NullMarked;
