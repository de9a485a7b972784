package dev.remora.store;

/**
 * Where rows are appended.
 *
 * @param family what is read, swept and dropped together, e.g. a log group, or all queues of asynchronous invocations
 * @param name the stream in it, e.g. a log stream, or the function whose queue it is
 */
public record StreamName(Family family, String name) {
    /**
     * Streams that belong together. They are in one scope; what is read across scopes (the queues of all accounts) chooses a
     * scope of its own.
     *
     * @param name begins with the owner's module by convention, e.g. {@code logs:/aws/lambda/f}
     */
    public record Family(Scope scope, String name) {}
}
