/** Lambda: functions, their states, Hyperplane interfaces, and the invoke path. */
@NullMarked
package dev.remora.lambda;

import org.jspecify.annotations.NullMarked;
