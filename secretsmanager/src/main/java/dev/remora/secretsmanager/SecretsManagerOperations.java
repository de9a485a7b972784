package dev.remora.secretsmanager;

import dev.remora.wire.Operations;
import dev.remora.wire.Protocol;
import dev.remora.wire.ServiceInfo;
import java.util.List;
import software.amazon.awssdk.services.secretsmanager.model.CreateSecretRequest;
import software.amazon.awssdk.services.secretsmanager.model.DeleteSecretRequest;
import software.amazon.awssdk.services.secretsmanager.model.DescribeSecretRequest;
import software.amazon.awssdk.services.secretsmanager.model.GetSecretValueRequest;
import software.amazon.awssdk.services.secretsmanager.model.ListSecretsRequest;
import software.amazon.awssdk.services.secretsmanager.model.PutSecretValueRequest;

/** What of Secrets Manager is supported. */
final class SecretsManagerOperations {
    static final ServiceInfo INFO = new ServiceInfo(
            "secretsmanager", "secretsmanager", Protocol.AWS_JSON_1_1, "2017-10-17", "", "secretsmanager");

    static Operations of(Secrets secrets) {
        var operations = new Operations(INFO);
        operations
                .on(CreateSecretRequest.class, secrets::create)
                .enforced("Name", "ClientRequestToken", "SecretBinary", "SecretString", "Tags")
                .recorded("Description")
                .refused("KmsKeyId", "AddReplicaRegions", "ForceOverwriteReplicaSecret", "Type")
                .resources((i, c) -> List.of(secrets.decided(i.name(), c)));
        operations
                .on(GetSecretValueRequest.class, secrets::get)
                .enforced("SecretId", "VersionId", "VersionStage")
                .resources((i, c) -> List.of(secrets.decided(i.secretId(), c)));
        operations
                .on(PutSecretValueRequest.class, secrets::put)
                .enforced("SecretId", "ClientRequestToken", "SecretBinary", "SecretString", "VersionStages")
                .refused("RotationToken")
                .resources((i, c) -> List.of(secrets.decided(i.secretId(), c)));
        operations
                .on(DescribeSecretRequest.class, secrets::describe)
                .enforced("SecretId")
                .resources((i, c) -> List.of(secrets.decided(i.secretId(), c)));
        operations
                .on(DeleteSecretRequest.class, secrets::delete)
                .enforced("SecretId", "RecoveryWindowInDays", "ForceDeleteWithoutRecovery")
                .resources((i, c) -> List.of(secrets.decided(i.secretId(), c)));
        operations
                .on(ListSecretsRequest.class, secrets::list)
                .enforced("IncludePlannedDeletion", "MaxResults", "NextToken")
                .refused("Filters", "SortOrder", "SortBy");
        return operations;
    }

    private SecretsManagerOperations() {}
}
