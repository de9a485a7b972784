/**
 * The only code that calls native functions: netlink, nf_tables, namespaces, mounts, control groups, process handles.
 *
 * <p>It must not know what its callers build: no VPC, no sandbox, no function is named here.
 */
@NullMarked
package dev.remora.linux;

import org.jspecify.annotations.NullMarked;
