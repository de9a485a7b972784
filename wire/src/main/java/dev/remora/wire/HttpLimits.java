package dev.remora.wire;

/** The limits of the HTTP front. */
public final class HttpLimits {
    /**
     * Lambda's limit for the body of CreateFunction and UpdateFunctionCode, the largest of the requests that we take.
     */
    public static final int MAX_BODY_BYTES = 70_167_211;

    /** The largest document of S3, whose other bodies are not held: the parts of an upload, ten thousand with checksums. */
    public static final int MAX_DOCUMENT_BYTES = 8 << 20;

    /** How much of a body that nobody reads any more is read away, so that its connection can go on. */
    static final int MAX_DRAINED_BYTES = 1 << 20;

    /** Connections that one listener holds at once; further ones wait in the kernel's queue. */
    public static final int MAX_CONNECTIONS = 10_000;

    /** Bytes of all headers of one request. */
    public static final int MAX_HEADER_BYTES = 32 * 1024;

    private HttpLimits() {}
}
