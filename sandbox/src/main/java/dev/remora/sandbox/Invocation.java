package dev.remora.sandbox;

import java.time.Instant;

/**
 * One event for a sandbox.
 *
 * @param event the payload, JSON
 * @param deadline when the function's timeout is over
 * @param clientContext the decoded JSON that the caller sent, or empty
 */
public record Invocation(
        String requestId, byte[] event, Instant deadline, String invokedFunctionArn, String traceId, String clientContext) {}
