/**
 * ElastiCache: subnet groups, cache clusters, replication groups of one node and serverless caches, each a real memcached, Redis
 * or Valkey server.
 *
 * <p>It must not know how a namespace or a confinement is made, nor when a server is started and ended.
 */
@NullMarked
package dev.remora.elasticache;

import org.jspecify.annotations.NullMarked;
