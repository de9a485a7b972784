package dev.remora.iam;

import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * One operator applied to one key. All conditions of a statement must hold; several values of one key are alternatives, and for a
 * negated operator none of them may match.
 */
record Condition(Operator operator, Quantifier quantifier, boolean ifExists, Facts.Key key, List<Expected> values) {
    /**
     * One value of the policy.
     *
     * @param fixed what compares with it, where it does not depend on the request
     */
    record Expected(Template template, @Nullable Predicate<String> fixed) {}

    /** How the several values of a key in a request count: IAM User Guide, "Set operators for multivalued context keys". */
    enum Quantifier {
        NONE(""),
        FOR_ALL("ForAllValues:"),
        FOR_ANY("ForAnyValue:");

        private final String prefix;

        Quantifier(String prefix) {
            this.prefix = prefix;
        }
    }

    /** An operator's name as a policy writes it, taken apart. */
    record Word(Operator operator, Quantifier quantifier, boolean ifExists) {
        private static final String IF_EXISTS = "IfExists";

        static Optional<Word> parse(String text) {
            Quantifier quantifier = Quantifier.NONE;
            for (Quantifier q : Quantifier.values()) {
                if (!q.prefix.isEmpty() && text.startsWith(q.prefix)) {
                    quantifier = q;
                }
            }
            String name = text.substring(quantifier.prefix.length());
            boolean ifExists = name.endsWith(IF_EXISTS);
            if (ifExists) {
                name = name.substring(0, name.length() - IF_EXISTS.length());
            }
            Quantifier found = quantifier;
            return Operator.named(name)
                    .filter(operator -> operator != Operator.NULL || !ifExists && found == Quantifier.NONE)
                    .map(operator -> new Word(operator, found, ifExists));
        }
    }

    /** @param variables whether the document is of a version that knows variables; only some operators do */
    static Condition of(Word word, String key, List<String> values, boolean variables) {
        Operator operator = word.operator();
        List<Expected> expected = values.stream()
                .map(value -> Template.of(value, variables && operator.variables(), operator.wildcards()))
                .map(template -> new Expected(template, template.constant().map(operator::matching).orElse(null)))
                .toList();
        return new Condition(operator, word.quantifier(), word.ifExists(), Facts.Key.of(key), expected);
    }

    boolean holds(Facts facts) {
        List<String> actual = facts.values(key);
        if (operator == Operator.NULL) {
            return absence(actual.isEmpty());
        }
        if (actual.isEmpty() || quantifier != Quantifier.NONE && nothing(actual)) {
            return ifExists || switch (quantifier) {
                case NONE -> operator.negated();
                case FOR_ALL -> true;
                case FOR_ANY -> false;
            };
        }
        return switch (quantifier) {
            // A key with several values under a plain operator: some value matches, or for a negated one none does.
            case NONE -> operator.negated() != any(actual, true, facts);
            case FOR_ALL -> !any(actual, operator.negated(), facts);
            case FOR_ANY -> any(actual, !operator.negated(), facts);
        };
    }

    /** To set operators a key whose only value is an empty text has no value ("Set operators for multivalued context keys"). */
    private static boolean nothing(List<String> actual) {
        return actual.size() == 1 && actual.getFirst().isEmpty();
    }

    private boolean absence(boolean absent) {
        for (Expected value : values) {
            if (value.template().constant().filter(text -> text.equalsIgnoreCase("true") == absent).isPresent()) {
                return true;
            }
        }
        return false;
    }

    /** Whether some value of the request is listed, or is not. */
    private boolean any(List<String> actual, boolean listed, Facts facts) {
        for (int i = 0; i < actual.size(); i++) {
            if (listed(actual.get(i), facts) == listed) {
                return true;
            }
        }
        return false;
    }

    private boolean listed(String value, Facts facts) {
        for (int i = 0; i < values.size(); i++) {
            Expected expected = values.get(i);
            Predicate<String> fits = expected.fixed();
            if (fits == null) {
                Optional<String> filled = expected.template().fill(facts);
                fits = filled.isPresent() ? operator.matching(filled.get()) : text -> false;
            }
            if (fits.test(value)) {
                return true;
            }
        }
        return false;
    }
}
