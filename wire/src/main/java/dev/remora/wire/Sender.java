package dev.remora.wire;

import org.jspecify.annotations.Nullable;

/** An operation whose answer has a body besides what the SDK's response says. */
@FunctionalInterface
public interface Sender<I, O> {
    Sent<O> handle(I request, Call call);

    /** An answer; without a content its body is empty. */
    record Sent<O>(O response, @Nullable Content content) {}
}
