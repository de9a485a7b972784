package dev.remora.lambda;

import dev.remora.iam.ResourcePolicies;
import dev.remora.iam.StatementPolicy;
import dev.remora.store.Ids;
import dev.remora.store.Store;
import dev.remora.store.Transaction;
import dev.remora.store.View;
import dev.remora.wire.AwsError;
import dev.remora.wire.Call;
import dev.remora.wire.Principal;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.lambda.model.AddPermissionRequest;
import software.amazon.awssdk.services.lambda.model.AddPermissionResponse;
import software.amazon.awssdk.services.lambda.model.GetPolicyRequest;
import software.amazon.awssdk.services.lambda.model.GetPolicyResponse;
import software.amazon.awssdk.services.lambda.model.RemovePermissionRequest;
import software.amazon.awssdk.services.lambda.model.RemovePermissionResponse;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Policies of functions, made statement by statement: the function's own, and one of each version. ("Viewing resource-based IAM
 * policies in Lambda"; texts of errors as AWS answered them to others.)
 */
final class FunctionPolicies implements ResourcePolicies.Finder {
    /** Bytes of a policy ("Lambda quotas"). */
    static final int BYTES_MAX = 20_480;

    private static final Pattern SERVICE = Pattern.compile("[a-z0-9.-]+\\.amazonaws\\.com");
    private static final Pattern ACCOUNT = Pattern.compile("\\d{12}");
    private static final Pattern IDENTITY = Pattern.compile(
            "arn:aws:(iam::\\d{12}:(root|(user|role)/\\S+)|sts::\\d{12}:(assumed-role|federated-user)/\\S+)");
    private static final JsonMapper JSON = JsonMapper.shared();

    private final Store store;
    private final Ids ids;

    FunctionPolicies(Store store, Ids ids) {
        this.store = store;
        this.ids = ids;
    }

    AddPermissionResponse add(AddPermissionRequest request, Call call) {
        FunctionName name = FunctionName.reach(request.functionName(), request.qualifier(), call);
        if (name.qualifier().equals(Optional.of(FunctionName.LATEST))) {
            throw Refusal.invalid("We currently do not support adding policies for $LATEST.");
        }
        ObjectNode statement = statement(request, name.asked());
        store.write(tx -> {
            FunctionDocument function = function(tx, name);
            VersionDocument version = Functions.version(tx, name);
            checkRevision(request.revisionId(), version);
            String text = with(function.policy(qualifier(name)), statement);
            put(tx, name, function, version, text);
            return true;
        });
        return AddPermissionResponse.builder().statement(statement.toString()).build();
    }

    RemovePermissionResponse remove(RemovePermissionRequest request, Call call) {
        FunctionName name = FunctionName.reach(request.functionName(), request.qualifier(), call);
        store.write(tx -> {
            FunctionDocument function = tx.get(FunctionDocument.KIND, name.scope(), name.name())
                    .orElseThrow(() -> notFound("No policy found for: " + name.arn()));
            VersionDocument version = Functions.version(tx, name);
            if (!function.policies().containsKey(qualifier(name))) {
                throw notFound("No policy is associated with the given resource.");
            }
            String text = without(function.policy(qualifier(name)), request.statementId());
            checkRevision(request.revisionId(), version);
            put(tx, name, function, version, text);
            return true;
        });
        return RemovePermissionResponse.builder().build();
    }

    GetPolicyResponse get(GetPolicyRequest request, Call call) {
        FunctionName name = FunctionName.reach(request.functionName(), request.qualifier(), call);
        View view = store.view();
        String policy = function(view, name).policy(qualifier(name));
        VersionDocument version = Functions.version(view, name);
        if (policy.isEmpty()) {
            throw notFound("The resource you requested does not exist.");
        }
        return GetPolicyResponse.builder().policy(policy).revisionId(version.revisionId()).build();
    }

    @Override
    public Optional<ResourcePolicies.Resource> find(Principal caller, String action, String arn) {
        if (!FunctionName.isFunction(arn)) {
            return Optional.empty();
        }
        FunctionName name = FunctionName.ofArn(arn);
        return store.view()
                .get(FunctionDocument.KIND, name.scope(), name.name())
                .map(function -> new ResourcePolicies.Resource(
                        name.account(), function.policy(qualifier(name))));
    }

