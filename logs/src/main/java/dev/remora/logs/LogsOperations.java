package dev.remora.logs;

import dev.remora.wire.Call;
import dev.remora.wire.ConditionKeys;
import dev.remora.wire.Operations;
import dev.remora.wire.Permission;
import dev.remora.wire.Protocol;
import dev.remora.wire.ServiceInfo;
import java.util.List;
import software.amazon.awssdk.services.cloudwatchlogs.model.CreateLogGroupRequest;
import software.amazon.awssdk.services.cloudwatchlogs.model.CreateLogStreamRequest;
import software.amazon.awssdk.services.cloudwatchlogs.model.DeleteLogGroupRequest;
import software.amazon.awssdk.services.cloudwatchlogs.model.DeleteLogStreamRequest;
import software.amazon.awssdk.services.cloudwatchlogs.model.DeleteRetentionPolicyRequest;
import software.amazon.awssdk.services.cloudwatchlogs.model.DescribeLogGroupsRequest;
import software.amazon.awssdk.services.cloudwatchlogs.model.DescribeLogStreamsRequest;
import software.amazon.awssdk.services.cloudwatchlogs.model.FilterLogEventsRequest;
import software.amazon.awssdk.services.cloudwatchlogs.model.GetLogEventsRequest;
import software.amazon.awssdk.services.cloudwatchlogs.model.ListTagsForResourceRequest;
import software.amazon.awssdk.services.cloudwatchlogs.model.PutLogEventsRequest;
import software.amazon.awssdk.services.cloudwatchlogs.model.PutRetentionPolicyRequest;
import software.amazon.awssdk.services.cloudwatchlogs.model.TagResourceRequest;
import software.amazon.awssdk.services.cloudwatchlogs.model.UntagResourceRequest;

/** What Remora supports of CloudWatch Logs. */
final class LogsOperations {
    static final ServiceInfo SERVICE =
            new ServiceInfo("logs", "logs", Protocol.AWS_JSON_1_1, "2014-03-28", "", "Logs_20140328");

    private LogsOperations() {}

    static Operations of(LogGroups groups, LogStreams streams, LogEvents events) {
        var operations = new Operations(SERVICE);
        groups(operations, groups);
        tags(operations, groups);
        streams(operations, groups, streams);
        events(operations, groups, events);
        return operations;
    }

    private static void groups(Operations operations, LogGroups groups) {
        operations.on(CreateLogGroupRequest.class, groups::create)
                .enforced("logGroupName", "tags")
                .recorded("logGroupClass")
                .refused("kmsKeyId", "deletionProtectionEnabled")
                .permissions((i, c) -> creating(i, c, groups))
                .context((i, c) -> ConditionKeys.requested(i.tags()).map());
        operations.on(DeleteLogGroupRequest.class, groups::delete)
                .enforced("logGroupName")
                .permissions((i, c) -> List.of(groups.on("logs:DeleteLogGroup", LogArns.decided(c, i.logGroupName()), c)));
        operations.on(DescribeLogGroupsRequest.class, groups::describe)
                .enforced("logGroupNamePrefix", "logGroupNamePattern", "nextToken", "limit")
                .enforced("logGroupClass", "logGroupIdentifiers")
                .refused("accountIdentifiers", "includeLinkedAccounts")
                .resources((i, c) -> List.of(LogArns.decided(c, i.logGroupNamePrefix())));
        operations.on(PutRetentionPolicyRequest.class, groups::putRetention)
                .enforced("logGroupName", "retentionInDays")
                .permissions((i, c) -> List.of(groups.on("logs:PutRetentionPolicy", LogArns.decided(c, i.logGroupName()), c)));
        operations.on(DeleteRetentionPolicyRequest.class, groups::deleteRetention)
                .enforced("logGroupName")
                .permissions((i, c) -> List.of(groups.on("logs:DeleteRetentionPolicy", LogArns.decided(c, i.logGroupName()), c)));
    }

