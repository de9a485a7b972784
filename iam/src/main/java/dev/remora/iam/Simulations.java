package dev.remora.iam;

import dev.remora.iam.Authority.Side;
import dev.remora.iam.ControlPolicies.Standing;
import dev.remora.iam.PolicyAuthorizer.Standpoint;
import dev.remora.iam.PolicySet.About;
import dev.remora.iam.PolicySet.Attached;
import dev.remora.store.Store;
import dev.remora.store.View;
import dev.remora.wire.Authorizer.Decision;
import dev.remora.wire.Authorizer.PolicyType;
import dev.remora.wire.Authorizer.Reason;
import dev.remora.wire.Authorizer.Source;
import dev.remora.wire.AwsError;
import dev.remora.wire.Call;
import dev.remora.wire.Page;
import dev.remora.wire.Principal;
import dev.remora.wire.SessionTerms;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.iam.model.ContextEntry;
import software.amazon.awssdk.services.iam.model.EvaluationResult;
import software.amazon.awssdk.services.iam.model.GetContextKeysForCustomPolicyRequest;
import software.amazon.awssdk.services.iam.model.GetContextKeysForCustomPolicyResponse;
import software.amazon.awssdk.services.iam.model.GetContextKeysForPrincipalPolicyRequest;
import software.amazon.awssdk.services.iam.model.GetContextKeysForPrincipalPolicyResponse;
import software.amazon.awssdk.services.iam.model.OrderedOrganizationPolicyType;
import software.amazon.awssdk.services.iam.model.PolicyEvaluationDecisionType;
import software.amazon.awssdk.services.iam.model.SimulateCustomPolicyRequest;
import software.amazon.awssdk.services.iam.model.SimulateCustomPolicyResponse;
import software.amazon.awssdk.services.iam.model.SimulatePrincipalPolicyRequest;
import software.amazon.awssdk.services.iam.model.SimulatePrincipalPolicyResponse;
import software.amazon.awssdk.services.iam.model.Statement;

/**
 * Decisions about what might be. The policies are given, or those of an identity, or both; everything else about the call is
 * supposed. It is the same evaluation that decides real calls.
 */
final class Simulations {
    private static final Pattern ACTION = Pattern.compile("[A-Za-z0-9-]+:[A-Za-z0-9]+");
    private static final Pattern ACCOUNT = Pattern.compile("(?:arn:aws:iam::)?(\\d{12})(?::root)?");
    private static final Pattern USER = Pattern.compile("arn:aws:iam::(\\d{12}):user(/|/.+/)([\\w+=,.@-]+)");
    private static final Pattern IDENTITY =
            Pattern.compile("arn:aws:iam::(?<account>\\d{12}):(?<kind>\\w+)/(?:.*/)?(?<name>[^/]+)");

    private final Store store;
    private final Permissions permissions;
    private final PolicyAuthorizer authorizer;

    Simulations(Store store, Permissions permissions, PolicyAuthorizer authorizer) {
        this.store = store;
        this.permissions = permissions;
        this.authorizer = authorizer;
    }

    /**
     * What is asked.
     *
     * @param real whether organizations' resource control policies count, as where an identity that there is calls
     * @param owner of resources whose ARN names no account
     * @param keys that the caller's policies ask about
     */
    private record Question(Standpoint from, boolean real, Optional<PolicySet> resourcePolicy, String owner,
            Map<String, List<String>> context, List<Facts.Key> keys) {}

    /** One thing to decide. */
    private record Asked(String action, String resource) {}

