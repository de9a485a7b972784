package dev.remora.logs;

import dev.remora.wire.Operations;
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
        streams(operations, streams);
        events(operations, events);
        return operations;
    }

    private static void groups(Operations operations, LogGroups groups) {
        operations.on(CreateLogGroupRequest.class, groups::create)
                .enforced("logGroupName", "tags")
                .recorded("logGroupClass")
                .refused("kmsKeyId", "deletionProtectionEnabled")
                .resources((i, c) -> List.of(LogArns.decided(c, i.logGroupName())));
        operations.on(DeleteLogGroupRequest.class, groups::delete)
                .enforced("logGroupName")
                .resources((i, c) -> List.of(LogArns.decided(c, i.logGroupName())));
        operations.on(DescribeLogGroupsRequest.class, groups::describe)
                .enforced("logGroupNamePrefix", "logGroupNamePattern", "nextToken", "limit")
                .enforced("logGroupClass", "logGroupIdentifiers")
                .refused("accountIdentifiers", "includeLinkedAccounts")
                .resources((i, c) -> List.of(LogArns.decided(c, i.logGroupNamePrefix())));
        operations.on(PutRetentionPolicyRequest.class, groups::putRetention)
                .enforced("logGroupName", "retentionInDays")
                .resources((i, c) -> List.of(LogArns.decided(c, i.logGroupName())));
        operations.on(DeleteRetentionPolicyRequest.class, groups::deleteRetention)
                .enforced("logGroupName")
                .resources((i, c) -> List.of(LogArns.decided(c, i.logGroupName())));
    }

    private static void tags(Operations operations, LogGroups groups) {
        operations.on(ListTagsForResourceRequest.class, groups::listTags)
                .enforced("resourceArn")
                .resources((i, c) -> List.of(i.resourceArn()));
        operations.on(TagResourceRequest.class, groups::tag)
                .enforced("resourceArn", "tags")
                .resources((i, c) -> List.of(i.resourceArn()));
        operations.on(UntagResourceRequest.class, groups::untag)
                .enforced("resourceArn", "tagKeys")
                .resources((i, c) -> List.of(i.resourceArn()));
    }

    private static void streams(Operations operations, LogStreams streams) {
        operations.on(CreateLogStreamRequest.class, streams::create)
                .enforced("logGroupName", "logStreamName")
                .resources((i, c) -> List.of(LogArns.decided(c, i.logGroupName())));
        operations.on(DeleteLogStreamRequest.class, streams::delete)
                .enforced("logGroupName", "logStreamName")
                .resources((i, c) -> List.of(LogArns.stream(LogArns.scope(c), i.logGroupName(), i.logStreamName())));
        operations.on(DescribeLogStreamsRequest.class, streams::describe)
                .enforced("logGroupName", "logGroupIdentifier", "logStreamNamePrefix", "orderBy", "descending")
                .enforced("nextToken", "limit")
                .resources((i, c) -> List.of(LogArns.decidedNamed(c, i.logGroupName(), i.logGroupIdentifier())));
    }

    /** AWS ignores sequenceToken and interleaved, and has nothing to unmask where no data protection policy is. */
    private static void events(Operations operations, LogEvents events) {
        operations.on(PutLogEventsRequest.class, events::put)
                .enforced("logGroupName", "logStreamName", "logEvents", "sequenceToken")
                .refused("entity")
                .resources((i, c) -> List.of(LogArns.stream(LogArns.scope(c), i.logGroupName(), i.logStreamName())));
        operations.on(GetLogEventsRequest.class, events::get)
                .enforced("logGroupName", "logGroupIdentifier", "logStreamName", "startTime", "endTime", "nextToken", "limit")
                .enforced("startFromHead", "unmask")
                .resources((i, c) ->
                        List.of(LogArns.decidedNamed(c, i.logGroupName(), i.logGroupIdentifier()) + i.logStreamName()));
        operations.on(FilterLogEventsRequest.class, events::filter)
                .enforced("logGroupName", "logGroupIdentifier", "logStreamNames", "logStreamNamePrefix", "startTime", "endTime")
                .enforced("filterPattern", "nextToken", "limit", "startFromHead", "interleaved", "unmask")
                .resources((i, c) -> List.of(LogArns.decidedNamed(c, i.logGroupName(), i.logGroupIdentifier())));
    }
}
