package dev.remora.iam;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remora.iam.ControlPolicies.Policy;
import dev.remora.iam.ControlPolicies.Standing;
import dev.remora.store.Scope;
import dev.remora.wire.Authorizer.Decision;
import dev.remora.wire.Authorizer.Reason;
import dev.remora.wire.Principal;
import dev.remora.wire.SessionTerms;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * How all policies count together, for every kind of caller: IAM User Guide, "Policy evaluation logic" with its tables for one
 * account and for two. A box that belongs to the first account is opened.
 *
 * <p>Each policy is given by a word: "-" there is none, "silent" it speaks of something else, "allow", "deny", "both". The box's
 * own policy is given by whom it allows, or "deny".
 */
class DecisionTest {
    private static final String ACCOUNT = Lab.ACCOUNT;
    private static final String OTHER = "999988887777";
    private static final String LINKED = "/aws-service-role/vault.amazonaws.com/";
    private static final String ALIKE = "/x/aws-service-role/vault.amazonaws.com/";
    private static final String BOX = "arn:aws:vault:us-east-1:" + ACCOUNT + ":box/b";
    private static final Instant ISSUED = Instant.parse("2026-01-02T03:00:00Z");

    private final Lab lab = new Lab();

    @AfterEach
    void close() {
        lab.close();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        // caller | control policies | the box's policy | identity | boundary | session | outcome
        "user      | -            | -         | allow  | -      | -      | ALLOWED",
        "user      | -            | -         | -      | -      | -      | NO_IDENTITY_POLICY",
        "user      | -            | -         | silent | -      | -      | NO_IDENTITY_POLICY",
        "user      | -            | -         | both   | -      | -      | EXPLICIT_DENY",
        "user      | -            | -         | allow  | allow  | -      | ALLOWED",
        "user      | -            | -         | allow  | silent | -      | NO_BOUNDARY",
        "user      | -            | -         | allow  | both   | -      | BOUNDARY_DENY",
        "user      | -            | -         | -      | allow  | -      | NO_IDENTITY_POLICY",
        "token     | -            | -         | allow  | -      | -      | ALLOWED",
        "token     | -            | -         | allow  | silent | -      | NO_BOUNDARY",
        "role      | -            | -         | allow  | -      | -      | ALLOWED",
        "role      | -            | -         | allow  | allow  | allow  | ALLOWED",
        "role      | -            | -         | allow  | silent | allow  | NO_BOUNDARY",
        "role      | -            | -         | allow  | allow  | silent | NO_SESSION_POLICY",
        "role      | -            | -         | silent | allow  | allow  | NO_IDENTITY_POLICY",
        "role      | -            | -         | allow  | allow  | both   | SESSION_DENY",
        "federated | -            | -         | allow  | -      | allow  | ALLOWED",
        "federated | -            | -         | allow  | -      | -      | NO_SESSION_POLICY",
        "federated | -            | -         | allow  | -      | silent | NO_SESSION_POLICY",
        "federated | -            | -         | silent | -      | allow  | NO_IDENTITY_POLICY",
        "federated | -            | -         | allow  | silent | allow  | NO_BOUNDARY",
        "root      | -            | -         | -      | -      | -      | ALLOWED",
        "service   | -            | -         | -      | -      | -      | ALLOWED",
    })
    void withoutAPolicyOfTheBoxTheCallersOwnDecide(
            String caller, String control, String box, String identity, String boundary, String session, String outcome) {
        decides(caller, control, box, identity, boundary, session, outcome);
    }

    /** Whom the box's policy names decides what else is needed. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        // caller | control policies | the box's policy | identity | boundary | session | outcome
        "user      | -            | user      | silent | silent | -      | ALLOWED",
        "user      | -            | user      | deny   | -      | -      | EXPLICIT_DENY",
        "user      | -            | user      | -      | deny   | -      | BOUNDARY_DENY",
        "user      | -            | account   | -      | -      | -      | NO_IDENTITY_POLICY",
        "user      | -            | account   | allow  | -      | -      | ALLOWED",
        "user      | -            | *         | -      | silent | -      | ALLOWED",
        "user      | -            | role      | -      | -      | -      | NO_IDENTITY_POLICY",
        "user      | -            | deny      | allow  | -      | -      | RESOURCE_DENY",
        "token     | -            | user      | silent | silent | -      | ALLOWED",
        "role      | -            | role      | silent | -      | -      | ALLOWED",
        "role      | -            | role      | silent | silent | -      | NO_BOUNDARY",
        "role      | -            | role      | silent | -      | silent | NO_SESSION_POLICY",
        "role      | -            | role      | silent | allow  | allow  | ALLOWED",
        "role      | -            | session   | silent | silent | silent | ALLOWED",
        "role      | -            | session   | silent | silent | deny   | SESSION_DENY",
        "role      | -            | *         | silent | silent | silent | ALLOWED",
        "role      | -            | account   | silent | -      | -      | NO_IDENTITY_POLICY",
        "role      | -            | account   | allow  | silent | -      | NO_BOUNDARY",
        "federated | -            | federated | silent | silent | silent | ALLOWED",
        "federated | -            | federated | -      | -      | -      | ALLOWED",
        "federated | -            | user      | silent | -      | -      | NO_SESSION_POLICY",
        "federated | -            | user      | silent | -      | allow  | ALLOWED",
        "federated | -            | user      | silent | silent | allow  | NO_BOUNDARY",
        "root      | -            | deny      | -      | -      | -      | RESOURCE_DENY",
        "root      | -            | user      | -      | -      | -      | ALLOWED",
        "service   | -            | deny      | -      | -      | -      | RESOURCE_DENY",
    })
    void withinOneAccountItCountsHowTheBoxNamesTheCaller(
            String caller, String control, String box, String identity, String boundary, String session, String outcome) {
        decides(caller, control, box, identity, boundary, session, outcome);
    }

    /** They bind root, too, but no service and no service-linked role; a path that holds the words later makes none. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        // caller | control policies | the box's policy | identity | boundary | session | outcome
        "user      | allow        | -         | allow  | -      | -      | ALLOWED",
        "user      | allow,allow  | -         | allow  | -      | -      | ALLOWED",
        "user      | silent,allow | -         | allow  | -      | -      | NO_CONTROL_POLICY",
        "user      | allow,silent | -         | allow  | -      | -      | NO_CONTROL_POLICY",
        "user      | allow,both   | -         | allow  | -      | -      | CONTROL_DENY",
        "user      | both         | user      | deny   | -      | -      | CONTROL_DENY",
        "user      | silent       | user      | -      | -      | -      | NO_CONTROL_POLICY",
        "user      | allow        | -         | -      | -      | -      | NO_IDENTITY_POLICY",
        "role      | allow,silent | session   | allow  | -      | -      | NO_CONTROL_POLICY",
        "linked    | silent       | -         | allow  | -      | -      | ALLOWED",
        "alike     | silent       | -         | allow  | -      | -      | NO_CONTROL_POLICY",
        "federated | silent       | federated | -      | -      | -      | NO_CONTROL_POLICY",
        "root      | allow        | -         | -      | -      | -      | ALLOWED",
        "root      | silent       | -         | -      | -      | -      | NO_CONTROL_POLICY",
        "root      | both         | -         | -      | -      | -      | CONTROL_DENY",
        "service   | deny         | -         | -      | -      | -      | ALLOWED",
    })
    void everyLevelOfControlPoliciesMustAllow(
            String caller, String control, String box, String identity, String boundary, String session, String outcome) {
        decides(caller, control, box, identity, boundary, session, outcome);
    }

    /** How the box's policy names the caller makes no difference. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        // caller | control policies | the box's policy | identity | boundary | session | outcome
        "far user  | -            | far user  | allow  | -      | -      | ALLOWED",
        "far user  | -            | far user  | silent | -      | -      | NO_IDENTITY_POLICY",
        "far user  | -            | far user  | allow  | silent | -      | NO_BOUNDARY",
        "far user  | -            | -         | allow  | -      | -      | NO_RESOURCE_POLICY",
        "far user  | -            | account   | allow  | -      | -      | NO_RESOURCE_POLICY",
        "far user  | -            | far       | allow  | -      | -      | ALLOWED",
        "far user  | -            | far       | -      | -      | -      | NO_IDENTITY_POLICY",
        "far user  | -            | *         | allow  | -      | -      | ALLOWED",
        "far user  | -            | *         | -      | -      | -      | NO_IDENTITY_POLICY",
        "far user  | -            | deny      | allow  | -      | -      | RESOURCE_DENY",
        "far user  | silent       | far       | allow  | -      | -      | NO_CONTROL_POLICY",
        "far role  | -            | session   | allow  | -      | silent | NO_SESSION_POLICY",
        "far role  | -            | session   | silent | -      | -      | NO_IDENTITY_POLICY",
        "far role  | -            | session   | allow  | allow  | allow  | ALLOWED",
        "far role  | -            | role      | allow  | -      | -      | ALLOWED",
        "far root  | -            | far       | -      | -      | -      | ALLOWED",
        "far root  | -            | -         | -      | -      | -      | NO_RESOURCE_POLICY",
        "far root  | -            | account   | -      | -      | -      | NO_RESOURCE_POLICY",
        "far root  | deny         | far       | -      | -      | -      | CONTROL_DENY",
        "far service | -          | -         | -      | -      | -      | NO_RESOURCE_POLICY",
        "far service | -          | service   | -      | -      | -      | ALLOWED",
    })
    void fromAnotherAccountBothSidesMustAllow(
            String caller, String control, String box, String identity, String boundary, String session, String outcome) {
        decides(caller, control, box, identity, boundary, session, outcome);
    }

    /** "The NotPrincipal element with a Deny effect will always deny any IAM principal that has a permissions boundary". */
    @ParameterizedTest
    @CsvSource({"user, -, ALLOWED", "user, allow, RESOURCE_DENY", "token, allow, RESOURCE_DENY", "role, allow, RESOURCE_DENY"})
    void aDenialOfAllOthersLeavesOutNobodyWithABoundary(String caller, String boundary, Reason outcome) {
        Principal principal = principal(caller, ACCOUNT, "allow", boundary, "-");
        String exceptAll = "\"NotPrincipal\":{\"AWS\":[\"" + ACCOUNT + "\",\"arn:aws:iam::" + ACCOUNT + ":user/anna\","
                + "\"arn:aws:iam::" + ACCOUNT + ":role/worker\",\"arn:aws:sts::" + ACCOUNT + ":assumed-role/worker/s\"]},";
        lab.iam.resourcePolicies().register("vault", (any, action, arn) ->
                Optional.of(new ResourcePolicies.Resource(ACCOUNT, policy("deny", exceptAll))));

        assertThat(lab.iam.authorizer().decide(principal, "vault:Open", List.of(BOX), Map.of()).reason()).isEqualTo(outcome);
    }

    private void decides(
            String caller, String control, String box, String identity, String boundary, String session, String outcome) {
        String account = caller.startsWith("far ") ? OTHER : ACCOUNT;
        Principal principal = principal(caller.replace("far ", ""), account, identity, boundary, session);
        control(account, control);
        box(box, account);

        Decision decision = lab.iam.authorizer().decide(principal, "vault:Open", List.of(BOX), Map.of());

        assertThat(decision.reason()).isEqualTo(Reason.valueOf(outcome));
        assertThat(decision.allowed()).isEqualTo(outcome.equals("ALLOWED"));
        boolean stated = outcome.endsWith("DENY") || decision.allowed() && !List.of("root", "service").contains(caller);
        assertThat(decision.decidedBy().isPresent()).isEqualTo(stated);
        decision.decidedBy().ifPresent(source -> assertThat(source.denies()).isEqualTo(outcome.endsWith("DENY")));
    }

    private Principal principal(String kind, String account, String identity, String boundary, String session) {
        SessionTerms terms = session.equals("-") ? SessionTerms.plain(ISSUED)
                : new SessionTerms(ISSUED, policy(session, ""), List.of(), Map.of(), Set.of(), "", false);
        String limit = boundary.equals("-") ? "" : managed(account, "boundary", policy(boundary, ""));
        Map<String, String> inline = identity.equals("-") ? Map.of() : Map.of("i", policy(identity, ""));
        var root = new Principal.Root(account);
        var user = new Principal.User(account, "/", "anna", "AIDAEXAMPLE", SessionTerms.NONE);
        lab.store.write(tx -> {
            Scope scope = Scope.global(account);
            tx.put(User.KIND, scope, "anna",
                    new User(account, "anna", "/", "AIDAEXAMPLE", ISSUED, limit, Map.of(), List.of(), List.of(), inline));
            Map.of("worker", "/", "linked", LINKED, "alike", ALIKE).forEach((name, path) -> tx.put(Role.KIND, scope, name,
                    new Role(account, name, path, "AROAEXAMPLE", ISSUED, Lab.LAMBDA_TRUST, "", 3600, limit, Map.of(),
                            List.of(), inline)));
            return 0;
        });
        return switch (kind) {
            case "user" -> user;
            case "token" -> new Principal.User(account, "/", "anna", "AIDAEXAMPLE", terms);
            case "federated" -> new Principal.FederatedUser(account, "fred", user, terms);
            case "role" -> session(account, "/", "worker", terms);
            case "linked" -> session(account, LINKED, "linked", terms);
            case "alike" -> session(account, ALIKE, "alike", terms);
            case "root" -> root;
            case "service" -> new Principal.Service(account, "vault.amazonaws.com");
            default -> throw new AssertionError(kind);
        };
    }

    private static Principal session(String account, String path, String name, SessionTerms terms) {
        return new Principal.RoleSession(account, "arn:aws:iam::" + account + ":role" + path + name, name, "AROAEXAMPLE", "s", "",
                terms);
    }

    private String managed(String account, String name, String document) {
        var policy = new ManagedPolicy(account, name, "/", "ANPAEXAMPLE", ISSUED, ISSUED, "", Map.of(), 1, 1,
                List.of(new ManagedPolicy.Version(1, document, ISSUED)));
        lab.store.write(tx -> {
            tx.put(ManagedPolicy.KIND, Scope.global(account), name, policy);
            return 0;
        });
        return policy.arn();
    }

    private void control(String account, String levels) {
        var policies = new ArrayList<List<Policy>>();
        if (!levels.equals("-")) {
            for (String level : levels.split(",")) {
                policies.add(List.of(new Policy("arn:aws:organizations::policy/p-1", policy(level, ""))));
            }
        }
        var standing = new Standing("o-example", "o-example/r-1/", List.copyOf(policies), List.of());
        lab.iam.controlPolicies(of -> of.equals(account) ? standing : Standing.ALONE);
    }

    private void box(String whom, String account) {
        String arns = "arn:aws:iam::" + account;
        String principal = switch (whom) {
            case "-" -> "";
            case "*", "deny" -> "\"*\"";
            case "account" -> aws(ACCOUNT);
            case "far" -> aws(arns + ":root");
            case "user", "far user" -> aws(arns + ":user/anna");
            case "role" -> aws(arns + ":role/worker");
            case "session" -> aws("arn:aws:sts::" + account + ":assumed-role/worker/s");
            case "federated" -> aws("arn:aws:sts::" + account + ":federated-user/fred");
            case "service" -> "{\"Service\":\"vault.amazonaws.com\"}";
            default -> throw new AssertionError(whom);
        };
        String word = whom.equals("deny") ? "deny" : "allow";
        String text = principal.isEmpty() ? "" : policy(word, "\"Principal\":" + principal + ",");
        lab.iam.resourcePolicies().register("vault", (caller, action, arn) ->
                Optional.of(new ResourcePolicies.Resource(ACCOUNT, text)));
    }

    private static String aws(String name) {
        return "{\"AWS\":\"" + name + "\"}";
    }

    private static String policy(String word, String principal) {
        String allow = "{\"Effect\":\"Allow\"," + principal + "\"Action\":\"vault:*\",\"Resource\":\"" + BOX + "\"}";
        return Lab.policy(switch (word) {
            case "allow" -> allow;
            case "deny" -> allow.replace("Allow", "Deny");
            case "both" -> allow + "," + allow.replace("Allow", "Deny");
            case "silent" -> allow.replace("vault:", "other:");
            default -> throw new AssertionError(word);
        });
    }
}