    SimulateCustomPolicyResponse custom(SimulateCustomPolicyRequest request, Call call) {
        Principal caller = caller(request.callerArn()).orElseGet(() -> {
            if (request.resourcePolicy() != null) {
                throw invalid("CallerArn is required when you include a ResourcePolicy.");
            }
            return new Principal.Root(call.account());
        });
        List<Attached> identity = given(request.policyInputList());
        List<Attached> boundary = boundary(request.permissionsBoundaryPolicyInputList());
        List<List<Attached>> levels = request.orderedOrganizationPolicyInputList().stream()
                .map(OrderedOrganizationPolicyType::serviceControlPolicyInputList)
                .map(level -> attached(level, PolicyType.CONTROL, "ServiceControlPolicyInputList"))
                .toList();
        var authority = new Authority(levels.stream().map(PolicySet::new).toList(), new PolicySet(identity),
                boundary.isEmpty() ? PolicySet.UNLIMITED : new PolicySet(boundary), PolicySet.UNLIMITED);
        var question = new Question(new Standpoint(caller, Map.of(), authority, Standing.ALONE), false,
                resourcePolicy(request.resourcePolicy()), owner(request.resourceOwner(), caller.account()),
                context(request.contextEntries()),
                keys(Stream.concat(Stream.of(identity, boundary), levels.stream())));
        Page<EvaluationResult> page =
                answer(call, question, request.actionNames(), request.resourceArns(), request.marker(), request.maxItems());
        return SimulateCustomPolicyResponse.builder()
                .evaluationResults(page.items())
                .isTruncated(page.nextToken().isPresent())
                .marker(page.nextToken().orElse(null))
                .build();
    }

    SimulatePrincipalPolicyResponse principal(SimulatePrincipalPolicyRequest request, Call call) {
        View view = store.view();
        Identity source = source(request.policySourceArn(), view);
        Principal caller = caller(request.callerArn()).or(() -> self(source)).orElse(new Principal.Root(source.account()));
        if (request.resourcePolicy() != null && !(caller instanceof Principal.User)) {
            throw invalid("CallerArn is required when you include a ResourcePolicy.");
        }
        List<Attached> identity = new ArrayList<>(permissions.policies(source, view));
        identity.addAll(given(request.policyInputList()));
        List<Attached> instead = boundary(request.permissionsBoundaryPolicyInputList());
        List<Attached> boundary = instead.isEmpty() ? permissions.boundary(source, view) : instead;
        boolean limited = !instead.isEmpty() || !source.boundary().isEmpty();
        var authority = new Authority(List.of(), new PolicySet(identity),
                limited ? new PolicySet(boundary) : PolicySet.UNLIMITED, PolicySet.UNLIMITED);
        var question = new Question(authorizer.standpoint(caller, source.tags(), authority), true,
                resourcePolicy(request.resourcePolicy()), owner(request.resourceOwner(), caller.account()),
                context(request.contextEntries()), keys(Stream.of(identity, boundary)));
        Page<EvaluationResult> page =
                answer(call, question, request.actionNames(), request.resourceArns(), request.marker(), request.maxItems());
        return SimulatePrincipalPolicyResponse.builder()
                .evaluationResults(page.items())
                .isTruncated(page.nextToken().isPresent())
                .marker(page.nextToken().orElse(null))
                .build();
    }

    GetContextKeysForCustomPolicyResponse keysOfCustom(GetContextKeysForCustomPolicyRequest request, Call call) {
        return GetContextKeysForCustomPolicyResponse.builder()
                .contextKeyNames(names(Stream.of(given(request.policyInputList()))))
                .build();
    }

    GetContextKeysForPrincipalPolicyResponse keysOfPrincipal(GetContextKeysForPrincipalPolicyRequest request, Call call) {
        View view = store.view();
        Identity source = source(request.policySourceArn(), view);
        return GetContextKeysForPrincipalPolicyResponse.builder()
                .contextKeyNames(names(Stream.of(given(request.policyInputList()), permissions.policies(source, view),
                        permissions.boundary(source, view))))
                .build();
    }

    /** Decides only what is on the page. */
    private Page<EvaluationResult> answer(Call call, Question question, List<String> actions, List<String> resources,
            @Nullable String marker, @Nullable Integer maxItems) {
        var places = new LinkedHashMap<Asked, String>();
        for (String action : actions) {
            if (!ACTION.matcher(action).matches()) {
                throw invalid("Invalid action: " + action);
            }
            for (String resource : resources.isEmpty() ? List.of("*") : resources) {
                if (!resource.equals("*") && !resource.startsWith("arn:")) {
                    throw invalid("Invalid resource: " + resource);
                }
                places.putIfAbsent(new Asked(action, resource), "%06d".formatted(places.size()));
            }
        }
        Page<Asked> page = Listing.page(call, List.copyOf(places.keySet()), places::get, marker, maxItems);
        return new Page<>(page.items().stream().map(asked -> result(question, asked)).toList(), page.nextToken());
    }

