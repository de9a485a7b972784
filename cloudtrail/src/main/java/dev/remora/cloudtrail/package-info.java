/**
 * CloudTrail: who called what, what was decided, and by which statement.
 *
 * <p>Events are kept in memory, the newest of them, and end with the server: what an account has does not depend on them.
 */
@NullMarked
package dev.remora.cloudtrail;

import org.jspecify.annotations.NullMarked;
