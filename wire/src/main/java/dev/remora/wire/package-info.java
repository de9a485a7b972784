/**
 * AWS's wire: protocols over the SDK's own model classes, SigV4, validation, errors, pagination, the dispatcher.
 *
 * <p>A service is a table of operations ({@link Operations}); everything that a request passes before and after its
 * handler is here. It must not know any service by name.
 */
@NullMarked
package dev.remora.wire;

import org.jspecify.annotations.NullMarked;
