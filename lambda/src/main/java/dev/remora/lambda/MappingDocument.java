package dev.remora.lambda;

import dev.remora.store.Kind;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * An event source mapping; stored under its UUID.
 *
 * @param functionArn the function as it was named, with a qualifier if one was given
 * @param state as answers print it
 * @param enabled what it is to be when it rests
 * @param filters patterns, of which one must match; none lets everything through
 * @param problem what last kept it from working, for LastProcessingResult, or empty
 */
record MappingDocument(
        String uuid,
        String functionArn,
        String sourceArn,
        State state,
        boolean enabled,
        int batchSize,
        int windowSeconds,
        Optional<Integer> concurrencyMax,
        boolean reportsItemFailures,
        List<String> filters,
        Instant modified,
        String problem) {
    /** Found under {@code source} by the ARN of the queue. */
    static final Kind<MappingDocument> KIND =
            Kind.of("lambda.mapping", MappingDocument.class).index("source", m -> List.of(m.sourceArn()));

    enum State {
        CREATING("Creating"),
        ENABLING("Enabling"),
        ENABLED("Enabled"),
        DISABLING("Disabling"),
        DISABLED("Disabled"),
        UPDATING("Updating"),
        DELETING("Deleting");

        final String text;

        State(String text) {
            this.text = text;
        }
    }

    MappingDocument {
        filters = List.copyOf(filters);
    }

    boolean fifo() {
        return sourceArn.endsWith(".fifo");
    }

    boolean rests() {
        return state == State.ENABLED || state == State.DISABLED;
    }

    MappingDocument in(State next) {
        return new MappingDocument(uuid, functionArn, sourceArn, next, enabled, batchSize, windowSeconds, concurrencyMax,
                reportsItemFailures, filters, modified, problem);
    }

    MappingDocument with(String newProblem) {
        return new MappingDocument(uuid, functionArn, sourceArn, state, enabled, batchSize, windowSeconds, concurrencyMax,
                reportsItemFailures, filters, modified, newProblem);
    }
}
