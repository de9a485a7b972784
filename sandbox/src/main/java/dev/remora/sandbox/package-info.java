/**
 * Isolated processes: their root file system, limits and pools, and the Runtime API that a function's sandbox speaks.
 *
 * <p>It must not know AWS's control plane: it is given a {@link SandboxSpec} and answers with a {@link Sandbox}.
 */
@NullMarked
package dev.remora.sandbox;

import org.jspecify.annotations.NullMarked;
