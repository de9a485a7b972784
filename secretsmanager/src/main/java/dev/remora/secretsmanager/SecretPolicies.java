package dev.remora.secretsmanager;

import dev.remora.iam.ResourcePolicies;
import dev.remora.iam.ResourcePolicy;
import dev.remora.store.Scope;
import dev.remora.store.Store;
import dev.remora.wire.AwsError;
import dev.remora.wire.Call;
import dev.remora.wire.Principal;
import java.util.Optional;
import java.util.regex.Matcher;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.secretsmanager.model.DeleteResourcePolicyRequest;
import software.amazon.awssdk.services.secretsmanager.model.DeleteResourcePolicyResponse;
import software.amazon.awssdk.services.secretsmanager.model.GetResourcePolicyRequest;
import software.amazon.awssdk.services.secretsmanager.model.GetResourcePolicyResponse;
import software.amazon.awssdk.services.secretsmanager.model.PutResourcePolicyRequest;
import software.amazon.awssdk.services.secretsmanager.model.PutResourcePolicyResponse;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Policies of secrets. */
final class SecretPolicies implements ResourcePolicies.Finder {
    private static final JsonMapper JSON = JsonMapper.shared();

    private final Store store;

    SecretPolicies(Store store) {
        this.store = store;
    }

    PutResourcePolicyResponse put(PutResourcePolicyRequest request, Call call) {
        String policy = request.resourcePolicy();
        Scope scope = Secrets.scope(request.secretId(), call);
        Secret secret = Secrets.usable(store.view(), scope, request.secretId(), call.time());
        check(policy, secret.arn());
        if (Boolean.TRUE.equals(request.blockPublicPolicy()) && broad(JSON.readTree(policy).path("Statement"))) {
            throw new AwsError("PublicPolicyException", 400, "The resource policy grants broad access to the secret.");
        }
        set(scope, request.secretId(), call, policy);
        return PutResourcePolicyResponse.builder().arn(secret.arn()).name(secret.name()).build();
    }

    private static void check(String policy, String arn) {
        try {
            ResourcePolicy.check(policy, named -> named.equals(arn) || named.contains("*"));
        } catch (AwsError fault) {
            throw new AwsError("MalformedPolicyDocumentException", 400, "This resource policy contains a syntax error.");
        }
    }

    /** Whether anybody is allowed something without a condition. */
    private static boolean broad(JsonNode statements) {
        for (JsonNode statement : statements.isArray() ? statements : JSON.createArrayNode().add(statements)) {
            JsonNode principal = statement.path("Principal");
            JsonNode aws = principal.path("AWS");
            boolean anybody = principal.asString("").equals("*") || aws.asString("").equals("*")
                    || aws.valueStream().anyMatch(value -> value.asString("").equals("*"));
            if (statement.path("Effect").asString("").equals("Allow") && anybody && !statement.has("Condition")) {
                return true;
            }
        }
        return false;
    }

    GetResourcePolicyResponse get(GetResourcePolicyRequest request, Call call) {
        Secret secret = Secrets.require(
                store.view(), Secrets.scope(request.secretId(), call), request.secretId(), call.time());
        return GetResourcePolicyResponse.builder()
                .arn(secret.arn())
                .name(secret.name())
                .resourcePolicy(secret.policy().isEmpty() ? null : secret.policy())
                .build();
    }

    DeleteResourcePolicyResponse delete(DeleteResourcePolicyRequest request, Call call) {
        Secret secret = set(Secrets.scope(request.secretId(), call), request.secretId(), call, "");
        return DeleteResourcePolicyResponse.builder().arn(secret.arn()).name(secret.name()).build();
    }

    private Secret set(Scope scope, @Nullable String secretId, Call call, String policy) {
        return store.write(tx -> {
            Secret secret = Secrets.usable(tx, scope, secretId, call.time());
            tx.put(Secret.KIND, scope, secret.name(), secret.withPolicy(policy));
            return secret;
        });
    }

    @Override
    public Optional<ResourcePolicies.Resource> find(Principal caller, String action, String arn) {
        Matcher parts = Secrets.ARN.matcher(arn);
        if (!parts.lookingAt()) {
            return Optional.empty();
        }
        String owner = parts.group(2);
        return Secrets.find(store.view(), new Scope(owner, parts.group(1)), arn)
                .map(secret -> new ResourcePolicies.Resource(owner, secret.policy()));
    }
}
