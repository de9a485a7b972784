package dev.remora.app;

/** A server cannot start for a reason that its user can see and change; the message is one line for them. */
final class StartFailure extends RuntimeException {
    StartFailure(String message) {
        super(message, null, false, false);
    }

    String line() {
        return String.valueOf(getMessage());
    }
}
