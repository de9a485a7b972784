package dev.remora.lambda;

import dev.remora.store.Scope;
import dev.remora.store.Store;
import dev.remora.wire.Call;
import dev.remora.wire.ConditionKeys;
import dev.remora.wire.Operations;
import dev.remora.wire.Permission;
import dev.remora.wire.Protocol;
import dev.remora.wire.ServiceInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.lambda.model.AddLayerVersionPermissionRequest;
import software.amazon.awssdk.services.lambda.model.AddPermissionRequest;
import software.amazon.awssdk.services.lambda.model.CreateEventSourceMappingRequest;
import software.amazon.awssdk.services.lambda.model.CreateFunctionRequest;
import software.amazon.awssdk.services.lambda.model.DeleteEventSourceMappingRequest;
import software.amazon.awssdk.services.lambda.model.DeleteFunctionConcurrencyRequest;
import software.amazon.awssdk.services.lambda.model.DeleteFunctionRequest;
import software.amazon.awssdk.services.lambda.model.DeleteLayerVersionRequest;
import software.amazon.awssdk.services.lambda.model.GetAccountSettingsRequest;
import software.amazon.awssdk.services.lambda.model.GetEventSourceMappingRequest;
import software.amazon.awssdk.services.lambda.model.GetFunctionConcurrencyRequest;
import software.amazon.awssdk.services.lambda.model.GetFunctionConfigurationRequest;
import software.amazon.awssdk.services.lambda.model.GetFunctionRequest;
import software.amazon.awssdk.services.lambda.model.GetLayerVersionByArnRequest;
import software.amazon.awssdk.services.lambda.model.GetLayerVersionPolicyRequest;
import software.amazon.awssdk.services.lambda.model.GetLayerVersionRequest;
import software.amazon.awssdk.services.lambda.model.GetPolicyRequest;
import software.amazon.awssdk.services.lambda.model.InvokeRequest;
import software.amazon.awssdk.services.lambda.model.ListEventSourceMappingsRequest;
import software.amazon.awssdk.services.lambda.model.ListFunctionsRequest;
import software.amazon.awssdk.services.lambda.model.ListLayerVersionsRequest;
import software.amazon.awssdk.services.lambda.model.ListLayersRequest;
import software.amazon.awssdk.services.lambda.model.ListTagsRequest;
import software.amazon.awssdk.services.lambda.model.ListVersionsByFunctionRequest;
import software.amazon.awssdk.services.lambda.model.PublishLayerVersionRequest;
import software.amazon.awssdk.services.lambda.model.PublishVersionRequest;
import software.amazon.awssdk.services.lambda.model.PutFunctionConcurrencyRequest;
import software.amazon.awssdk.services.lambda.model.RemoveLayerVersionPermissionRequest;
import software.amazon.awssdk.services.lambda.model.RemovePermissionRequest;
import software.amazon.awssdk.services.lambda.model.TagResourceRequest;
import software.amazon.awssdk.services.lambda.model.UntagResourceRequest;
import software.amazon.awssdk.services.lambda.model.UpdateEventSourceMappingRequest;
import software.amazon.awssdk.services.lambda.model.UpdateFunctionCodeRequest;
import software.amazon.awssdk.services.lambda.model.UpdateFunctionConfigurationRequest;
import software.amazon.awssdk.services.lambda.model.VpcConfig;

/** What of Lambda is supported, member by member. */
final class LambdaOperations {
    static final ServiceInfo SERVICE = new ServiceInfo("lambda", "lambda", Protocol.REST_JSON, "2015-03-31", "", "");

    private final Store store;
    private final VpcConfigs vpcs;

    LambdaOperations(Store store, VpcConfigs vpcs) {
        this.store = store;
        this.vpcs = vpcs;
    }

