package dev.remora.logs;

import static dev.remora.logs.LogsFixture.GROUP;
import static dev.remora.logs.LogsFixture.refused;
import static org.assertj.core.api.Assertions.assertThat;

import dev.remora.store.StreamName;
import dev.remora.store.Streams.Entry;
import dev.remora.wire.Call;
import dev.remora.wire.Principal;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.cloudwatchlogs.model.CreateLogGroupRequest;
import software.amazon.awssdk.services.cloudwatchlogs.model.DeleteLogGroupRequest;
import software.amazon.awssdk.services.cloudwatchlogs.model.DeleteLogStreamRequest;
import software.amazon.awssdk.services.cloudwatchlogs.model.DeleteRetentionPolicyRequest;
import software.amazon.awssdk.services.cloudwatchlogs.model.DescribeLogGroupsRequest;
import software.amazon.awssdk.services.cloudwatchlogs.model.DescribeLogGroupsResponse;
import software.amazon.awssdk.services.cloudwatchlogs.model.DescribeLogStreamsRequest;
import software.amazon.awssdk.services.cloudwatchlogs.model.DescribeLogStreamsResponse;
import software.amazon.awssdk.services.cloudwatchlogs.model.ListTagsForResourceRequest;
import software.amazon.awssdk.services.cloudwatchlogs.model.LogGroup;
import software.amazon.awssdk.services.cloudwatchlogs.model.LogStream;
import software.amazon.awssdk.services.cloudwatchlogs.model.OrderBy;
import software.amazon.awssdk.services.cloudwatchlogs.model.PutRetentionPolicyRequest;
import software.amazon.awssdk.services.cloudwatchlogs.model.TagResourceRequest;
import software.amazon.awssdk.services.cloudwatchlogs.model.UntagResourceRequest;

/** Groups and streams, without their events. */
@Timeout(180)
class LogGroupsTest {
    private static final String ARN = "arn:aws:logs:eu-west-1:123456789012:log-group:" + GROUP;

    @TempDir
    Path temp;

    private LogsFixture logs;

    @BeforeEach
    void open() {
        logs = new LogsFixture(temp);
    }

    @AfterEach
    void close() {
        logs.close();
    }

    private DescribeLogGroupsResponse groups(Consumer<DescribeLogGroupsRequest.Builder> request) {
        return logs.groups.describe(DescribeLogGroupsRequest.builder().applyMutation(request).build(), logs.call());
    }

    private DescribeLogStreamsResponse streams(Consumer<DescribeLogStreamsRequest.Builder> request) {
        return logs.logStreams.describe(
                DescribeLogStreamsRequest.builder().logGroupName(GROUP).applyMutation(request).build(), logs.call());
    }

    private static List<String> names(DescribeLogGroupsResponse response) {
        return response.logGroups().stream().map(LogGroup::logGroupName).toList();
    }

    private static List<String> names(DescribeLogStreamsResponse response) {
        return response.logStreams().stream().map(LogStream::logStreamName).toList();
    }

    private void delete(String group) {
        logs.groups.delete(DeleteLogGroupRequest.builder().logGroupName(group).build(), logs.call());
    }

    @Test
    void aGroupIsDescribedAsAwsDoes() {
        logs.group(GROUP);
        logs.stream(GROUP, "s");
        logs.put(GROUP, "s", logs.event(Duration.ZERO, "hello"));
        assertThat(groups(r -> {}).logGroups()).containsExactly(LogGroup.builder()
                .logGroupName(GROUP).creationTime(logs.now.toEpochMilli()).metricFilterCount(0).arn(ARN + ":*").logGroupArn(ARN)
                .storedBytes(31L).logGroupClass("STANDARD").build());
        refused("ResourceAlreadyExistsException", "The specified log group already exists", () -> logs.group(GROUP));
        refused("InvalidParameterException", "Log groups starting with AWS/ are reserved for AWS.", () -> logs.group("aws/x"));
    }

