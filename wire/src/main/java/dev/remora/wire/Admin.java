package dev.remora.wire;

/** A plain route beside the API, e.g. the health page; answers only peers on the host's loopback. */
@FunctionalInterface
public interface Admin {
    Response handle(Request request);
}
