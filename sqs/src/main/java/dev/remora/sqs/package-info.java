/** Amazon SQS: queues and their messages. Knows nothing of who else in Remora receives from them. */
@NullMarked
package dev.remora.sqs;

import org.jspecify.annotations.NullMarked;
