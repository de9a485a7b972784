package dev.remora.iam;

import java.util.List;
import java.util.Optional;

/**
 * One statement, compiled.
 *
 * @param actions patterns of {@link Glob} in lower case
 * @param exceptActions whether the statement is about all actions but these (NotAction)
 * @param exceptResources whether it is about all resources but these (NotResource)
 * @param principals whom a trust document names; empty in an identity policy
 */
record Statement(
        boolean allows,
        List<String> actions,
        boolean exceptActions,
        List<Template> resources,
        boolean exceptResources,
        Optional<PrincipalElement> principals,
        List<Condition> conditions) {

    boolean coversAction(String lowerAction) {
        for (String pattern : actions) {
            if (Glob.matches(pattern, lowerAction)) {
                return !exceptActions;
            }
        }
        return exceptActions;
    }

    boolean coversResource(String resource, Facts facts) {
        for (Template template : resources) {
            Optional<String> pattern = template.fill(facts);
            if (pattern.isPresent() && Glob.matches(pattern.get(), resource)) {
                return !exceptResources;
            }
        }
        return exceptResources;
    }

    boolean conditionsHold(Facts facts) {
        for (Condition condition : conditions) {
            if (!condition.holds(facts)) {
                return false;
            }
        }
        return true;
    }
}
