package dev.remora.wire;

/** One operation of a service: an SDK request in, an SDK response out, or an {@link AwsError}. */
@FunctionalInterface
public interface Handler<I, O> {
    O handle(I request, Call call);
}