    private EvaluationResult result(Question question, Asked asked) {
        String action = asked.action();
        String resource = asked.resource();
        Authority authority = question.from().authority();
        Facts facts = authorizer.facts(question.from(), question.context()).supposing();
        facts.about(resource);
        if (facts.owner().isEmpty()) {
            facts.ownedBy(question.owner());
        }
        Side side = question.resourcePolicy().map(Side::resource).orElse(Side.SILENT);
        PolicySet guard = question.real() ? authorizer.guard(question.from(), resource, facts) : PolicySet.EMPTY;
        Decision decision = PolicyAuthorizer.decide(question.from(), guard, action, resource, facts, side);
        var result = EvaluationResult.builder()
                .evalActionName(action)
                .evalResourceName(resource)
                .evalDecision(type(decision))
                .matchedStatements(matched(decision, authority, side, action, resource, facts))
                .missingContextValues(question.keys().stream()
                        .filter(key -> facts.values(key).isEmpty())
                        .map(Facts.Key::written)
                        .toList());
        if (!authority.control().isEmpty() || guard != PolicySet.EMPTY) {
            boolean allowed = decision.reason() != Reason.RESOURCE_CONTROL_DENY
                    && authority.control().stream().allMatch(level -> allows(level, action, resource, facts));
            result.organizationsDecisionDetail(detail -> detail.allowedByOrganizations(allowed));
        }
        if (authority.bounded()) {
            boolean allowed = allows(authority.boundary(), action, resource, facts);
            result.permissionsBoundaryDecisionDetail(detail -> detail.allowedByPermissionsBoundary(allowed));
        }
        if (!facts.within()) {
            result.evalDecisionDetails(Map.of(
                    "IAM Policy", verdict(authority.identity(), action, resource, facts),
                    "Resource Policy", verdict(side.policies(), action, resource, facts)));
        }
        return result.build();
    }

    private static boolean allows(PolicySet policies, String action, String resource, Facts facts) {
        return verdict(policies, action, resource, facts) == PolicyEvaluationDecisionType.ALLOWED;
    }

    private static PolicyEvaluationDecisionType verdict(PolicySet policies, String action, String resource, Facts facts) {
        About about = policies.about(action);
        if (about.denial(resource, facts) != null) {
            return PolicyEvaluationDecisionType.EXPLICIT_DENY;
        }
        return about.grant(resource, facts) == null
                ? PolicyEvaluationDecisionType.IMPLICIT_DENY : PolicyEvaluationDecisionType.ALLOWED;
    }

    private static PolicyEvaluationDecisionType type(Decision decision) {
        if (decision.allowed()) {
            return PolicyEvaluationDecisionType.ALLOWED;
        }
        return decision.reason().denies()
                ? PolicyEvaluationDecisionType.EXPLICIT_DENY : PolicyEvaluationDecisionType.IMPLICIT_DENY;
    }

    /** The denial alone where one decides; all that allow where none does. */
    private static List<Statement> matched(
            Decision decision, Authority authority, Side side, String action, String resource, Facts facts) {
        if (!decision.allowed()) {
            return decision.decidedBy().filter(Source::denies).stream().map(Simulations::shape).toList();
        }
        var matched = new ArrayList<Statement>();
        for (PolicySet policies : List.of(authority.identity(), side.policies())) {
            policies.about(action).all(resource, facts).stream()
                    .filter(placed -> placed.statement().allows())
                    .forEach(placed -> matched.add(shape(placed.source())));
        }
        return matched;
    }

    private static Statement shape(Source source) {
        String policy = source.policy();
        return Statement.builder()
                .sourcePolicyId(policy.startsWith("arn:") ? policy.substring(policy.lastIndexOf('/') + 1) : policy)
                .sourcePolicyType(source.type() == PolicyType.RESOURCE ? "Resource Policy" : "IAM Policy")
                .startPosition(position -> position.line(source.startLine()).column(source.startColumn()))
                .endPosition(position -> position.line(source.endLine()).column(source.endColumn()))
                .build();
    }

    private static List<Attached> given(List<String> texts) {
        return attached(texts, PolicyType.IDENTITY, "PolicyInputList");
    }

