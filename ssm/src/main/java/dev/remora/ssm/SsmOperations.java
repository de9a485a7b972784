package dev.remora.ssm;

import dev.remora.wire.Call;
import dev.remora.wire.ConditionKeys;
import dev.remora.wire.Operations;
import dev.remora.wire.Permission;
import dev.remora.wire.Protocol;
import dev.remora.wire.ServiceInfo;
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
                .permissions((i, c) -> putting(i, c, tags))
                .context((i, c) -> ParameterTags.requested(i.tags())
                        .with("ssm:Overwrite", Boolean.TRUE.equals(i.overwrite()))
                        .map());
        operations.on(DeleteParameterRequest.class, parameters::delete)
                .enforced("Name")
                .permissions((i, c) -> List.of(tags.on("ssm:DeleteParameter", i.name(), c)));
        operations.on(DeleteParametersRequest.class, parameters::deleteMany)
                .enforced("Names")
                .permissions((i, c) -> tags.on("ssm:DeleteParameters", i.names(), c));
    }

    private static void reading(
            Operations operations, Parameters parameters, ParameterListings listings, ParameterTags tags) {
        operations.on(GetParameterRequest.class, parameters::get)
                .enforced("Name", "WithDecryption")
                .permissions((i, c) -> List.of(tags.on("ssm:GetParameter", i.name(), c)));
        operations.on(GetParametersRequest.class, parameters::getMany)
                .enforced("Names", "WithDecryption")
                .permissions((i, c) -> tags.on("ssm:GetParameters", i.names(), c));
        operations.on(GetParameterHistoryRequest.class, parameters::history)
                .enforced("Name", "WithDecryption", "MaxResults", "NextToken")
                .permissions((i, c) -> List.of(tags.on("ssm:GetParameterHistory", i.name(), c)));
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
                .permissions((i, c) -> List.of(tags.on("ssm:AddTagsToResource", i.resourceId(), c)))
                .context((i, c) -> ParameterTags.requested(i.tags()).map());
        operations.on(RemoveTagsFromResourceRequest.class, tags::remove)
                .enforced("ResourceType", "ResourceId", "TagKeys")
                .permissions((i, c) -> List.of(tags.on("ssm:RemoveTagsFromResource", i.resourceId(), c)))
                .context((i, c) -> ConditionKeys.untagging(i.tagKeys()).map());
        operations.on(ListTagsForResourceRequest.class, tags::list)
                .enforced("ResourceType", "ResourceId")
                .permissions((i, c) -> List.of(tags.on("ssm:ListTagsForResource", i.resourceId(), c)));
    }

    /** A parameter that is made with tags takes the permission to tag as well ("Tagging Systems Manager parameters"). */
    private static List<Permission> putting(PutParameterRequest request, Call call, ParameterTags tags) {
        Permission put = tags.on("ssm:PutParameter", request.name(), call);
        return request.tags().isEmpty()
                ? List.of(put)
                : List.of(put, tags.on("ssm:AddTagsToResource", request.name(), call));
    }
}
