/** CloudWatch Logs. */
@NullMarked
package dev.remora.logs;

import org.jspecify.annotations.NullMarked;