    private static List<Attached> boundary(List<String> texts) {
        if (texts.size() > 1) {
            throw invalid("Only one permissions boundary can be included in a simulation.");
        }
        return attached(texts, PolicyType.BOUNDARY, "PermissionsBoundaryPolicyInputList");
    }

    /** Policies that come with the request, under the names by which results speak of them. */
    private static List<Attached> attached(List<String> texts, PolicyType type, String parameter) {
        var policies = new ArrayList<Attached>();
        for (String text : texts) {
            IdentityGrammar.check(text, false);
            policies.add(new Attached(type, parameter + "." + (policies.size() + 1), "", PolicyDocument.compile(text)));
        }
        return policies;
    }

    private static Optional<PolicySet> resourcePolicy(@Nullable String text) {
        return Optional.ofNullable(text).map(policy -> {
            try {
                ResourcePolicy.check(policy, resource -> true);
            } catch (AwsError malformed) {
                throw MalformedPolicy.because(malformed.text());
            }
            return ResourcePolicy.set("ResourcePolicy", policy);
        });
    }

    private static String owner(@Nullable String given, String otherwise) {
        if (given == null) {
            return otherwise;
        }
        var account = ACCOUNT.matcher(given);
        if (!account.matches()) {
            throw invalid("Invalid ResourceOwner: " + given);
        }
        return account.group(1);
    }

    private static Optional<Principal> caller(@Nullable String arn) {
        return Optional.ofNullable(arn).map(text -> {
            var user = USER.matcher(text);
            if (!user.matches()) {
                throw invalid("CallerArn must be the ARN of an IAM user: " + text);
            }
            return new Principal.User(user.group(1), user.group(2), user.group(3), "AIDASIMULATED", SessionTerms.NONE);
        });
    }

    /** Who an identity is when it calls; a group never does. */
    private static Optional<Principal> self(Identity source) {
        return switch (source) {
            case User user -> Optional.of(
                    new Principal.User(user.account(), user.path(), user.name(), user.id(), SessionTerms.NONE));
            case Role role -> Optional.of(
                    new Principal.RoleSession(role.account(), role.arn(), role.name(), role.id(), "simulation", ""));
            case Group group -> Optional.empty();
        };
    }

    /** @throws AwsError NoSuchEntity, or InvalidInput for what is not the ARN of a user, group or role */
    private static Identity source(String arn, View view) {
        var parts = IDENTITY.matcher(arn);
        IdentityKind<?> kind = Optional.of(parts)
                .filter(Matcher::matches)
                .flatMap(found -> IdentityKind.named(found.group("kind")))
                .orElseThrow(() -> invalid(
                        "Invalid Entity Arn: " + arn + " does not clearly define entity type and name."));
        String name = parts.group("name");
        Identity found = kind.required(view, parts.group("account"), name);
        if (!found.arn().equals(arn)) {
            throw kind.absent(name);
        }
        return found;
    }

    private static Map<String, List<String>> context(List<ContextEntry> entries) {
        var context = new TreeMap<String, List<String>>(String.CASE_INSENSITIVE_ORDER);
        for (ContextEntry entry : entries) {
            if (entry.contextKeyName() == null) {
                throw invalid("Invalid context entry: ContextKeyName is required.");
            }
            String type = entry.contextKeyTypeAsString() == null ? "string" : entry.contextKeyTypeAsString();
            if (!type.endsWith("List") && entry.contextKeyValues().size() > 1) {
                throw invalid("Invalid context entry: " + entry.contextKeyName() + " of type " + type + " has several values.");
            }
            context.put(entry.contextKeyName(), List.copyOf(entry.contextKeyValues()));
        }
        return context;
    }

    /** The condition keys that policies ask about, each once, in the order of their names. */
    private static List<Facts.Key> keys(Stream<List<Attached>> policies) {
        var keys = new TreeMap<String, Facts.Key>(String.CASE_INSENSITIVE_ORDER);
        policies.flatMap(List::stream)
                .flatMap(policy -> policy.document().keys())
                .forEach(key -> keys.putIfAbsent(key.written(), key));
        return List.copyOf(keys.values());
    }

    private static List<String> names(Stream<List<Attached>> policies) {
        return keys(policies).stream().map(Facts.Key::written).toList();
    }

    private static AwsError invalid(String message) {
        return new AwsError("InvalidInput", 400, message);
    }
}