    @Test
    void groupsAreListedByPrefixPatternIdentifierAndPage() {
        List.of("b", "a/2", "a/1", "a", "c").forEach(logs::group);
        assertThat(names(groups(r -> {}))).containsExactly("a", "a/1", "a/2", "b", "c");
        assertThat(names(groups(r -> r.logGroupNamePrefix("a/")))).containsExactly("a/1", "a/2");
        assertThat(names(groups(r -> r.logGroupNamePattern("/")))).containsExactly("a/1", "a/2");
        assertThat(names(groups(r -> r.logGroupIdentifiers("b", "arn:aws:logs:eu-west-1:123456789012:log-group:c:*"))))
                .containsExactly("b", "c");
        assertThat(names(groups(r -> r.logGroupClass("INFREQUENT_ACCESS")))).isEmpty();
        var first = groups(r -> r.limit(3));
        assertThat(names(first)).containsExactly("a", "a/1", "a/2");
        assertThat(names(groups(r -> r.nextToken(first.nextToken())))).containsExactly("b", "c");
        assertThat(groups(r -> r.nextToken(first.nextToken())).nextToken()).isNull();
        refused("InvalidParameterException", "The specified nextToken is invalid.", () -> groups(r -> r.nextToken("%%%")));
        var next = DescribeLogGroupsRequest.builder().nextToken(first.nextToken()).build();
        var elsewhere = new Call("request", "us-east-2", logs.call().principal(), "127.0.0.1", logs.now);
        var other = new Call("request", "eu-west-1", new Principal.Root("444455556666"), "127.0.0.1", logs.now);
        for (Call call : List.of(elsewhere, other)) {
            refused("InvalidParameterException", "The specified nextToken is invalid.", () -> logs.groups.describe(next, call));
        }
        refused("InvalidParameterException",
                "LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.",
                () -> groups(r -> r.logGroupNamePrefix("a").logGroupNamePattern("b")));
    }

    @Test
    void deletingAGroupTakesItsStreamsAndEvents() {
        logs.group(GROUP);
        logs.stream(GROUP, "s");
        logs.put(GROUP, "s", logs.event(Duration.ZERO, "hello"));
        delete(GROUP);
        refused("ResourceNotFoundException", "The specified log group does not exist.", () -> delete(GROUP));
        refused("ResourceNotFoundException", "The specified log group does not exist.", () -> streams(r -> {}));
        logs.group(GROUP);
        assertThat(streams(r -> {}).logStreams()).isEmpty();
        assertThat(groups(r -> {}).logGroups().getFirst().storedBytes()).isZero();
    }

    @Test
    void aNewGroupDoesNotShowEventsThatAnOlderOneLeft() {
        logs.streams.appendDurably(List.of(new Entry(
                new StreamName(LogKinds.family(LogsFixture.SCOPE, GROUP), "s"), logs.now, new byte[3])));
        logs.group(GROUP);
        logs.stream(GROUP, "s");
        assertThat(streams(r -> {}).logStreams().getFirst().lastEventTimestamp()).isNull();
    }

    @Test
    void streamsAreDescribedByNameAndByTheirLastEvent() {
        logs.group(GROUP);
        for (String name : List.of("b", "a", "c", "b/1")) {
            logs.stream(GROUP, name);
        }
        logs.group(GROUP + "2");
        logs.stream(GROUP + "2", "a");
        logs.put(GROUP, "a", logs.event(Duration.ofSeconds(5), "x"), logs.event(Duration.ofSeconds(1), "y"));
        logs.put(GROUP, "b", logs.event(Duration.ofSeconds(9), "x"));
        assertThat(names(streams(r -> {}))).containsExactly("a", "b", "b/1", "c");
        assertThat(names(streams(r -> r.descending(true)))).containsExactly("c", "b/1", "b", "a");
        assertThat(names(streams(r -> r.logStreamNamePrefix("b")))).containsExactly("b", "b/1");
        assertThat(names(streams(r -> r.orderBy(OrderBy.LAST_EVENT_TIME).descending(true)))).startsWith("a", "b");
        var first = streams(r -> r.orderBy(OrderBy.LAST_EVENT_TIME).descending(true).limit(1));
        assertThat(names(streams(r -> r.orderBy(OrderBy.LAST_EVENT_TIME).descending(true).limit(1).nextToken(first.nextToken()))))
                .containsExactly("b");
        assertThat(streams(r -> r.limit(1)).logStreams()).containsExactly(LogStream.builder()
                .logStreamName("a").creationTime(logs.now.toEpochMilli())
                .firstEventTimestamp(logs.now.toEpochMilli() - 5_000).lastEventTimestamp(logs.now.toEpochMilli() - 1_000)
                .lastIngestionTime(logs.now.toEpochMilli()).uploadSequenceToken(LogStreams.SEQUENCE_TOKEN)
                .arn(ARN + ":log-stream:a").storedBytes(0L).build());
        refused("InvalidParameterException", "Cannot order by LastEventTime with a logStreamNamePrefix.",
                () -> streams(r -> r.orderBy(OrderBy.LAST_EVENT_TIME).logStreamNamePrefix("a")));
        refused("ResourceAlreadyExistsException", "The specified log stream already exists", () -> logs.stream(GROUP, "a"));
        refused("ResourceNotFoundException", "The specified log group does not exist.", () -> logs.stream("nowhere", "a"));
    }

