package dev.remora.ssm;

import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** The pattern that a parameter's values must match. It is the caller's, so that its patience has a limit. */
final class AllowedPattern {
    /** Characters looked at before a match is given up; patterns that backtrack without end look at more. */
    private static final int MAX_LOOKS = 5_000_000;

    private AllowedPattern() {}

    static void check(String pattern, String value) {
        boolean matches;
        try {
            matches = Pattern.compile(pattern).matcher(new Watched(value, new int[1])).find();
        } catch (PatternSyntaxException | StackOverflowError | Exhausted e) {
            throw SsmErrors.of("InvalidAllowedPatternException", "The request doesn't meet the regular expression requirement.");
        }
        if (!matches) {
            throw SsmErrors.of("ParameterPatternMismatchException",
                    "Parameter value, cannot be validated against allowedPattern: " + pattern);
        }
    }

    private static final class Exhausted extends RuntimeException {
        Exhausted() {
            super(null, null, false, false);
        }
    }

    private record Watched(CharSequence text, int[] looks) implements CharSequence {
        @Override
        public char charAt(int index) {
            if (++looks[0] > MAX_LOOKS) {
                throw new Exhausted();
            }
            return text.charAt(index);
        }

        @Override
        public int length() {
            return text.length();
        }

        @Override
        public CharSequence subSequence(int start, int end) {
            return new Watched(text.subSequence(start, end), looks);
        }

        @Override
        public String toString() {
            return text.toString();
        }
    }
}
