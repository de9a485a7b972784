package dev.remora.logs;

import com.google.re2j.Pattern;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The condition between the braces of a JSON filter pattern, over the JSON that an event's message is. */
sealed interface JsonCondition {
    /** Parentheses may be so deep. */
    int MAX_DEPTH = 32;

    boolean holds(JsonNode event);

    static JsonCondition parse(String text) {
        var parser = new JsonConditionParser(text);
        return parser.whole();
    }

    /** Whether the message is JSON for which the condition holds. */
    default boolean matches(String message) {
        String text = message.strip();
        if (!text.startsWith("{") && !text.startsWith("[")) {
            return false;
        }
        try {
            return holds(Reader.MAPPER.readTree(text));
        } catch (JacksonException notJson) {
            return false;
        }
    }

    /** Made when the first JSON pattern comes. */
    final class Reader {
        private static final JsonMapper MAPPER = new JsonMapper();

        private Reader() {}
    }

    record And(JsonCondition left, JsonCondition right) implements JsonCondition {
        @Override
        public boolean holds(JsonNode event) {
            return left.holds(event) && right.holds(event);
        }
    }

    record Or(JsonCondition left, JsonCondition right) implements JsonCondition {
        @Override
        public boolean holds(JsonNode event) {
            return left.holds(event) || right.holds(event);
        }
    }

    enum Is {
        NULL,
        TRUE,
        FALSE,
        MISSING
    }

    /** {@code IS NULL}, {@code IS TRUE}, {@code IS FALSE} and {@code NOT EXISTS}. */
    record State(Selector selector, Is is) implements JsonCondition {
        @Override
        public boolean holds(JsonNode event) {
            List<JsonNode> found = selector.select(event);
            return switch (is) {
                case NULL -> found.stream().anyMatch(JsonNode::isNull);
                case TRUE -> found.stream().anyMatch(n -> n.isBoolean() && n.booleanValue());
                case FALSE -> found.stream().anyMatch(n -> n.isBoolean() && !n.booleanValue());
                case MISSING -> found.isEmpty();
            };
        }
    }

    enum Comparison {
        EQUAL,
        UNEQUAL,
        LESS,
        LESS_OR_EQUAL,
        GREATER,
        GREATER_OR_EQUAL
    }

    /** A comparison of one value; a member that is not there compares as nothing, not even as unequal. */
    record Compare(Selector selector, Comparison comparison, Value value) implements JsonCondition {
        @Override
        public boolean holds(JsonNode event) {
            return selector.select(event).stream().anyMatch(this::holdsFor);
        }

        private boolean holdsFor(JsonNode node) {
            return switch (comparison) {
                case EQUAL -> value.equal(node);
                case UNEQUAL -> !value.equal(node);
                case LESS -> value.compared(node, -1, -1);
                case LESS_OR_EQUAL -> value.compared(node, -1, 0);
                case GREATER -> value.compared(node, 1, 1);
                case GREATER_OR_EQUAL -> value.compared(node, 0, 1);
            };
        }
    }

    /**
     * @param text matches a whole scalar, as it is written
     * @param number the number that the text is, if it is one
     */
    record Value(Pattern text, @Nullable BigDecimal number, boolean anywhere) {
        static Value of(String literal) {
            String glob = Stream.of(literal.split("\\*", -1)).map(Pattern::quote).collect(Collectors.joining(".*"));
            return new Value(Pattern.compile(glob, Pattern.DOTALL), number(literal), false);
        }

        static Value expression(String expression) {
            return new Value(FilterPattern.expression(expression), null, true);
        }

        private static @Nullable BigDecimal number(String literal) {
            return literal.matches("[+-]?[0-9]+(\\.[0-9]+)?([eE][+-]?[0-9]{1,3})?") ? new BigDecimal(literal) : null;
        }

        boolean equal(JsonNode node) {
            if (!node.isValueNode() || node.isNull()) {
                return false;
            }
            if (number != null && node.isNumber()) {
                return node.decimalValue().compareTo(number) == 0;
            }
            var matcher = text.matcher(node.asString());
            return anywhere ? matcher.find() : matcher.matches();
        }

        /** Whether the node is a number whose comparison with this one lies between {@code least} and {@code most}. */
        boolean compared(JsonNode node, int least, int most) {
            if (number == null || !node.isNumber()) {
                return false;
            }
            int order = node.decimalValue().compareTo(number);
            return order >= least && order <= most;
        }
    }

    /** Steps from the root: names of members, indexes of elements, or all elements. */
    record Selector(List<Step> steps) {
        List<JsonNode> select(JsonNode root) {
            List<JsonNode> nodes = List.of(root);
            for (Step step : steps) {
                var next = new ArrayList<JsonNode>();
                for (JsonNode node : nodes) {
                    step.from(node, next);
                }
                nodes = next;
            }
            return nodes;
        }
    }

    sealed interface Step {
        void from(JsonNode node, List<JsonNode> into);

        record Member(String name) implements Step {
            @Override
            public void from(JsonNode node, List<JsonNode> into) {
                JsonNode member = node.get(name);
                if (member != null) {
                    into.add(member);
                }
            }
        }

        record Element(int index) implements Step {
            @Override
            public void from(JsonNode node, List<JsonNode> into) {
                JsonNode element = node.get(index);
                if (element != null) {
                    into.add(element);
                }
            }
        }

        record AllElements() implements Step {
            @Override
            public void from(JsonNode node, List<JsonNode> into) {
                if (node.isArray()) {
                    node.forEach(into::add);
                }
            }
        }
    }
}
