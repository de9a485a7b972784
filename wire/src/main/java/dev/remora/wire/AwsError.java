package dev.remora.wire;

import java.util.Map;

/**
 * A client's mistake, in AWS's own code and words; the protocol decides how it looks on the wire. Thrown where the
 * mistake is found. Anything else that a handler throws is a bug and leaves as {@code InternalFailure}.
 */
public final class AwsError extends RuntimeException {
    private final String code;
    private final int status;
    private final Map<String, Object> members;

    public AwsError(String code, int status, String message) {
        this(code, status, message, Map.of());
    }

    /**
     * {@code members} are further members of the error's body, e.g. {@code Reason} of Lambda's
     * TooManyRequestsException.
     */
    public AwsError(String code, int status, String message, Map<String, Object> members) {
        super(message, null, false, false);
        this.code = code;
        this.status = status;
        this.members = Map.copyOf(members);
    }

    public String code() {
        return code;
    }

    public int status() {
        return status;
    }

    public String text() {
        String m = getMessage();
        return m == null ? "" : m;
    }

    public Map<String, Object> members() {
        return members;
    }

    @Override
    public String toString() {
        return code + ": " + text();
    }
}