    Operations table(
            Functions functions,
            FunctionUpdates updates,
            Versions versions,
            Invocations invocations,
            Concurrency concurrency,
            FunctionPolicies policies,
            Layers layers,
            LayerPolicies layerPolicies,
            Tags tags,
            AccountSettings settings,
            EventSourceMappings mappings) {
        var ops = new Operations(SERVICE);
        functions(ops, functions);
        updates(ops, updates);
        mappings(ops, mappings);
        policies(ops, policies);
        layers(ops, layers, layerPolicies);
        tags(ops, tags);

        ops.on(InvokeRequest.class, invocations::invoke)
                .action("lambda:InvokeFunction")
                .permissions((r, call) -> function("lambda:InvokeFunction", r.functionName(), r.qualifier(), call))
                .enforced("FunctionName", "Qualifier", "InvocationType", "LogType", "ClientContext", "Payload")
                .refused("DurableExecutionName", "TenantId");
        ops.on(PublishVersionRequest.class, versions::publish)
                .permissions((r, call) -> function("lambda:PublishVersion", r.functionName(), null, call))
                .enforced("FunctionName", "CodeSha256", "Description", "RevisionId")
                .refused("PublishTo");
        ops.on(ListVersionsByFunctionRequest.class, versions::list)
                .permissions((r, call) -> function("lambda:ListVersionsByFunction", r.functionName(), null, call))
                .enforced("FunctionName", "Marker", "MaxItems");

        ops.on(PutFunctionConcurrencyRequest.class, concurrency::put)
                .permissions((r, call) -> function("lambda:PutFunctionConcurrency", r.functionName(), null, call))
                .enforced("FunctionName", "ReservedConcurrentExecutions");
        ops.on(GetFunctionConcurrencyRequest.class, concurrency::get)
                .permissions((r, call) -> function("lambda:GetFunctionConcurrency", r.functionName(), null, call))
                .enforced("FunctionName");
        ops.on(DeleteFunctionConcurrencyRequest.class, concurrency::delete)
                .permissions((r, call) -> function("lambda:DeleteFunctionConcurrency", r.functionName(), null, call))
                .enforced("FunctionName");

        ops.on(GetAccountSettingsRequest.class, settings::get).anyResource();
        return ops;
    }

    private void policies(Operations ops, FunctionPolicies policies) {
        ops.on(AddPermissionRequest.class, policies::add)
                .permissions((r, call) -> function("lambda:AddPermission", r.functionName(), r.qualifier(), call))
                .context((r, call) -> new ConditionKeys().with("lambda:Principal", r.principal()).map())
                .enforced("FunctionName", "StatementId", "Action", "Principal", "SourceArn", "SourceAccount", "EventSourceToken",
                        "Qualifier", "RevisionId", "PrincipalOrgID")
                .refused("FunctionUrlAuthType", "InvokedViaFunctionUrl");
        ops.on(RemovePermissionRequest.class, policies::remove)
                .permissions((r, call) -> function("lambda:RemovePermission", r.functionName(), r.qualifier(), call))
                .context((r, call) -> {
                    String principal =
                            policies.principal(FunctionName.parse(r.functionName(), r.qualifier(), call), r.statementId());
                    return new ConditionKeys().with("lambda:Principal", principal.isEmpty() ? null : principal).map();
                })
                .enforced("FunctionName", "StatementId", "Qualifier", "RevisionId");
        ops.on(GetPolicyRequest.class, policies::get)
                .permissions((r, call) -> function("lambda:GetPolicy", r.functionName(), r.qualifier(), call))
                .enforced("FunctionName", "Qualifier");
    }

