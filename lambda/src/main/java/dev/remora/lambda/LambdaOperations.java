package dev.remora.lambda;

import dev.remora.store.Scope;
import dev.remora.store.Store;
import dev.remora.wire.Call;
import dev.remora.wire.Operations;
import dev.remora.wire.Protocol;
import dev.remora.wire.ServiceInfo;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.lambda.model.CreateEventSourceMappingRequest;
import software.amazon.awssdk.services.lambda.model.CreateFunctionRequest;
import software.amazon.awssdk.services.lambda.model.DeleteEventSourceMappingRequest;
import software.amazon.awssdk.services.lambda.model.DeleteFunctionConcurrencyRequest;
import software.amazon.awssdk.services.lambda.model.DeleteFunctionRequest;
import software.amazon.awssdk.services.lambda.model.GetAccountSettingsRequest;
import software.amazon.awssdk.services.lambda.model.GetEventSourceMappingRequest;
import software.amazon.awssdk.services.lambda.model.GetFunctionConcurrencyRequest;
import software.amazon.awssdk.services.lambda.model.GetFunctionConfigurationRequest;
import software.amazon.awssdk.services.lambda.model.GetFunctionRequest;
import software.amazon.awssdk.services.lambda.model.InvokeRequest;
import software.amazon.awssdk.services.lambda.model.ListEventSourceMappingsRequest;
import software.amazon.awssdk.services.lambda.model.ListFunctionsRequest;
import software.amazon.awssdk.services.lambda.model.ListTagsRequest;
import software.amazon.awssdk.services.lambda.model.ListVersionsByFunctionRequest;
import software.amazon.awssdk.services.lambda.model.PublishVersionRequest;
import software.amazon.awssdk.services.lambda.model.PutFunctionConcurrencyRequest;
import software.amazon.awssdk.services.lambda.model.TagResourceRequest;
import software.amazon.awssdk.services.lambda.model.UntagResourceRequest;
import software.amazon.awssdk.services.lambda.model.UpdateEventSourceMappingRequest;
import software.amazon.awssdk.services.lambda.model.UpdateFunctionCodeRequest;
import software.amazon.awssdk.services.lambda.model.UpdateFunctionConfigurationRequest;
import software.amazon.awssdk.services.lambda.model.VpcConfig;

