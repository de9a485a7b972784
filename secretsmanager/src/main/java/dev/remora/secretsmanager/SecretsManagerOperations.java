package dev.remora.secretsmanager;

import dev.remora.wire.Call;
import dev.remora.wire.ConditionKeys;
import dev.remora.wire.Operations;
import dev.remora.wire.Permission;
import dev.remora.wire.Protocol;
import dev.remora.wire.ServiceInfo;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.services.secretsmanager.model.CreateSecretRequest;
import software.amazon.awssdk.services.secretsmanager.model.DeleteResourcePolicyRequest;
import software.amazon.awssdk.services.secretsmanager.model.DeleteSecretRequest;
import software.amazon.awssdk.services.secretsmanager.model.DescribeSecretRequest;
import software.amazon.awssdk.services.secretsmanager.model.GetResourcePolicyRequest;
import software.amazon.awssdk.services.secretsmanager.model.GetSecretValueRequest;
import software.amazon.awssdk.services.secretsmanager.model.ListSecretsRequest;
import software.amazon.awssdk.services.secretsmanager.model.PutResourcePolicyRequest;
import software.amazon.awssdk.services.secretsmanager.model.PutSecretValueRequest;

/** What of Secrets Manager is supported. */
final class SecretsManagerOperations {
    static final ServiceInfo INFO = new ServiceInfo(
            "secretsmanager", "secretsmanager", Protocol.AWS_JSON_1_1, "2017-10-17", "", "secretsmanager");

    static Operations of(Secrets secrets, SecretPolicies policies) {
        var operations = new Operations(INFO);
        operations
                .on(CreateSecretRequest.class, secrets::create)
                .enforced("Name", "ClientRequestToken", "SecretBinary", "SecretString", "Tags")
                .recorded("Description")
                .refused("KmsKeyId", "AddReplicaRegions", "ForceOverwriteReplicaSecret", "Type")
                .permissions((i, c) -> creating(i, c, secrets))
                .context((i, c) -> Secrets.requested(i).map())
                .printing(i -> i.name());
        operations
                .on(GetSecretValueRequest.class, secrets::get)
                .enforced("SecretId", "VersionId", "VersionStage")
                .permissions((i, c) -> List.of(secrets.on("secretsmanager:GetSecretValue", i.secretId(), c)))
                .context((i, c) -> new ConditionKeys()
                        .with("secretsmanager:VersionId", i.versionId())
                        .with("secretsmanager:VersionStage", i.versionStage())
                        .map())
                .printing(i -> i.secretId());
        operations
                .on(PutSecretValueRequest.class, secrets::put)
                .enforced("SecretId", "ClientRequestToken", "SecretBinary", "SecretString", "VersionStages")
                .refused("RotationToken")
                .permissions((i, c) -> List.of(secrets.on("secretsmanager:PutSecretValue", i.secretId(), c)))
                .printing(i -> i.secretId());
        operations
                .on(DescribeSecretRequest.class, secrets::describe)
                .enforced("SecretId")
                .permissions((i, c) -> List.of(secrets.on("secretsmanager:DescribeSecret", i.secretId(), c)))
                .printing(i -> i.secretId());
        operations
                .on(DeleteSecretRequest.class, secrets::delete)
                .enforced("SecretId", "RecoveryWindowInDays", "ForceDeleteWithoutRecovery")
                .permissions((i, c) -> List.of(secrets.on("secretsmanager:DeleteSecret", i.secretId(), c)))
                .context((i, c) -> new ConditionKeys()
                        .with("secretsmanager:RecoveryWindowInDays", i.recoveryWindowInDays())
                        .with("secretsmanager:ForceDeleteWithoutRecovery", i.forceDeleteWithoutRecovery())
                        .map())
                .printing(i -> i.secretId());
        operations
                .on(ListSecretsRequest.class, secrets::list)
                .enforced("IncludePlannedDeletion", "MaxResults", "NextToken")
                .refused("Filters", "SortOrder", "SortBy")
                .anyResource()
                .printing(i -> "");
        policies(operations, secrets, policies);
        return operations;
    }

    private static void policies(Operations operations, Secrets secrets, SecretPolicies policies) {
        operations
                .on(PutResourcePolicyRequest.class, policies::put)
                .enforced("SecretId", "ResourcePolicy", "BlockPublicPolicy")
                .permissions((i, c) -> List.of(secrets.on("secretsmanager:PutResourcePolicy", i.secretId(), c)))
                .context((i, c) -> new ConditionKeys()
                        .with("secretsmanager:BlockPublicPolicy", i.blockPublicPolicy())
                        .map())
                .printing(i -> i.secretId());
        operations
                .on(GetResourcePolicyRequest.class, policies::get)
                .enforced("SecretId")
                .permissions((i, c) -> List.of(secrets.on("secretsmanager:GetResourcePolicy", i.secretId(), c)))
                .printing(i -> i.secretId());
        operations
                .on(DeleteResourcePolicyRequest.class, policies::delete)
                .enforced("SecretId")
                .permissions((i, c) -> List.of(secrets.on("secretsmanager:DeleteResourcePolicy", i.secretId(), c)))
                .printing(i -> i.secretId());
    }

    /** A secret that is made with tags takes the permission to tag as well ("CreateSecret"). */
    private static List<Permission> creating(CreateSecretRequest request, Call call, Secrets secrets) {
        String arn = secrets.decided(request.name(), call);
        var create = new Permission("secretsmanager:CreateSecret", arn, Map.of());
        return request.tags().isEmpty()
                ? List.of(create)
                : List.of(create, new Permission("secretsmanager:TagResource", arn, Map.of()));
    }

    private SecretsManagerOperations() {}
}
