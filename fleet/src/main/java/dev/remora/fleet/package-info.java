/**
 * Managed servers: real server programs (databases, caches, proxies), each confined in a network namespace of its own behind an
 * interface of a subnet, kept equal to the documents that services write.
 *
 * <p>It must not know which service a server belongs to, nor AWS's names and words for anything.
 */
@NullMarked
package dev.remora.fleet;

import org.jspecify.annotations.NullMarked;
