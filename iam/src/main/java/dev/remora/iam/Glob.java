package dev.remora.iam;

/**
 * Texts with wildcards. Inside a pattern the two wildcards are the private characters {@link #ANY} and {@link #ONE}, so that a
 * literal asterisk (from {@code ${*}} or from a variable's value) is told apart from a wildcard.
 */
final class Glob {
    /** Any number of characters, {@code *} in a policy. */
    static final char ANY = '\uE000';

    /** Exactly one character, {@code ?} in a policy. */
    static final char ONE = '\uE001';

    private Glob() {}

    /** The pattern of a text in which every {@code *} and {@code ?} is a wildcard. */
    static String pattern(String text) {
        return text.replace('*', ANY).replace('?', ONE);
    }

    /** Whether a value could be mistaken for a pattern; such values match nothing. */
    static boolean hasWildcard(String text) {
        return text.indexOf(ANY) >= 0 || text.indexOf(ONE) >= 0;
    }

    /** What a pattern says before its first wildcard. */
    static String head(String pattern) {
        int end = 0;
        while (end < pattern.length() && pattern.charAt(end) != ANY && pattern.charAt(end) != ONE) {
            end++;
        }
        return pattern.substring(0, end);
    }

    /** What a pattern says after its last wildcard. */
    static String tail(String pattern) {
        int start = pattern.length();
        while (start > 0 && pattern.charAt(start - 1) != ANY && pattern.charAt(start - 1) != ONE) {
            start--;
        }
        return pattern.substring(start);
    }

    /**
     * Whether the whole text matches. Only the last {@code ANY} is ever tried again, so the time is at most the product of the
     * lengths and no pattern can make it explode.
     */
    static boolean matches(String pattern, String text) {
        return matches(pattern, 0, pattern.length(), text, 0, text.length());
    }

    /** The same for a part of each, from an index to another. */
    static boolean matches(String pattern, int patternFrom, int patternTo, String text, int textFrom, int textTo) {
        int p = patternFrom;
        int t = textFrom;
        int star = -1;
        int resume = 0;
        while (t < textTo) {
            if (p < patternTo && pattern.charAt(p) == ANY) {
                star = p++;
                if (p == patternTo) {
                    return true;
                }
                resume = t;
            } else if (p < patternTo && (pattern.charAt(p) == ONE || pattern.charAt(p) == text.charAt(t))) {
                p++;
                t++;
            } else if (star >= 0) {
                p = star + 1;
                t = ++resume;
            } else {
                return false;
            }
        }
        while (p < patternTo && pattern.charAt(p) == ANY) {
            p++;
        }
        return p == patternTo;
    }
}
