package dev.remora.lambda;

import dev.remora.iam.ResourcePolicies;
import dev.remora.store.Ids;
import dev.remora.store.Store;
import dev.remora.wire.Call;
import dev.remora.wire.Principal;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.lambda.model.AddLayerVersionPermissionRequest;
import software.amazon.awssdk.services.lambda.model.AddLayerVersionPermissionResponse;
import software.amazon.awssdk.services.lambda.model.GetLayerVersionPolicyRequest;
import software.amazon.awssdk.services.lambda.model.GetLayerVersionPolicyResponse;
import software.amazon.awssdk.services.lambda.model.RemoveLayerVersionPermissionRequest;
import software.amazon.awssdk.services.lambda.model.RemoveLayerVersionPermissionResponse;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Policies of layer versions, made statement by statement: which other accounts may use them. */
final class LayerPolicies implements ResourcePolicies.Finder {
    private static final String ACTION = "lambda:GetLayerVersion";
    private static final Pattern ACCOUNT = Pattern.compile("(?:arn:aws[a-zA-Z-]*:iam::)?(\\d{12})(?::root)?");
    private static final JsonMapper JSON = JsonMapper.shared();

    private final Store store;
    private final Ids ids;

    LayerPolicies(Store store, Ids ids) {
        this.store = store;
        this.ids = ids;
    }

    @Override
    public Optional<ResourcePolicies.Resource> find(Principal caller, String action, String arn) {
        return LayerName.ofArn(arn)
                .flatMap(name -> store.view().get(LayerVersionDocument.KIND, name.scope(), name.id())
                        .map(v -> new ResourcePolicies.Resource(name.account(), v.policy())));
    }

    AddLayerVersionPermissionResponse add(AddLayerVersionPermissionRequest request, Call call) {
        LayerName name = LayerName.version(request.layerName(), request.versionNumber(), call);
        if (!ACTION.equals(request.action())) {
            throw Refusal.validation(
                    String.valueOf(request.action()), "action", "Member must satisfy regular expression pattern: " + ACTION);
        }
        ObjectNode statement = statement(request, name);
        LayerVersionDocument then = store.write(tx -> {
            LayerVersionDocument now = Layers.require(tx, name);
            checkRevision(request.revisionId(), now);
            LayerVersionDocument next = now.withPolicy(FunctionPolicies.with(now.policy(), statement), ids.uuid());
            tx.put(LayerVersionDocument.KIND, name.scope(), name.id(), next);
            return next;
        });
        return AddLayerVersionPermissionResponse.builder()
                .statement(statement.toString())
                .revisionId(then.revisionId())
                .build();
    }

    private static ObjectNode statement(AddLayerVersionPermissionRequest request, LayerName name) {
        String principal = request.principal() == null ? "" : request.principal();
        ObjectNode statement = JSON.createObjectNode().put("Sid", request.statementId()).put("Effect", "Allow");
        if (principal.equals("*")) {
            statement.put("Principal", "*");
        } else {
            var account = ACCOUNT.matcher(principal);
            if (!account.matches() || request.organizationId() != null) {
                throw Refusal.invalid(request.organizationId() != null
                        ? "Principal must be * where an OrganizationId is given."
                        : "The provided principal was invalid. Please check the principal and try again.");
            }
            statement.putObject("Principal").put("AWS", "arn:aws:iam::" + account.group(1) + ":root");
        }
        statement.put("Action", ACTION).put("Resource", name.arn());
        if (request.organizationId() != null) {
            statement.putObject("Condition").putObject("StringEquals").put("aws:PrincipalOrgID", request.organizationId());
        }
        return statement;
    }

    RemoveLayerVersionPermissionResponse remove(RemoveLayerVersionPermissionRequest request, Call call) {
        LayerName name = LayerName.version(request.layerName(), request.versionNumber(), call);
        store.write(tx -> {
            LayerVersionDocument now = Layers.require(tx, name);
            checkRevision(request.revisionId(), now);
            String text = FunctionPolicies.without(now.policy(), request.statementId());
            tx.put(LayerVersionDocument.KIND, name.scope(), name.id(), now.withPolicy(text, ids.uuid()));
            return true;
        });
        return RemoveLayerVersionPermissionResponse.builder().build();
    }

    GetLayerVersionPolicyResponse get(GetLayerVersionPolicyRequest request, Call call) {
        LayerName name = LayerName.version(request.layerName(), request.versionNumber(), call);
        LayerVersionDocument version = Layers.require(store.view(), name);
        if (version.policy().isEmpty()) {
            throw FunctionPolicies.notFound("No policy is associated with the given resource.");
        }
        return GetLayerVersionPolicyResponse.builder().policy(version.policy()).revisionId(version.revisionId()).build();
    }

    private static void checkRevision(@Nullable String asked, LayerVersionDocument version) {
        if (asked != null && !asked.equals(version.revisionId())) {
            throw Refusal.stalePolicy();
        }
    }
}
