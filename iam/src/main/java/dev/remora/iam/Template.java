package dev.remora.iam;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A text of a policy in which variables ({@code ${aws:PrincipalTag/team, 'none'}}) stand for what the request says, as the IAM
 * User Guide's "IAM policy elements: Variables and tags" has it. {@code ${*}}, {@code ${?}} and {@code ${$}} are those characters
 * themselves. A value put in for a variable is literal: an asterisk in it is not a wildcard.
 */
final class Template {
    private sealed interface Piece permits Text, Variable {}

    private record Text(String text) implements Piece {}

    /** @param otherwise the default, if the policy gives one */
    private record Variable(Facts.Key key, Optional<String> otherwise) implements Piece {}

    private final List<Piece> pieces;
    private final Optional<String> constant;
    /** What a constant pattern says before its first wildcard, and after its last: most texts are told apart by these. */
    private final String head;

    private final String tail;

    private Template(List<Piece> pieces) {
        this.pieces = pieces;
        this.constant = pieces.stream().allMatch(Text.class::isInstance)
                ? Optional.of(pieces.stream().map(p -> ((Text) p).text()).reduce("", String::concat))
                : Optional.empty();
        this.head = constant.map(Glob::head).orElse("");
        this.tail = constant.map(pattern -> pattern.substring(head.length())).map(Glob::tail).orElse("");
    }

    /**
     * @param variables whether {@code ${…}} means anything, which it does from version 2012-10-17 on
     * @param wildcards whether {@code *} and {@code ?} are wildcards; the result of {@link #fill} is then a pattern of {@link
     *     Glob}
     */
    static Template of(String text, boolean variables, boolean wildcards) {
        return of(text, variables ? 0 : text.length(), wildcards);
    }

    /** @param variablesFrom from which character on a variable means something */
    static Template of(String text, int variablesFrom, boolean wildcards) {
        var pieces = new ArrayList<Piece>();
        int at = 0;
        while (at < text.length()) {
            int open = text.indexOf("${", Math.max(at, variablesFrom));
            int close = open < 0 ? -1 : text.indexOf('}', open);
            if (close < 0) {
                break;
            }
            if (open > at) {
                pieces.add(literal(text.substring(at, open), wildcards));
            }
            pieces.add(variable(text.substring(open + 2, close).strip()));
            at = close + 1;
        }
        if (at < text.length()) {
            pieces.add(literal(text.substring(at), wildcards));
        }
        return new Template(List.copyOf(pieces));
    }

    private static Piece literal(String text, boolean wildcards) {
        return new Text(wildcards ? Glob.pattern(text) : text);
    }

    private static Piece variable(String inside) {
        if (inside.equals("*") || inside.equals("?") || inside.equals("$")) {
            return new Text(inside);
        }
        int comma = inside.indexOf(',');
        if (comma < 0) {
            return new Variable(Facts.Key.of(inside), Optional.empty());
        }
        String otherwise = inside.substring(comma + 1).strip();
        if (otherwise.length() >= 2 && otherwise.startsWith("'") && otherwise.endsWith("'")) {
            otherwise = otherwise.substring(1, otherwise.length() - 1);
        }
        return new Variable(Facts.Key.of(inside.substring(0, comma).strip()), Optional.of(otherwise));
    }

    /** The condition keys that its variables stand for. */
    Stream<Facts.Key> keys() {
        return pieces.stream().filter(Variable.class::isInstance).map(piece -> ((Variable) piece).key());
    }

    /** The text where it does not depend on the request. */
    Optional<String> constant() {
        return constant;
    }

    /** Whether it is a pattern that a text fits in this request; a variable without a value fits nothing. */
    boolean covers(String text, Facts facts) {
        if (constant.isPresent()) {
            String pattern = constant.get();
            int from = head.length();
            return text.startsWith(head)
                    && text.endsWith(tail)
                    && Glob.matches(pattern, from, pattern.length(), text, from, text.length());
        }
        Optional<String> pattern = fill(facts);
        return pattern.isPresent() && Glob.matches(pattern.get(), text);
    }

    /** The text for one request, or nothing if a variable has not exactly one value and no default. */
    Optional<String> fill(Facts facts) {
        if (constant.isPresent()) {
            return constant;
        }
        var filled = new StringBuilder();
        for (Piece piece : pieces) {
            switch (piece) {
                case Text text -> filled.append(text.text());
                case Variable variable -> {
                    List<String> values = facts.values(variable.key());
                    Optional<String> value = values.isEmpty() ? variable.otherwise()
                            : values.size() == 1 ? Optional.of(values.getFirst()) : Optional.empty();
                    if (value.isEmpty() || Glob.hasWildcard(value.get())) {
                        return Optional.empty();
                    }
                    filled.append(value.get());
                }
            }
        }
        return Optional.of(filled.toString());
    }
}
