package dev.remora.iam;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * One operator applied to one key. All conditions of a statement must hold; several values of one key are alternatives, and for a
 * negated operator none of them may match.
 *
 * @param lowerKey the key's name in lower case
 */
record Condition(Operator operator, Quantifier quantifier, boolean ifExists, String lowerKey, List<Template> values) {
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

    static Condition of(Word word, String key, List<String> values, boolean variables) {
        List<Template> templates = values.stream()
                .map(value -> Template.of(value, variables, word.operator().wildcards()))
                .toList();
        return new Condition(word.operator(), word.quantifier(), word.ifExists(), key.toLowerCase(Locale.ROOT), templates);
    }

    boolean holds(Facts facts) {
        List<String> actual = facts.values(lowerKey);
        if (operator == Operator.NULL) {
            return values.stream()
                    .anyMatch(v -> v.fill(facts).map(text -> text.equalsIgnoreCase("true") == actual.isEmpty()).orElse(false));
        }
        if (actual.isEmpty()) {
            return ifExists || switch (quantifier) {
                case NONE -> operator.negated();
                case FOR_ALL -> true;
                case FOR_ANY -> false;
            };
        }
        return switch (quantifier) {
            // A key with several values under a plain operator: some value matches, or for a negated one none does.
            case NONE -> operator.negated() != actual.stream().anyMatch(value -> listed(value, facts));
            case FOR_ALL -> actual.stream().allMatch(value -> operator.negated() != listed(value, facts));
            case FOR_ANY -> actual.stream().anyMatch(value -> operator.negated() != listed(value, facts));
        };
    }

    private boolean listed(String value, Facts facts) {
        for (Template template : values) {
            Optional<String> expected = template.fill(facts);
            if (expected.isPresent() && operator.matches(expected.get(), value)) {
                return true;
            }
        }
        return false;
    }
}
