/**
 * The pure model of a VPC and its compiler to a {@link dev.remora.net.Topology}.
 *
 * <p>No input, no output, no clock: values in, values out. It must not know AWS's wire or the store.
 */
@NullMarked
package dev.remora.vpc;

import org.jspecify.annotations.NullMarked;
