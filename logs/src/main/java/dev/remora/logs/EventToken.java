package dev.remora.logs;

import dev.remora.store.Streams.Direction;
import dev.remora.store.Streams.Position;
import java.time.Instant;
import java.util.regex.Pattern;

/**
 * A token of GetLogEvents: a direction and the place after which (forwards) or before which (backwards) to go on. It looks like
 * AWS's: {@code f/}, 56 digits, {@code /s}. A token stays good for ever, and the place may be one where there is nothing yet.
 */
record EventToken(Direction direction, Position position) {
    private static final int TIME_DIGITS = 19;
    private static final Pattern FORM = Pattern.compile("([fb])/([0-9]{56})/s");

    static EventToken parse(String token) {
        var parts = FORM.matcher(token);
        if (!parts.matches()) {
            throw LogErrors.badToken();
        }
        return new EventToken(parts.group(1).equals("f") ? Direction.FORWARDS : Direction.BACKWARDS, position(parts.group(2)));
    }

    static EventToken forwards(Position after) {
        return new EventToken(Direction.FORWARDS, after);
    }

    static EventToken backwards(Position before) {
        return new EventToken(Direction.BACKWARDS, before);
    }

    /** 56 digits that sort as the positions do; also the form of an event's id. */
    static String digits(Position position) {
        return "%019d%037d".formatted(position.time().toEpochMilli(), position.sequence());
    }

    /** The position in {@link #digits}. */
    static Position position(String digits) {
        if (!digits.matches("[0-9]{56}")) {
            throw LogErrors.badToken();
        }
        try {
            return new Position(Instant.ofEpochMilli(Long.parseLong(digits.substring(0, TIME_DIGITS))),
                    Long.parseLong(digits.substring(TIME_DIGITS)));
        } catch (NumberFormatException e) {
            throw LogErrors.badToken();
        }
    }

    @Override
    public String toString() {
        return (direction == Direction.FORWARDS ? "f/" : "b/") + digits(position) + "/s";
    }
}
