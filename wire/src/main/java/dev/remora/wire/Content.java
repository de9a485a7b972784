package dev.remora.wire;

import java.io.InputStream;

/** The body of an answer as a stream, which whoever sends the answer reads once and closes. */
public record Content(long length, InputStream bytes) {}
