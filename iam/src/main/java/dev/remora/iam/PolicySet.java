package dev.remora.iam;

import dev.remora.wire.Authorizer.Decision;
import dev.remora.wire.Authorizer.PolicyType;
import dev.remora.wire.Authorizer.Reason;
import dev.remora.wire.Authorizer.Source;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Several policies that count together, e.g. all that are attached to a role, ready to decide.
 *
 * <p>Statements are found by the actions that they name: under the action itself where they name it whole, under its service
 * where the wildcard comes later, and in a third list where even the service is open (or the statement is about all actions but
 * some). What is found for an action is kept, denials apart from grants, so that a decision looks only at resources and
 * conditions of statements that can matter, and costs the same whatever else the policies say. Actions come from our own tables
 * of operations, so the memory of them is small; its limit guards against callers that ask about invented ones.
 */
final class PolicySet {
    /** Allows all and denies nothing: what does not limit. */
    static final PolicySet UNLIMITED = new PolicySet(About.ANYTHING);

    /** Speaks of nothing. */
    static final PolicySet EMPTY = new PolicySet(About.NOTHING);

    /** How many actions' statements are remembered. */
    private static final int REMEMBERED_ACTIONS = 2000;

    /** A policy and where it stands. */
    record Attached(PolicyType type, String policy, String holder, PolicyDocument document) {}

    /**
     * A statement in its place.
     *
     * @param order the place among all statements of the set
     */
    record Placed(int order, Statement statement, Source source, Decision allowed) {
        static Placed of(int order, Attached policy, Statement statement) {
            Statement.Span span = statement.span();
            var source = new Source(policy.type(), policy.policy(), policy.holder(), statement.sid(), !statement.allows(),
                    span.startLine(), span.startColumn(), span.endLine(), span.endColumn(), span.text());
            return new Placed(order, statement, source, new Decision(true, "", Reason.ALLOWED, source));
        }
    }

    /** What the set says about one action: the statements that cover it. */
    record About(Placed[] denials, Placed[] grants) {
        private static final About NOTHING = new About(new Placed[0], new Placed[0]);
        private static final About ANYTHING = new About(new Placed[0], new Placed[0]);

        /** Whether what it does not allow is refused: not so of {@link #UNLIMITED} alone. */
        boolean limits() {
            return this != ANYTHING;
        }

        /** The first statement that denies the call, or null. */
        @Nullable Placed denial(String resource, Facts facts) {
            return first(denials, resource, facts);
        }

        /** The first statement that allows the call, or null. */
        @Nullable Placed grant(String resource, Facts facts) {
            return first(grants, resource, facts);
        }

        /** Whether it allows nothing of the call. */
        boolean silent(String resource, Facts facts) {
            return limits() && grant(resource, facts) == null;
        }

        /** The statement that allows the call and names the caller in the way that gives most, or null. */
        @Nullable Placed bestGrant(String resource, Facts facts) {
            Placed best = null;
            for (Placed placed : grants) {
                if (placed.statement().speaksOf(resource, facts)
                        && (best == null || placed.statement().naming(facts).compareTo(best.statement().naming(facts)) > 0)) {
                    best = placed;
                }
            }
            return best;
        }

        /** All statements that speak of the call, in the order of the policies; for explanations. */
        List<Placed> all(String resource, Facts facts) {
            return Stream.concat(Arrays.stream(denials), Arrays.stream(grants))
                    .filter(placed -> placed.statement().speaksOf(resource, facts))
                    .sorted(Comparator.comparingInt(Placed::order))
                    .toList();
        }

        private static @Nullable Placed first(Placed[] statements, String resource, Facts facts) {
            for (Placed placed : statements) {
                if (placed.statement().speaksOf(resource, facts)) {
                    return placed;
                }
            }
            return null;
        }
    }

    /** What is said about every action by a set without statements, which then costs no look-up; most callers have such sets. */
    private final @Nullable About always;

    private final Map<String, List<Placed>> byName = new HashMap<>();
    private final Map<String, List<Placed>> byService = new HashMap<>();
    private final List<Placed> open = new ArrayList<>();
    private final ConcurrentMap<String, About> byAction = new ConcurrentHashMap<>();

    private PolicySet(About always) {
        this.always = always;
    }

    PolicySet(List<Attached> policies) {
        int order = 0;
        for (Attached policy : policies) {
            for (Statement statement : policy.document().statements()) {
                index(Placed.of(order++, policy, statement));
            }
        }
        always = order == 0 ? About.NOTHING : null;
    }

    private void index(Placed placed) {
        if (placed.statement().exceptActions()) {
            open.add(placed);
            return;
        }
        for (String pattern : placed.statement().actions()) {
            int colon = pattern.indexOf(':');
            if (!Glob.hasWildcard(pattern)) {
                byName.computeIfAbsent(pattern, name -> new ArrayList<>()).add(placed);
            } else if (colon < 0 || Glob.hasWildcard(pattern.substring(0, colon))) {
                open.add(placed);
            } else {
                byService.computeIfAbsent(pattern.substring(0, colon), name -> new ArrayList<>()).add(placed);
            }
        }
    }

    /** What it says about an action; one look-up for all that a decision asks of it. */
    About about(String action) {
        if (always != null) {
            return always;
        }
        About known = byAction.get(action);
        return known != null ? known : find(action);
    }

    private About find(String action) {
        String lower = action.toLowerCase(Locale.ROOT);
        var found = new ArrayList<Placed>(byName.getOrDefault(lower, List.of()));
        int colon = lower.indexOf(':');
        if (colon > 0) {
            covering(byService.getOrDefault(lower.substring(0, colon), List.of()), lower, found);
        }
        covering(open, lower, found);
        // A statement may have been found under several of its patterns.
        List<Placed> once = found.stream().distinct().sorted(Comparator.comparingInt(Placed::order)).toList();
        var about = new About(
                once.stream().filter(placed -> !placed.statement().allows()).toArray(Placed[]::new),
                once.stream().filter(placed -> placed.statement().allows()).toArray(Placed[]::new));
        if (byAction.size() < REMEMBERED_ACTIONS) {
            byAction.put(action, about);
        }
        return about;
    }

    private static void covering(List<Placed> candidates, String lowerAction, List<Placed> into) {
        for (Placed placed : candidates) {
            if (placed.statement().coversAction(lowerAction)) {
                into.add(placed);
            }
        }
    }
}
