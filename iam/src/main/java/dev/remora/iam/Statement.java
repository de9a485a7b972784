package dev.remora.iam;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * One statement, compiled.
 *
 * @param sid empty if it has none
 * @param actions patterns of {@link Glob} in lower case
 * @param exceptActions whether the statement is about all actions but these (NotAction)
 * @param exceptResources whether it is about all resources but these (NotResource)
 * @param principals whom a policy of a resource names; empty in an identity policy
 */
record Statement(
        String sid,
        boolean allows,
        List<String> actions,
        boolean exceptActions,
        List<Template> resources,
        boolean exceptResources,
        Optional<PrincipalElement> principals,
        List<Condition> conditions,
        Span span) {

    /** Where a statement stands in its document: from its brace to the column after the other; all count from 1; and its text. */
    record Span(int startLine, int startColumn, int endLine, int endColumn, String text) {}

    boolean coversAction(String lowerAction) {
        for (int i = 0; i < actions.size(); i++) {
            if (Glob.matches(actions.get(i), lowerAction)) {
                return !exceptActions;
            }
        }
        return exceptActions;
    }

    boolean coversResource(String resource, Facts facts) {
        for (int i = 0; i < resources.size(); i++) {
            if (resources.get(i).covers(resource, facts)) {
                return !exceptResources;
            }
        }
        return exceptResources;
    }

    boolean conditionsHold(Facts facts) {
        for (int i = 0; i < conditions.size(); i++) {
            if (!conditions.get(i).holds(facts)) {
                return false;
            }
        }
        return true;
    }

    /** The condition keys that it asks about, in conditions and in variables. */
    Stream<Facts.Key> keys() {
        Stream<Template> values = conditions.stream().flatMap(c -> c.values().stream()).map(Condition.Expected::template);
        return Stream.concat(
                conditions.stream().map(Condition::key), Stream.concat(resources.stream(), values).flatMap(Template::keys));
    }

    /** Whether it speaks of a call whose action it covers. */
    boolean speaksOf(String resource, Facts facts) {
        return coversResource(resource, facts)
                && (principals.isEmpty() || naming(facts) != PrincipalElement.Naming.NOT)
                && conditionsHold(facts);
    }

    /** How it names the caller; an identity policy's statement is about whoever it is attached to. */
    PrincipalElement.Naming naming(Facts facts) {
        return principals.isEmpty() ? PrincipalElement.Naming.SELF : principals.get().names(facts);
    }
}