    private static void tags(Operations operations, LogGroups groups) {
        operations.on(ListTagsForResourceRequest.class, groups::listTags)
                .enforced("resourceArn")
                .permissions((i, c) -> List.of(groups.on("logs:ListTagsForResource", i.resourceArn(), c)));
        operations.on(TagResourceRequest.class, groups::tag)
                .enforced("resourceArn", "tags")
                .permissions((i, c) -> List.of(groups.on("logs:TagResource", i.resourceArn(), c)))
                .context((i, c) -> ConditionKeys.requested(i.tags()).map());
        operations.on(UntagResourceRequest.class, groups::untag)
                .enforced("resourceArn", "tagKeys")
                .permissions((i, c) -> List.of(groups.on("logs:UntagResource", i.resourceArn(), c)))
                .context((i, c) -> ConditionKeys.untagging(i.tagKeys()).map());
    }

    private static void streams(Operations operations, LogGroups groups, LogStreams streams) {
        operations.on(CreateLogStreamRequest.class, streams::create)
                .enforced("logGroupName", "logStreamName")
                .permissions((i, c) -> List.of(groups.on("logs:CreateLogStream",
                        LogArns.stream(LogArns.scope(c), i.logGroupName(), i.logStreamName()), c)));
        operations.on(DeleteLogStreamRequest.class, streams::delete)
                .enforced("logGroupName", "logStreamName")
                .permissions((i, c) -> List.of(groups.on("logs:DeleteLogStream",
                        LogArns.stream(LogArns.scope(c), i.logGroupName(), i.logStreamName()), c)));
        operations.on(DescribeLogStreamsRequest.class, streams::describe)
                .enforced("logGroupName", "logGroupIdentifier", "logStreamNamePrefix", "orderBy", "descending")
                .enforced("nextToken", "limit")
                .permissions((i, c) -> List.of(groups.on("logs:DescribeLogStreams",
                        LogArns.decidedNamed(c, i.logGroupName(), i.logGroupIdentifier()), c)));
    }

    /** AWS ignores sequenceToken and interleaved, and has nothing to unmask where no data protection policy is. */
    private static void events(Operations operations, LogGroups groups, LogEvents events) {
        operations.on(PutLogEventsRequest.class, events::put)
                .enforced("logGroupName", "logStreamName", "logEvents", "sequenceToken")
                .refused("entity")
                .permissions((i, c) -> List.of(groups.on("logs:PutLogEvents",
                        LogArns.stream(LogArns.scope(c), i.logGroupName(), i.logStreamName()), c)));
        operations.on(GetLogEventsRequest.class, events::get)
                .enforced("logGroupName", "logGroupIdentifier", "logStreamName", "startTime", "endTime", "nextToken", "limit")
                .enforced("startFromHead", "unmask")
                .permissions((i, c) -> List.of(groups.on("logs:GetLogEvents",
                        LogArns.decidedNamed(c, i.logGroupName(), i.logGroupIdentifier()) + i.logStreamName(), c)));
        operations.on(FilterLogEventsRequest.class, events::filter)
                .enforced("logGroupName", "logGroupIdentifier", "logStreamNames", "logStreamNamePrefix", "startTime", "endTime")
                .enforced("filterPattern", "nextToken", "limit", "startFromHead", "interleaved", "unmask")
                .permissions((i, c) -> List.of(groups.on("logs:FilterLogEvents",
                        LogArns.decidedNamed(c, i.logGroupName(), i.logGroupIdentifier()), c)));
    }

    /** Who makes a group with tags must be allowed to tag it, which is asked of its ARN without a stream ("CreateLogGroup"). */
    private static List<Permission> creating(CreateLogGroupRequest request, Call call, LogGroups groups) {
        Permission create = groups.on("logs:CreateLogGroup", LogArns.decided(call, request.logGroupName()), call);
        return request.tags().isEmpty()
                ? List.of(create)
                : List.of(create, groups.on("logs:TagResource",
                        LogArns.group(LogArns.scope(call), request.logGroupName()), call));
    }
}
