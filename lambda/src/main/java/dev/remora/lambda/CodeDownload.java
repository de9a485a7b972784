package dev.remora.lambda;

import java.nio.file.Path;

/** The answer to a request for a function's code by a link of GetFunction. */
public sealed interface CodeDownload {
    /** The zip, for reading only; {@code Content-Type: application/zip}. */
    record Found(Path zip) implements CodeDownload {}

    record Refused(int status, String message) implements CodeDownload {}
}
