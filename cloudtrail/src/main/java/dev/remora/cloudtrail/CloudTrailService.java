package dev.remora.cloudtrail;

import dev.remora.wire.Audit;
import dev.remora.wire.Authorizer.Decision;
import dev.remora.wire.AwsError;
import dev.remora.wire.Operations;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;

/** CloudTrail, put together. */
public final class CloudTrailService {
    private static final String DENIED = "DENIED";
    private static final String WAIVED = "would be denied";
    private final Trail trail = new Trail();

    public Operations operations() {
        return Operations.later(CloudTrailOperations.SERVICE, () -> CloudTrailOperations.of(trail));
    }

    /** What the dispatcher tells of the calls that it answered. */
    public Audit audit() {
        return trail;
    }

    /**
     * A call, for people.
     *
     * @param number rises with every call; for asking for what came later
     * @param outcome {@code allowed}, {@code DENIED}, {@code would be denied}, or the code of another error
     * @param because the statement that decided, or what no policy does; empty where nothing is to be said
     */
    public record Line(
            long number, String time, String principal, String action, String resource, String outcome, String because) {
        /** Whether policies do not allow it. */
        public boolean refused() {
            return outcome.equals(DENIED) || outcome.equals(WAIVED);
        }
    }

    /** The calls in an account, oldest first. */
    public List<Line> lines(String account, long after) {
        return trail.of(account, after).stream().map(CloudTrailService::line).toList();
    }

    private static Line line(TrailEvent event) {
        Optional<Decision> decision = Optional.ofNullable(event.answered().decision());
        String action = event.answered().action().isEmpty()
                ? event.service() + ":" + event.operation() : event.answered().action();
        return new Line(event.number(), event.time().truncatedTo(ChronoUnit.MILLIS).toString(), event.principal().arn(), action,
                decision.map(Decision::resource).orElse(""), outcome(event), because(event, action));
    }

    private static String outcome(TrailEvent event) {
        AwsError error = event.answered().error();
        if (event.denied()) {
            return DENIED;
        }
        if (event.waived()) {
            return WAIVED;
        }
        return error == null ? "allowed" : error.code();
    }

    private static String because(TrailEvent event, String action) {
        Decision decision = event.answered().decision();
        if (decision == null || !event.denied() && !event.waived()) {
            return "";
        }
        return decision.decidedBy()
                .map(source -> source.policy() + (source.sid().isEmpty() ? "" : " (" + source.sid() + ")"))
                .orElseGet(() -> decision.reason().because(action).strip());
    }
}
