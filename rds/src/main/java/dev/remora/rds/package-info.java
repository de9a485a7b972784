/**
 * RDS: DB subnet groups and DB instances, each a real PostgreSQL server, confined, in a network namespace of its own behind an
 * interface of its subnet.
 *
 * <p>It must not know how a namespace or a confinement is made.
 */
@NullMarked
package dev.remora.rds;

import org.jspecify.annotations.NullMarked;
