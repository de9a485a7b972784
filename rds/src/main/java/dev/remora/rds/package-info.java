/**
 * RDS: DB subnet groups and DB instances, each a real PostgreSQL or MariaDB server; and DB proxies, each a
 * real PgBouncer.
 *
 * <p>It must not know how a namespace or a confinement is made, nor when a server is started and ended.
 */
@NullMarked
package dev.remora.rds;

import org.jspecify.annotations.NullMarked;