    private void layers(Operations ops, Layers layers, LayerPolicies policies) {
        ops.on(PublishLayerVersionRequest.class, layers::publish)
                .resources((r, call) -> List.of(LayerName.parse(r.layerName(), call).layerArn()))
                .enforced("LayerName", "Content", "Description", "LicenseInfo", "CompatibleRuntimes", "CompatibleArchitectures");
        ops.on(GetLayerVersionRequest.class, layers::get)
                .resources((r, call) -> List.of(LayerName.version(r.layerName(), r.versionNumber(), call).arn()))
                .enforced("LayerName", "VersionNumber");
        ops.on(GetLayerVersionByArnRequest.class, layers::getByArn)
                .action("lambda:GetLayerVersion")
                .resources((r, call) -> List.of(Layers.versionArn(r.arn()).arn()))
                .enforced("Arn");
        ops.on(ListLayersRequest.class, layers::list)
                .anyResource()
                .enforced("CompatibleRuntime", "CompatibleArchitecture", "Marker", "MaxItems");
        ops.on(ListLayerVersionsRequest.class, layers::listVersions)
                .resources((r, call) -> List.of(everyLayer(LayerName.parse(r.layerName(), call))))
                .printing(r -> "*")
                .enforced("LayerName", "CompatibleRuntime", "CompatibleArchitecture", "Marker", "MaxItems");
        ops.on(DeleteLayerVersionRequest.class, layers::delete)
                .resources((r, call) -> List.of(LayerName.version(r.layerName(), r.versionNumber(), call).arn()))
                .enforced("LayerName", "VersionNumber");
        ops.on(AddLayerVersionPermissionRequest.class, policies::add)
                .resources((r, call) -> List.of(LayerName.version(r.layerName(), r.versionNumber(), call).arn()))
                .enforced("LayerName", "VersionNumber", "StatementId", "Action", "Principal", "OrganizationId", "RevisionId");
        ops.on(RemoveLayerVersionPermissionRequest.class, policies::remove)
                .resources((r, call) -> List.of(LayerName.version(r.layerName(), r.versionNumber(), call).arn()))
                .enforced("LayerName", "VersionNumber", "StatementId", "RevisionId");
        ops.on(GetLayerVersionPolicyRequest.class, policies::get)
                .resources((r, call) -> List.of(LayerName.version(r.layerName(), r.versionNumber(), call).arn()))
                .enforced("LayerName", "VersionNumber");
    }

    private void tags(Operations ops, Tags tags) {
        ops.on(TagResourceRequest.class, tags::tag)
                .permissions((r, call) -> List.of(ofArn("lambda:TagResource", r.resource(), call)))
                .context((r, call) -> ConditionKeys.requested(r.tags()).map())
                .enforced("Resource", "Tags");
        ops.on(UntagResourceRequest.class, tags::untag)
                .permissions((r, call) -> List.of(ofArn("lambda:UntagResource", r.resource(), call)))
                .context((r, call) -> ConditionKeys.untagging(r.tagKeys()).map())
                .enforced("Resource", "TagKeys");
        ops.on(ListTagsRequest.class, tags::list)
                .permissions((r, call) -> List.of(ofArn("lambda:ListTags", r.resource(), call)))
                .enforced("Resource");
    }

    private void functions(Operations ops, Functions functions) {
        ops.on(CreateFunctionRequest.class, functions::create)
                .permissions(this::creating)
                .context((r, call) -> ConditionKeys.requested(r.tags())
                        .and(vpcs.conditionKeys(scope(call), r.vpcConfig(), Optional.empty()))
                        .and(layerKeys(r.layers()))
                        .map())
                .enforced("FunctionName", "Runtime", "Role", "Handler", "Code", "Description", "Timeout", "MemorySize", "Publish",
                        "VpcConfig", "PackageType", "Environment", "Tags", "Architectures", "EphemeralStorage", "SnapStart",
                        "LoggingConfig", "Layers")
                .recorded("KMSKeyArn", "TracingConfig")
                .refused("PublishTo", "DeadLetterConfig", "FileSystemConfigs", "CodeSigningConfigArn", "ImageConfig",
                        "TenancyConfig", "CapacityProviderConfig", "DurableConfig");
        ops.on(GetFunctionRequest.class, functions::get)
                .permissions((r, call) -> function("lambda:GetFunction", r.functionName(), r.qualifier(), call))
                .enforced("FunctionName", "Qualifier");
        ops.on(GetFunctionConfigurationRequest.class, functions::configuration)
                .permissions((r, call) -> function("lambda:GetFunctionConfiguration", r.functionName(), r.qualifier(), call))
                .enforced("FunctionName", "Qualifier");
        ops.on(ListFunctionsRequest.class, functions::list)
                .anyResource()
                .enforced("FunctionVersion", "Marker", "MaxItems")
                .refused("MasterRegion");
        ops.on(DeleteFunctionRequest.class, functions::delete)
                .permissions((r, call) -> function("lambda:DeleteFunction", r.functionName(), r.qualifier(), call))
                .enforced("FunctionName", "Qualifier");
    }