/** What of Lambda is supported, member by member. */
final class LambdaOperations {
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
            Tags tags,
            AccountSettings settings,
            EventSourceMappings mappings) {
        var ops = new Operations(new ServiceInfo("lambda", "lambda", Protocol.REST_JSON, "2015-03-31", "", ""));
        functions(ops, functions);
        updates(ops, updates);
        mappings(ops, mappings);

        ops.on(InvokeRequest.class, invocations::invoke)
                .action("lambda:InvokeFunction")
                .resources((r, call) -> function(r.functionName(), r.qualifier(), call))
                .enforced("FunctionName", "Qualifier", "InvocationType", "LogType", "ClientContext", "Payload")
                .refused("DurableExecutionName", "TenantId");
        ops.on(PublishVersionRequest.class, versions::publish)
                .resources((r, call) -> function(r.functionName(), null, call))
                .enforced("FunctionName", "CodeSha256", "Description", "RevisionId")
                .refused("PublishTo");
        ops.on(ListVersionsByFunctionRequest.class, versions::list)
                .resources((r, call) -> function(r.functionName(), null, call))
                .enforced("FunctionName", "Marker", "MaxItems");

        ops.on(PutFunctionConcurrencyRequest.class, concurrency::put)
                .resources((r, call) -> function(r.functionName(), null, call))
                .enforced("FunctionName", "ReservedConcurrentExecutions");
        ops.on(GetFunctionConcurrencyRequest.class, concurrency::get)
                .resources((r, call) -> function(r.functionName(), null, call))
                .enforced("FunctionName");
        ops.on(DeleteFunctionConcurrencyRequest.class, concurrency::delete)
                .resources((r, call) -> function(r.functionName(), null, call))
                .enforced("FunctionName");

        ops.on(TagResourceRequest.class, tags::tag)
                .resources((r, call) -> List.of(r.resource()))
                .enforced("Resource", "Tags");
        ops.on(UntagResourceRequest.class, tags::untag)
                .resources((r, call) -> List.of(r.resource()))
                .enforced("Resource", "TagKeys");
        ops.on(ListTagsRequest.class, tags::list).resources((r, call) -> List.of(r.resource())).enforced("Resource");
        ops.on(GetAccountSettingsRequest.class, settings::get);
        return ops;
    }

    private void functions(Operations ops, Functions functions) {
        ops.on(CreateFunctionRequest.class, functions::create)
                .resources((r, call) -> function(r.functionName(), null, call))
                .context((r, call) -> vpcs.conditionKeys(scope(call), r.vpcConfig(), Optional.empty()))
                .enforced("FunctionName", "Runtime", "Role", "Handler", "Code", "Description", "Timeout", "MemorySize", "Publish",
                        "VpcConfig", "PackageType", "Environment", "Tags", "Architectures", "EphemeralStorage", "SnapStart",
                        "LoggingConfig")
                .recorded("KMSKeyArn", "TracingConfig")
                .refused("PublishTo", "DeadLetterConfig", "Layers", "FileSystemConfigs", "CodeSigningConfigArn", "ImageConfig",
                        "TenancyConfig", "CapacityProviderConfig", "DurableConfig");
        ops.on(GetFunctionRequest.class, functions::get)
                .resources((r, call) -> function(r.functionName(), r.qualifier(), call))
                .enforced("FunctionName", "Qualifier");
        ops.on(GetFunctionConfigurationRequest.class, functions::configuration)
                .resources((r, call) -> function(r.functionName(), r.qualifier(), call))
                .enforced("FunctionName", "Qualifier");
        ops.on(ListFunctionsRequest.class, functions::list)
                .enforced("FunctionVersion", "Marker", "MaxItems")
                .refused("MasterRegion");
        ops.on(DeleteFunctionRequest.class, functions::delete)
                .resources((r, call) -> function(r.functionName(), r.qualifier(), call))
                .enforced("FunctionName", "Qualifier");
    }

    private void updates(Operations ops, FunctionUpdates updates) {
        ops.on(UpdateFunctionConfigurationRequest.class, updates::configuration)
                .resources((r, call) -> function(r.functionName(), null, call))
                .context((r, call) -> vpcKeys(r.functionName(), r.vpcConfig(), call))
                .enforced("FunctionName", "Role", "Handler", "Description", "Timeout", "MemorySize", "VpcConfig", "Environment",
                        "Runtime", "RevisionId", "EphemeralStorage", "SnapStart", "LoggingConfig")
                .recorded("KMSKeyArn", "TracingConfig")
                .refused("DeadLetterConfig", "Layers", "FileSystemConfigs", "ImageConfig", "CapacityProviderConfig",
                "DurableConfig");
        ops.on(UpdateFunctionCodeRequest.class, updates::code)
                .resources((r, call) -> function(r.functionName(), null, call))
                .enforced("FunctionName", "ZipFile", "S3Bucket", "S3Key", "Architectures", "Publish", "DryRun", "RevisionId")
                .refused("S3ObjectVersion", "S3ObjectStorageMode", "ImageUri", "PublishTo", "SourceKMSKeyArn");
    }

    private void mappings(Operations ops, EventSourceMappings mappings) {
        ops.on(CreateEventSourceMappingRequest.class, mappings::create)
                .context((r, call) -> Map.of("lambda:FunctionArn", function(r.functionName(), null, call)))
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
                .enforced("EventSourceArn", "FunctionName", "Marker", "MaxItems");
    }

    private Map<String, List<String>> mappingKeys(String uuid, Call call) {
        return store.view()
                .get(MappingDocument.KIND, scope(call), uuid)
                .map(mapping -> Map.of("lambda:FunctionArn", List.of(mapping.functionArn())))
                .orElse(Map.of());
    }

    private static List<String> function(@Nullable String given, @Nullable String qualifier, Call call) {
        return List.of(FunctionName.parse(given, qualifier, call).asked());
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