    /** The principal that a statement which is to be removed names, as AddPermission was given it; empty if there is none. */
    String principal(FunctionName name, @Nullable String statementId) {
        return store.view()
                .get(FunctionDocument.KIND, name.scope(), name.name())
                .flatMap(function -> policy(function.policy(qualifier(name)))
                        .find(String.valueOf(statementId)))
                .map(statement -> statement.path("Principal"))
                .map(p -> p.isObject() ? p.iterator().next().asString("") : p.asString(""))
                .orElse("");
    }

    private void put(Transaction tx, FunctionName name, FunctionDocument function, VersionDocument version, String policy) {
        tx.put(FunctionDocument.KIND, name.scope(), name.name(), function.withPolicy(qualifier(name), policy));
        tx.put(VersionDocument.KIND, name.scope(), version.id(), version.revised(ids.uuid()));
    }

    private static FunctionDocument function(View view, FunctionName name) {
        return view.get(FunctionDocument.KIND, name.scope(), name.name())
                .orElseThrow(() -> Refusal.functionNotFound(name.asked()));
    }

    /** The key of a policy. */
    static String qualifier(FunctionName name) {
        return name.qualifier().filter(q -> !q.equals(FunctionName.LATEST)).orElse("");
    }

    private static StatementPolicy policy(String text) {
        return StatementPolicy.of(text, "2012-10-17", "default");
    }

    /** A policy's text with one more statement; of a function or of a layer. */
    static String with(String text, ObjectNode statement) {
        StatementPolicy policy = policy(text);
        String id = statement.path("Sid").asString("");
        if (policy.find(id).isPresent()) {
            throw Refusal.conflict("The statement id (" + id + ") provided already exists. Please provide"
                    + " a new statement id, or remove the existing statement.");
        }
        policy.add(statement);
        String longer = policy.text();
        int bytes = longer.getBytes(StandardCharsets.UTF_8).length;
        if (bytes > BYTES_MAX) {
            throw new AwsError("PolicyLengthExceededException", 400,
                    "The final policy size (" + bytes + ") is bigger than the limit (" + BYTES_MAX + ").");
        }
        return longer;
    }

    /** A policy's text without a statement; empty if that was the last one. */
    static String without(String text, String statementId) {
        StatementPolicy policy = policy(text);
        if (!policy.remove(statementId)) {
            throw notFound("Statement " + statementId + " is not found in resource policy.");
        }
        return policy.text();
    }

    private static void checkRevision(@Nullable String asked, VersionDocument version) {
        if (asked != null && !asked.equals(version.revisionId())) {
            throw Refusal.stalePolicy();
        }
    }

    private static ObjectNode statement(AddPermissionRequest request, String arn) {
        ObjectNode statement = JSON.createObjectNode().put("Sid", request.statementId()).put("Effect", "Allow");
        principal(statement, request.principal());
        statement.put("Action", request.action()).put("Resource", arn);
        ObjectNode equal = JSON.createObjectNode();
        put(equal, "aws:PrincipalOrgID", request.principalOrgID());
        put(equal, "AWS:SourceAccount", request.sourceAccount());
        put(equal, "lambda:EventSourceToken", request.eventSourceToken());
        ObjectNode conditions = JSON.createObjectNode();
        if (!equal.isEmpty()) {
            conditions.set("StringEquals", equal);
        }
        if (request.sourceArn() != null) {
            conditions.putObject("ArnLike").put("AWS:SourceArn", request.sourceArn());
        }
        if (!conditions.isEmpty()) {
            statement.set("Condition", conditions);
        }
        return statement;
    }

    private static void principal(ObjectNode statement, String given) {
        if (given.equals("*")) {
            statement.put("Principal", given);
        } else if (SERVICE.matcher(given).matches()) {
            statement.putObject("Principal").put("Service", given);
        } else if (ACCOUNT.matcher(given).matches()) {
            statement.putObject("Principal").put("AWS", "arn:aws:iam::" + given + ":root");
        } else if (IDENTITY.matcher(given).matches()) {
            statement.putObject("Principal").put("AWS", given);
        } else {
            throw Refusal.invalid("The provided principal was invalid. Please check the principal and try again.");
        }
    }

    private static void put(ObjectNode to, String key, @Nullable String value) {
        if (value != null) {
            to.put(key, value);
        }
    }

    static AwsError notFound(String message) {
        return new AwsError("ResourceNotFoundException", 404, message);
    }
}