    @Test
    void manyStreamsArePagedThrough() {
        logs.group(GROUP);
        logs.store.write(t -> {
            for (int i = 0; i < 1_203; i++) {
                String name = "s%05d".formatted(i);
                t.put(LogKinds.STREAMS, LogsFixture.SCOPE, LogKinds.id(GROUP, name),
                        new LogKinds.Stream(GROUP, name, logs.now));
            }
            return null;
        });
        var seen = new ArrayList<String>();
        var page = streams(r -> {});
        seen.addAll(names(page));
        while (page.nextToken() != null) {
            String token = page.nextToken();
            page = streams(r -> r.nextToken(token));
            seen.addAll(names(page));
        }
        assertThat(seen).hasSize(1_203).doesNotHaveDuplicates().isSorted();
    }

    @Test
    void aDeletedStreamComesBackEmpty() {
        logs.group(GROUP);
        logs.stream(GROUP, "s");
        logs.put(GROUP, "s", logs.event(Duration.ZERO, "hello"));
        var delete = DeleteLogStreamRequest.builder().logGroupName(GROUP).logStreamName("s").build();
        logs.logStreams.delete(delete, logs.call());
        refused("ResourceNotFoundException", "The specified log stream does not exist.",
                () -> logs.logStreams.delete(delete, logs.call()));
        logs.stream(GROUP, "s");
        assertThat(streams(r -> {}).logStreams().getFirst().lastEventTimestamp()).isNull();
    }

    @Test
    void retentionIsSetAndTakenAway() {
        logs.group(GROUP);
        var put = PutRetentionPolicyRequest.builder().logGroupName(GROUP).retentionInDays(7).build();
        logs.groups.putRetention(put, logs.call());
        assertThat(groups(r -> {}).logGroups().getFirst().retentionInDays()).isEqualTo(7);
        logs.groups.deleteRetention(DeleteRetentionPolicyRequest.builder().logGroupName(GROUP).build(), logs.call());
        assertThat(groups(r -> {}).logGroups().getFirst().retentionInDays()).isNull();
        refused("InvalidParameterException", "1 validation error detected: Value '8' at 'retentionInDays' failed to satisfy"
                + " constraint: Member must satisfy enum value set: [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545,"
                + " 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653]",
                () -> logs.groups.putRetention(put.toBuilder().retentionInDays(8).build(), logs.call()));
    }

    @Test
    void tagsComeAndGo() {
        logs.groups.create(CreateLogGroupRequest.builder().logGroupName(GROUP).tags(Map.of("a", "1")).build(), logs.call());
        logs.groups.tag(TagResourceRequest.builder().resourceArn(ARN).tags(Map.of("b", "2")).build(), logs.call());
        var list = ListTagsForResourceRequest.builder().resourceArn(ARN + ":*").build();
        assertThat(logs.groups.listTags(list, logs.call()).tags()).isEqualTo(Map.of("a", "1", "b", "2"));
        logs.groups.untag(UntagResourceRequest.builder().resourceArn(ARN).tagKeys("a", "z").build(), logs.call());
        assertThat(logs.groups.listTags(list, logs.call()).tags()).isEqualTo(Map.of("b", "2"));
        var many = new HashMap<String, String>();
        for (int i = 0; i < LogGroups.MAX_TAGS; i++) {
            many.put("k" + i, "");
        }
        refused("TooManyTagsException", "A resource can have no more than 50 tags.",
                () -> logs.groups.tag(TagResourceRequest.builder().resourceArn(ARN).tags(many).build(), logs.call()));
        refused("ResourceNotFoundException", "The specified log group does not exist.",
                () -> logs.groups.listTags(ListTagsForResourceRequest.builder().resourceArn(ARN + "x").build(), logs.call()));
    }
}
