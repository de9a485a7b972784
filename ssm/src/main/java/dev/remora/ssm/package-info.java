/** Parameter Store of Systems Manager. */
@NullMarked
package dev.remora.ssm;

import org.jspecify.annotations.NullMarked;
