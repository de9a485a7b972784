package dev.remora.wire;

/** An operation that reads its request's body while it comes: an SDK request and the body in, an SDK response out. */
@FunctionalInterface
public interface Receiver<I, O> {
    O handle(I request, Call call, Body body);
}
