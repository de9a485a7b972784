package dev.remora.logs;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import java.util.ArrayList;
import java.util.List;

/**
 * A filter pattern, as "Filter pattern syntax" of the CloudWatch Logs user guide describes it: terms and phrases of unstructured
 * events, a regular expression between percent signs, or a condition on JSON in braces. Patterns of space-delimited events, in
 * brackets, are not supported and refused.
 */
sealed interface FilterPattern {
    boolean matches(String message);

    /** @throws dev.remora.wire.AwsError if it is not a pattern */
    static FilterPattern parse(String text) {
        String pattern = text.strip();
        if (pattern.startsWith("{")) {
            if (!pattern.endsWith("}")) {
                throw LogErrors.invalid("If a filter pattern starts with '{' it must end with '}'");
            }
            return new Json(JsonCondition.parse(pattern.substring(1, pattern.length() - 1)));
        }
        if (pattern.startsWith("[")) {
            throw LogErrors.invalid("Patterns of space-delimited events, in brackets, are not supported by Remora:"
                    + " see docs/coverage.md");
        }
        if (pattern.length() > 2 && pattern.startsWith("%") && pattern.endsWith("%")) {
            return new Expression(expression(pattern.substring(1, pattern.length() - 1)));
        }
        return Terms.parse(pattern);
    }

    /** A regular expression of the few characters and operators that AWS takes, matched by RE2, which never steps back. */
    static Pattern expression(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean known = c < 128 && (Character.isLetterOrDigit(c) || " :_#=@/;,-^$?[]{}|\\*+.".indexOf(c) >= 0);
            if (!known) {
                throw LogErrors.invalid("Invalid character(s) in term '" + c + "'");
            }
        }
        try {
            return Pattern.compile(text);
        } catch (PatternSyntaxException e) {
            throw LogErrors.invalid("Invalid filter pattern");
        }
    }

    record Json(JsonCondition condition) implements FilterPattern {
        @Override
        public boolean matches(String message) {
            return condition.matches(message);
        }
    }

    record Expression(Pattern pattern) implements FilterPattern {
        @Override
        public boolean matches(String message) {
            return pattern.matcher(message).find();
        }
    }

    /**
     * Terms: all of {@code required}, none of {@code excluded}, and where there are only optional ones, any of them. (The guide:
     * optional terms are ignored beside others.)
     */
    record Terms(List<String> required, List<String> excluded, List<String> optional) implements FilterPattern {
        @Override
        public boolean matches(String message) {
            return required.stream().allMatch(message::contains)
                    && excluded.stream().noneMatch(message::contains)
                    && (optional.isEmpty()
                            || !required.isEmpty()
                            || !excluded.isEmpty()
                            || optional.stream().anyMatch(message::contains));
        }

        static Terms parse(String text) {
            var terms = new Terms(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
            int at = 0;
            while (at < text.length()) {
                char c = text.charAt(at);
                if (Character.isWhitespace(c)) {
                    at++;
                    continue;
                }
                List<String> into = c == '-' ? terms.excluded : c == '?' ? terms.optional : terms.required;
                at = terms.term(text, into == terms.required ? at : at + 1, into);
            }
            return terms;
        }

        /** Reads a quoted phrase or a word at {@code at} and returns where it ends. */
        private int term(String text, int at, List<String> into) {
            var term = new StringBuilder();
            int end = at;
            if (at < text.length() && text.charAt(at) == '"') {
                end = at + 1;
                while (end < text.length() && text.charAt(end) != '"') {
                    if (text.charAt(end) == '\\' && end + 1 < text.length()) {
                        end++;
                    }
                    term.append(text.charAt(end++));
                }
                if (end >= text.length()) {
                    throw LogErrors.invalid("Invalid filter pattern");
                }
                end++;
            } else {
                while (end < text.length() && !Character.isWhitespace(text.charAt(end))) {
                    char c = text.charAt(end++);
                    if (!Character.isLetterOrDigit(c) && c != '_') {
                        throw LogErrors.invalid("Invalid character(s) in term '" + c + "'");
                    }
                    term.append(c);
                }
                if (term.isEmpty()) {
                    throw LogErrors.invalid("Invalid filter pattern");
                }
            }
            into.add(term.toString());
            return end;
        }
    }
}
