/**
 * How the built Remora is driven from outside: its process, accounts, and the unmodified clients. The tests beside it and the
 * benchmarks use it; nothing of the product does.
 */
@NullMarked
package dev.remora.e2e;

import org.jspecify.annotations.NullMarked;