    private void updates(Operations ops, FunctionUpdates updates) {
        ops.on(UpdateFunctionConfigurationRequest.class, updates::configuration)
                .permissions(this::updating)
                .context((r, call) -> new ConditionKeys()
                        .and(vpcKeys(r.functionName(), r.vpcConfig(), call))
                        .and(layerKeys(r.layers()))
                        .map())
                .enforced("FunctionName", "Role", "Handler", "Description", "Timeout", "MemorySize", "VpcConfig", "Environment",
                        "Runtime", "RevisionId", "EphemeralStorage", "SnapStart", "LoggingConfig", "Layers")
                .recorded("KMSKeyArn", "TracingConfig")
                .refused("DeadLetterConfig", "FileSystemConfigs", "ImageConfig", "CapacityProviderConfig",
                "DurableConfig");
        ops.on(UpdateFunctionCodeRequest.class, updates::code)
                .permissions((r, call) -> function("lambda:UpdateFunctionCode", r.functionName(), null, call))
                .enforced("FunctionName", "ZipFile", "S3Bucket", "S3Key", "Architectures", "Publish", "DryRun", "RevisionId")
                .refused("S3ObjectVersion", "S3ObjectStorageMode", "ImageUri", "PublishTo", "SourceKMSKeyArn");
    }

    private void mappings(Operations ops, EventSourceMappings mappings) {
        ops.on(CreateEventSourceMappingRequest.class, mappings::create)
                .anyResource()
                .context((r, call) -> Map.of("lambda:FunctionArn",
                        List.of(FunctionName.parse(r.functionName(), null, call).asked())))
                .enforced("EventSourceArn", "FunctionName", "Enabled", "BatchSize", "FilterCriteria", "ScalingConfig",
                        "MaximumBatchingWindowInSeconds", "StartingPosition", "StartingPositionTimestamp",
                        "FunctionResponseTypes")
                .refused("KMSKeyArn", "MetricsConfig", "LoggingConfig", "ParallelizationFactor", "DestinationConfig",
                        "MaximumRecordAgeInSeconds", "BisectBatchOnFunctionError", "MaximumRetryAttempts", "Tags",
                        "TumblingWindowInSeconds", "Topics", "Queues", "SourceAccessConfigurations",
                        "SelfManagedEventSource", "AmazonManagedKafkaEventSourceConfig",
                        "SelfManagedKafkaEventSourceConfig", "DocumentDBEventSourceConfig", "ProvisionedPollerConfig");
        ops.on(UpdateEventSourceMappingRequest.class, mappings::update)
                .resources((r, call) -> List.of(EventSourceMappings.arn(scope(call), r.uuid())))
                .context((r, call) -> mappingKeys(r.uuid(), call))
                .enforced("UUID", "FunctionName", "Enabled", "BatchSize", "FilterCriteria", "ScalingConfig",
                        "MaximumBatchingWindowInSeconds", "FunctionResponseTypes")
                .refused("KMSKeyArn", "MetricsConfig", "LoggingConfig", "ParallelizationFactor", "DestinationConfig",
                        "MaximumRecordAgeInSeconds", "BisectBatchOnFunctionError", "MaximumRetryAttempts",
                        "TumblingWindowInSeconds", "SourceAccessConfigurations", "AmazonManagedKafkaEventSourceConfig",
                        "SelfManagedKafkaEventSourceConfig", "DocumentDBEventSourceConfig", "ProvisionedPollerConfig");
        ops.on(GetEventSourceMappingRequest.class, mappings::get)
                .resources((r, call) -> List.of(EventSourceMappings.arn(scope(call), r.uuid())))
                .context((r, call) -> mappingKeys(r.uuid(), call))
                .enforced("UUID");
        ops.on(DeleteEventSourceMappingRequest.class, mappings::delete)
                .resources((r, call) -> List.of(EventSourceMappings.arn(scope(call), r.uuid())))
                .context((r, call) -> mappingKeys(r.uuid(), call))
                .enforced("UUID");
        ops.on(ListEventSourceMappingsRequest.class, mappings::list)
                .anyResource()
                .enforced("EventSourceArn", "FunctionName", "Marker", "MaxItems");
    }

