package dev.remora.logs;

import dev.remora.logs.JsonCondition.And;
import dev.remora.logs.JsonCondition.Compare;
import dev.remora.logs.JsonCondition.Comparison;
import dev.remora.logs.JsonCondition.Is;
import dev.remora.logs.JsonCondition.Or;
import dev.remora.logs.JsonCondition.Selector;
import dev.remora.logs.JsonCondition.State;
import dev.remora.logs.JsonCondition.Step;
import dev.remora.logs.JsonCondition.Value;
import dev.remora.wire.AwsError;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads conditions: {@code or := and ("||" and)*}, {@code and := one ("&&" one)*}, {@code one := "(" or ")" | selector test},
 * {@code test := "IS" ("NULL" | "TRUE" | "FALSE") | "NOT EXISTS" | comparison value}.
 */
final class JsonConditionParser {
    private static final Map<String, Comparison> COMPARISONS = new LinkedHashMap<>();

    static {
        COMPARISONS.put("!=", Comparison.UNEQUAL);
        COMPARISONS.put("<=", Comparison.LESS_OR_EQUAL);
        COMPARISONS.put(">=", Comparison.GREATER_OR_EQUAL);
        COMPARISONS.put("=", Comparison.EQUAL);
        COMPARISONS.put("<", Comparison.LESS);
        COMPARISONS.put(">", Comparison.GREATER);
    }

    private final String text;
    private int at;

    JsonConditionParser(String text) {
        this.text = text;
    }

    JsonCondition whole() {
        JsonCondition condition = or(0);
        if (!atEnd()) {
            throw wrong();
        }
        return condition;
    }

    private JsonCondition or(int depth) {
        JsonCondition condition = and(depth);
        while (taken("||")) {
            condition = new Or(condition, and(depth));
        }
        return condition;
    }

    private JsonCondition and(int depth) {
        JsonCondition condition = one(depth);
        while (taken("&&")) {
            condition = new And(condition, one(depth));
        }
        return condition;
    }

    private JsonCondition one(int depth) {
        if (taken("(")) {
            if (depth == JsonCondition.MAX_DEPTH) {
                throw wrong();
            }
            JsonCondition inner = or(depth + 1);
            expect(")");
            return inner;
        }
        Selector selector = selector();
        if (taken("IS")) {
            return new State(selector, taken("NULL") ? Is.NULL : taken("TRUE") ? Is.TRUE : expected("FALSE", Is.FALSE));
        }
        if (taken("NOT")) {
            return new State(selector, expected("EXISTS", Is.MISSING));
        }
        for (var comparison : COMPARISONS.entrySet()) {
            if (taken(comparison.getKey())) {
                return new Compare(selector, comparison.getValue(), value());
            }
        }
        throw wrong();
    }

    private Selector selector() {
        expect("$");
        var steps = new ArrayList<Step>();
        while (at < text.length() && (text.charAt(at) == '.' || text.charAt(at) == '[')) {
            steps.add(text.charAt(at++) == '.' ? new Step.Member(name()) : element());
        }
        if (steps.isEmpty()) {
            throw wrong();
        }
        return new Selector(List.copyOf(steps));
    }

    private String name() {
        int start = at;
        while (at < text.length() && (Character.isLetterOrDigit(text.charAt(at)) || "_-@:".indexOf(text.charAt(at)) >= 0)) {
            at++;
        }
        if (start == at) {
            throw at < text.length() ? LogErrors.invalid("Invalid character(s) in term '$." + text.charAt(at) + "'") : wrong();
        }
        return text.substring(start, at);
    }

    private Step element() {
        int end = text.indexOf(']', at);
        if (end < 0) {
            throw wrong();
        }
        String inside = text.substring(at, end).strip();
        at = end + 1;
        if (inside.equals("*")) {
            return new Step.AllElements();
        }
        if (inside.matches("[0-9]{1,9}")) {
            return new Step.Element(Integer.parseInt(inside));
        }
        if (inside.matches("'[^']+'|\"[^\"]+\"")) {
            return new Step.Member(inside.substring(1, inside.length() - 1));
        }
        throw wrong();
    }

    private Value value() {
        skipSpace();
        if (at == text.length()) {
            throw wrong();
        }
        char first = text.charAt(at);
        if (first == '"') {
            return Value.of(quoted());
        }
        if (first == '%') {
            int end = text.indexOf('%', at + 1);
            if (end < 0) {
                throw wrong();
            }
            String expression = text.substring(at + 1, end);
            at = end + 1;
            return Value.expression(expression);
        }
        int start = at;
        while (at < text.length() && !Character.isWhitespace(text.charAt(at)) && "()&|=<>!\"".indexOf(text.charAt(at)) < 0) {
            at++;
        }
        if (start == at) {
            throw wrong();
        }
        return Value.of(text.substring(start, at));
    }

    private String quoted() {
        var value = new StringBuilder();
        at++;
        while (at < text.length() && text.charAt(at) != '"') {
            if (text.charAt(at) == '\\' && at + 1 < text.length()) {
                at++;
            }
            value.append(text.charAt(at++));
        }
        if (at == text.length()) {
            throw wrong();
        }
        at++;
        return value.toString();
    }

    private <T> T expected(String token, T value) {
        expect(token);
        return value;
    }

    private void expect(String token) {
        if (!taken(token)) {
            throw wrong();
        }
    }

    private boolean taken(String token) {
        skipSpace();
        if (!text.regionMatches(true, at, token, 0, token.length())) {
            return false;
        }
        at += token.length();
        return true;
    }

    private boolean atEnd() {
        skipSpace();
        return at == text.length();
    }

    private void skipSpace() {
        while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
            at++;
        }
    }

    private static AwsError wrong() {
        return LogErrors.invalid("Invalid filter pattern");
    }
}
