/** RDS: database instances that are real servers in namespaces of their own. */
@NullMarked
package dev.remora.rds;

import org.jspecify.annotations.NullMarked;
