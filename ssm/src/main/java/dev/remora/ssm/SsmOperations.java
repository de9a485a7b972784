package dev.remora.ssm;

import dev.remora.wire.Operations;
import dev.remora.wire.Protocol;
import dev.remora.wire.ServiceInfo;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.services.ssm.model.AddTagsToResourceRequest;
import software.amazon.awssdk.services.ssm.model.DeleteParameterRequest;
import software.amazon.awssdk.services.ssm.model.DeleteParametersRequest;
import software.amazon.awssdk.services.ssm.model.DescribeParametersRequest;
import software.amazon.awssdk.services.ssm.model.GetParameterHistoryRequest;
import software.amazon.awssdk.services.ssm.model.GetParameterRequest;
import software.amazon.awssdk.services.ssm.model.GetParametersByPathRequest;
import software.amazon.awssdk.services.ssm.model.GetParametersRequest;
import software.amazon.awssdk.services.ssm.model.ListTagsForResourceRequest;
import software.amazon.awssdk.services.ssm.model.PutParameterRequest;
import software.amazon.awssdk.services.ssm.model.RemoveTagsFromResourceRequest;

/** What Remora supports of Systems Manager: Parameter Store. */
final class SsmOperations {
    static final ServiceInfo SERVICE =
            new ServiceInfo("ssm", "ssm", Protocol.AWS_JSON_1_1, "2014-11-06", "", "AmazonSSM");

    private SsmOperations() {}

    static Operations of(Parameters parameters, ParameterListings listings, ParameterTags tags) {
        var operations = new Operations(SERVICE);
        writing(operations, parameters, tags);
        reading(operations, parameters, listings, tags);
        tagging(operations, tags);
        return operations;
    }

    private static void writing(Operations operations, Parameters parameters, ParameterTags tags) {
        operations.on(PutParameterRequest.class, parameters::put)
                .enforced("Name", "Value", "Type", "Overwrite", "AllowedPattern", "Tags", "Tier", "DataType")
                .recorded("Description", "KeyId")
                .refused("Policies")
                .resources((i, c) -> List.of(ParameterName.decided(c, i.name())))
                .context((i, c) -> {
                    var keys = new HashMap<>(tags.owned(List.of(i.name()), c));
                    keys.putAll(ParameterTags.requested(i.tags()));
                    keys.put("ssm:Overwrite", List.of(Boolean.toString(Boolean.TRUE.equals(i.overwrite()))));
                    return keys;
                });
        operations.on(DeleteParameterRequest.class, parameters::delete)
                .enforced("Name")
                .resources((i, c) -> List.of(ParameterName.decided(c, i.name())))
                .context((i, c) -> tags.owned(List.of(i.name()), c));
        operations.on(DeleteParametersRequest.class, parameters::deleteMany)
                .enforced("Names")
                .resources((i, c) -> i.names().stream().map(n -> ParameterName.decided(c, n)).toList())
                .context((i, c) -> tags.owned(i.names(), c));
    }

    private static void reading(
            Operations operations, Parameters parameters, ParameterListings listings, ParameterTags tags) {
        operations.on(GetParameterRequest.class, parameters::get)
                .enforced("Name", "WithDecryption")
                .resources((i, c) -> List.of(ParameterName.decided(c, i.name())))
                .context((i, c) -> tags.owned(List.of(i.name()), c));
        operations.on(GetParametersRequest.class, parameters::getMany)
                .enforced("Names", "WithDecryption")
                .resources((i, c) -> i.names().stream().map(n -> ParameterName.decided(c, n)).toList())
                .context((i, c) -> tags.owned(i.names(), c));
        operations.on(GetParameterHistoryRequest.class, parameters::history)
                .enforced("Name", "WithDecryption", "MaxResults", "NextToken")
                .resources((i, c) -> List.of(ParameterName.decided(c, i.name())))
                .context((i, c) -> tags.owned(List.of(i.name()), c));
        operations.on(GetParametersByPathRequest.class, listings::byPath)
                .enforced("Path", "Recursive", "ParameterFilters", "WithDecryption", "MaxResults", "NextToken")
                .resources((i, c) -> List.of(ParameterName.decided(c, i.path())))
                .context((i, c) -> Map.of(
                        "ssm:Recursive", List.of(Boolean.toString(Boolean.TRUE.equals(i.recursive())))));
        operations.on(DescribeParametersRequest.class, listings::describe)
                .enforced("Filters", "ParameterFilters", "MaxResults", "NextToken")
                .refused("Shared")
                .resources((i, c) -> List.of("arn:aws:ssm:" + c.region() + ":" + c.account() + ":*"));
    }

    private static void tagging(Operations operations, ParameterTags tags) {
        operations.on(AddTagsToResourceRequest.class, tags::add)
                .enforced("ResourceType", "ResourceId", "Tags")
                .resources((i, c) -> List.of(ParameterName.decided(c, i.resourceId())))
                .context((i, c) -> {
                    var keys = new HashMap<>(tags.owned(List.of(i.resourceId()), c));
                    keys.putAll(ParameterTags.requested(i.tags()));
                    return keys;
                });
        operations.on(RemoveTagsFromResourceRequest.class, tags::remove)
                .enforced("ResourceType", "ResourceId", "TagKeys")
                .resources((i, c) -> List.of(ParameterName.decided(c, i.resourceId())))
                .context((i, c) -> {
                    var keys = new HashMap<>(tags.owned(List.of(i.resourceId()), c));
                    keys.put("aws:TagKeys", i.tagKeys());
                    return keys;
                });
        operations.on(ListTagsForResourceRequest.class, tags::list)
                .enforced("ResourceType", "ResourceId")
                .resources((i, c) -> List.of(ParameterName.decided(c, i.resourceId())))
                .context((i, c) -> tags.owned(List.of(i.resourceId()), c));
    }
}