    private Map<String, List<String>> mappingKeys(String uuid, Call call) {
        return store.view()
                .get(MappingDocument.KIND, scope(call), uuid)
                .map(mapping -> Map.of("lambda:FunctionArn", List.of(mapping.functionArn())))
                .orElse(Map.of());
    }

    /** AWS asks about no layer here; whose they are is said, so that nobody lists another account's. */
    private static String everyLayer(LayerName layer) {
        return "arn:aws:lambda:" + layer.scope().region() + ":" + layer.scope().account() + ":layer:*";
    }

    /** Whoever makes a function with tags must be allowed to tag it ("Using tags on Lambda functions"), and to pass its role. */
    private List<Permission> creating(CreateFunctionRequest request, Call call) {
        FunctionName name = FunctionName.parse(request.functionName(), null, call);
        var needed = new ArrayList<>(List.of(named("lambda:CreateFunction", name)));
        if (!request.tags().isEmpty()) {
            needed.add(named("lambda:TagResource", name));
        }
        needed.addAll(ExecutionRoles.passing(call, request.role(), name.arn()));
        return needed;
    }

    private List<Permission> updating(UpdateFunctionConfigurationRequest request, Call call) {
        FunctionName name = FunctionName.parse(request.functionName(), null, call);
        var needed = new ArrayList<>(List.of(named("lambda:UpdateFunctionConfiguration", name)));
        needed.addAll(ExecutionRoles.passing(call, request.role(), name.arn()));
        return needed;
    }

    private List<Permission> function(String action, @Nullable String given, @Nullable String qualifier, Call call) {
        return List.of(named(action, FunctionName.parse(given, qualifier, call)));
    }

    /** What a call needs for an ARN that may be none of a function's. */
    private Permission ofArn(String action, String arn, Call call) {
        return FunctionName.isFunction(arn)
                ? named(action, FunctionName.parse(arn, null, call))
                : new Permission(action, arn, Map.of());
    }

    private Permission named(String action, FunctionName name) {
        Map<String, String> tags = store.view()
                .get(FunctionDocument.KIND, name.scope(), name.name())
                .map(FunctionDocument::tags)
                .orElse(Map.of());
        return new Permission(action, name.asked(), ConditionKeys.owned(tags).map());
    }

    private static Map<String, List<String>> layerKeys(List<String> arns) {
        return arns.isEmpty() ? Map.of() : Map.of("lambda:Layer", List.copyOf(arns));
    }

    /** An update that says nothing of a VPC is judged by what the function has. */
    private Map<String, List<String>> vpcKeys(@Nullable String given, @Nullable VpcConfig asked, Call call) {
        FunctionName name = FunctionName.parse(given, null, call);
        Optional<Settings.Vpc> current = store.view()
                .get(VersionDocument.KIND, name.scope(), VersionDocument.id(name.name(), FunctionName.LATEST))
                .flatMap(v -> v.shown().vpc());
        return vpcs.conditionKeys(name.scope(), asked, current);
    }

    private static Scope scope(Call call) {
        return new Scope(call.account(), call.region());
    }
}
