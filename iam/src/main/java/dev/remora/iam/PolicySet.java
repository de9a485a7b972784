package dev.remora.iam;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * Several policies that count together, e.g. all that are attached to a role, ready to decide.
 *
 * <p>Which statements speak of an action is found once for each action and kept, denials first: a decision then looks only at
 * resources and conditions of statements that can matter. Actions come from our own tables of operations, so the memory of them
 * is small; its limit guards against callers that ask about invented ones.
 */
final class PolicySet {
    /** What a set of policies says of one call. */
    enum Verdict {
        DENIED,
        ALLOWED,
        SILENT
    }

    /** How many actions' statements are remembered. */
    private static final int REMEMBERED_ACTIONS = 2000;

    private final List<Statement> statements;
    private final ConcurrentMap<String, List<Statement>> byAction = new ConcurrentHashMap<>();

    PolicySet(List<PolicyDocument> documents) {
        this.statements = documents.stream().flatMap(document -> document.statements().stream()).toList();
    }

    Verdict decide(String action, String resource, Facts facts) {
        for (Statement statement : about(action)) {
            if (statement.coversResource(resource, facts) && statement.conditionsHold(facts)) {
                return statement.allows() ? Verdict.ALLOWED : Verdict.DENIED;
            }
        }
        return Verdict.SILENT;
    }

    private List<Statement> about(String action) {
        List<Statement> known = byAction.get(action);
        if (known != null) {
            return known;
        }
        String lower = action.toLowerCase(Locale.ROOT);
        var denials = new ArrayList<Statement>();
        var grants = new ArrayList<Statement>();
        for (Statement statement : statements) {
            if (statement.coversAction(lower)) {
                (statement.allows() ? grants : denials).add(statement);
            }
        }
        denials.addAll(grants);
        List<Statement> found = List.copyOf(denials);
        if (byAction.size() < REMEMBERED_ACTIONS) {
            byAction.put(action, found);
        }
        return found;
    }
}
