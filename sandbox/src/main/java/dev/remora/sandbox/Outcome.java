package dev.remora.sandbox;

/** How an init phase or an invocation ended. */
public sealed interface Outcome {
    /** Micros from handing out the event (or starting the process) to the end. */
    long micros();

    /** The runtime answered. Also the outcome of a good init, with an empty payload. */
    record Answered(byte[] payload, long micros) implements Outcome {}

    /**
     * The runtime reported an error.
     *
     * @param payload the JSON that the runtime posted: errorMessage, errorType, stackTrace
     * @param errorType from the header Lambda-Runtime-Function-Error-Type, or from the payload
     */
    record Errored(String errorType, byte[] payload, long micros) implements Outcome {}

    /**
     * The process ended without an answer.
     *
     * @param reason as AWS prints it: {@code exit status 1}, {@code signal: killed}, or empty for exit status 0
     * @param outOfMemory whether the memory limit killed it
     */
    record Exited(String reason, boolean outOfMemory, long micros) implements Outcome {}

    /** The time was over; the sandbox is dead. */
    record TimedOut(long micros) implements Outcome {}

    /** The answer was larger than may be. */
    record TooLarge(long size, long micros) implements Outcome {}
}
