package dev.remora.lambda;

import java.math.BigDecimal;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiPredicate;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * One filter of an event source mapping: a JSON object with the form of a record, whose leaves are lists of what a value may be
 * ("Control which events Lambda sends to your function"). All members must match; of a list, one element must.
 *
 * <p>A queue's record has its body as text. A pattern for members of the body looks into a body that is a JSON object, and a
 * pattern for the text of the body matches only one that is not; where the two differ in kind, the record does not match ("Using
 * event filtering with an Amazon SQS event source").
 */
final class EventFilter {
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final String BODY = "body";
    private static final String OR = "$or";

    private static final Map<String, BiPredicate<JsonNode, JsonNode>> TEXT_RULES = Map.of(
            "prefix", (rule, value) -> value.isString() && value.stringValue().startsWith(rule.stringValue()),
            "suffix", (rule, value) -> value.isString() && value.stringValue().endsWith(rule.stringValue()),
            "equals-ignore-case", (rule, value) -> value.isString()
                    && value.stringValue().toLowerCase(Locale.ROOT).equals(rule.stringValue().toLowerCase(Locale.ROOT)));

    private final JsonNode pattern;

    private EventFilter(JsonNode pattern) {
        this.pattern = pattern;
    }

    /** Reads a pattern; empty if it is none, or one with a rule that does not exist. */
    static Optional<EventFilter> of(String text) {
        try {
            JsonNode pattern = JSON.readTree(text);
            return pattern.isObject() && !pattern.isEmpty() && wellFormed(pattern)
                    ? Optional.of(new EventFilter(pattern))
                    : Optional.empty();
        } catch (JacksonException e) {
            return Optional.empty();
        }
    }

    private static boolean wellFormed(JsonNode pattern) {
        for (var member : pattern.properties()) {
            JsonNode value = member.getValue();
            boolean fits = member.getKey().equals(OR)
                    ? value.isArray() && value.size() > 1 && allObjects(value)
                    : value.isObject() ? !value.isEmpty() && wellFormed(value) : value.isArray() && allRules(value);
            if (!fits) {
                return false;
            }
        }
        return true;
    }

    private static boolean allObjects(JsonNode list) {
        for (JsonNode each : list) {
            if (!each.isObject() || !wellFormed(each)) {
                return false;
            }
        }
        return true;
    }

    private static boolean allRules(JsonNode list) {
        for (JsonNode each : list) {
            if (each.isArray() || each.isObject() && !isRule(each)) {
                return false;
            }
        }
        return !list.isEmpty();
    }

    private static boolean isRule(JsonNode rule) {
        if (rule.size() != 1) {
            return false;
        }
        var only = rule.properties().iterator().next();
        JsonNode value = only.getValue();
        return switch (only.getKey()) {
            case "exists" -> value.isBoolean();
            case "anything-but" ->
                value.isString() || value.isNumber() || value.isArray() && !value.isEmpty() && allScalars(value);
            case "numeric" -> isRange(value);
            default -> TEXT_RULES.containsKey(only.getKey()) && value.isString();
        };
    }

    private static boolean allScalars(JsonNode list) {
        for (JsonNode each : list) {
            if (!each.isString() && !each.isNumber()) {
                return false;
            }
        }
        return true;
    }

    private static boolean isRange(JsonNode range) {
        if (!range.isArray() || range.size() != 2 && range.size() != 4) {
            return false;
        }
        for (int i = 0; i < range.size(); i += 2) {
            boolean operator = List.of("=", "<", "<=", ">", ">=").contains(range.get(i).asString(""));
            if (!operator || !range.get(i + 1).isNumber()) {
                return false;
            }
        }
        return true;
    }

    /** Whether a record of a queue matches. */
    boolean matches(JsonNode record) {
        return object(pattern, record, true);
    }

    private static boolean object(JsonNode pattern, JsonNode value, boolean top) {
        for (var member : pattern.properties()) {
            if (!member(member.getKey(), member.getValue(), value, top)) {
                return false;
            }
        }
        return true;
    }

    private static boolean member(String name, JsonNode pattern, JsonNode in, boolean top) {
        if (name.equals(OR)) {
            for (JsonNode alternative : pattern) {
                if (object(alternative, in, top)) {
                    return true;
                }
            }
            return false;
        }
        JsonNode value = in.path(name);
        if (top && name.equals(BODY)) {
            JsonNode json = json(value.asString(""));
            if (pattern.isObject()) {
                return json.isObject() && object(pattern, json, false);
            }
            return !json.isContainer() && leaf(pattern, value);
        }
        return pattern.isObject() ? object(pattern, value, false) : leaf(pattern, value);
    }

    private static JsonNode json(String text) {
        try {
            return JSON.readTree(text);
        } catch (JacksonException e) {
            return JSON.missingNode();
        }
    }

    /** A list in a record matches if one of its elements does. */
    private static boolean leaf(JsonNode rules, JsonNode value) {
        for (JsonNode rule : rules) {
            if (value.isArray() && !rule.has("exists")) {
                for (JsonNode each : value) {
                    if (rule(rule, each)) {
                        return true;
                    }
                }
            } else if (rule(rule, value)) {
                return true;
            }
        }
        return false;
    }

    private static boolean rule(JsonNode rule, JsonNode value) {
        if (!rule.isObject()) {
            return same(rule, value);
        }
        var only = rule.properties().iterator().next();
        JsonNode argument = only.getValue();
        return switch (only.getKey()) {
            case "exists" -> argument.booleanValue() != value.isMissingNode();
            case "anything-but" -> !value.isMissingNode() && anythingBut(argument, value);
            case "numeric" -> value.isNumber() && inRange(argument, value.decimalValue());
            default -> TEXT_RULES.getOrDefault(only.getKey(), (a, b) -> false).test(argument, value);
        };
    }

    private static boolean same(JsonNode rule, JsonNode value) {
        return rule.isNumber() && value.isNumber()
                ? rule.decimalValue().compareTo(value.decimalValue()) == 0
                : rule.equals(value);
    }

    private static boolean anythingBut(JsonNode argument, JsonNode value) {
        if (!argument.isArray()) {
            return !same(argument, value);
        }
        for (JsonNode each : argument) {
            if (same(each, value)) {
                return false;
            }
        }
        return true;
    }

    private static boolean inRange(JsonNode range, BigDecimal value) {
        for (int i = 0; i < range.size(); i += 2) {
            int compared = value.compareTo(range.get(i + 1).decimalValue());
            boolean holds = switch (range.get(i).stringValue()) {
                case "=" -> compared == 0;
                case "<" -> compared < 0;
                case "<=" -> compared <= 0;
                case ">" -> compared > 0;
                default -> compared >= 0;
            };
            if (!holds) {
                return false;
            }
        }
        return true;
    }
}
