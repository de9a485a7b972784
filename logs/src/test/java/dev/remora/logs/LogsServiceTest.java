package dev.remora.logs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.remora.store.DataFolder;
import dev.remora.store.Scope;
import dev.remora.store.SqliteStore;
import dev.remora.store.Streams;
import dev.remora.wire.AccessKeys;
import dev.remora.wire.Authorizer.Decision;
import dev.remora.wire.Dispatcher;
import dev.remora.wire.InProcessClient;
import dev.remora.wire.Operation;
import dev.remora.wire.Principal;
import java.net.URI;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.SdkField;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.cloudwatchlogs.CloudWatchLogsClient;
import software.amazon.awssdk.services.cloudwatchlogs.model.CloudWatchLogsException;
import software.amazon.awssdk.services.cloudwatchlogs.model.FilteredLogEvent;
import software.amazon.awssdk.services.cloudwatchlogs.model.ResourceNotFoundException;

/** The whole service behind the dispatcher, called by the real SDK client. */
@Timeout(60)
class LogsServiceTest {
    @TempDir
    Path temp;

    private DataFolder folder;
    private SqliteStore store;
    private Streams streams;
    private LogsService service;
    private CloudWatchLogsClient client;
    private final List<String> decided = new ArrayList<>();

    @BeforeEach
    void open() {
        folder = DataFolder.open(temp.resolve("data"));
        store = SqliteStore.open(folder, LogsService.kinds());
        streams = Streams.open(folder, InstantSource.system());
        service = new LogsService(store, streams, InstantSource.system());
        var dispatcher = new Dispatcher(List.of(service.operations()), (id, token, time) -> AccessKeys.Absent.UNKNOWN,
                (principal, action, resources, context) -> {
                    decided.add(action + " " + String.join(",", resources));
                    return Decision.ALLOWED;
                },
                InstantSource.system());
        client = CloudWatchLogsClient.builder()
                .httpClient(new InProcessClient(dispatcher, new Principal.Root("123456789012")))
                .endpointOverride(URI.create("http://remora.internal"))
                .region(Region.EU_WEST_1)
                .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create("x", "y")))
                .build();
    }

    @AfterEach
    void close() {
        client.close();
        service.close();
        streams.close();
        store.close();
        folder.close();
    }

    @Test
    void aClientWritesTailsAndReadsPages() {
        long now = System.currentTimeMillis();
        client.createLogGroup(r -> r.logGroupName("g"));
        client.createLogStream(r -> r.logGroupName("g").logStreamName("s"));
        for (int i = 0; i < 3; i++) {
            long time = now - 10 + i;
            client.putLogEvents(r ->
                    r.logGroupName("g").logStreamName("s").logEvents(e -> e.timestamp(time).message("m" + time)));
        }
        service.sink().write(new Scope("123456789012", "eu-west-1"), "g", "t", Instant.ofEpochMilli(now), "sunk");
        var tail = client.filterLogEventsPaginator(
                r -> r.logGroupName("g").interleaved(true).startTime(now - 60_000).limit(1));
        assertThat(tail.events())
                .extracting(FilteredLogEvent::logStreamName).containsExactly("s", "s", "s", "t");
        var pages = client.getLogEventsPaginator(r -> r.logGroupName("g").logStreamName("s").startFromHead(true).limit(2));
        assertThat(pages.events()).hasSize(3);
        assertThat(client.describeLogStreams(r -> r.logGroupName("g").orderBy("LastEventTime").descending(true)).logStreams())
                .extracting(s -> s.logStreamName()).containsExactly("t", "s");
        client.deleteLogGroup(r -> r.logGroupName("g"));
        assertThatThrownBy(() -> client.describeLogStreams(r -> r.logGroupName("g")))
                .isInstanceOf(ResourceNotFoundException.class)
                .hasMessageStartingWith("The specified log group does not exist.");
    }

    @Test
    void theModelsConstraintsAreEnforced() {
        assertThatThrownBy(() -> client.createLogGroup(r -> r.logGroupName("no spaces")))
                .isInstanceOfSatisfying(CloudWatchLogsException.class, e -> {
                    assertThat(e.awsErrorDetails().errorCode()).isEqualTo("InvalidParameterException");
                    assertThat(e.awsErrorDetails().errorMessage())
                            .contains("1 validation error detected: Value 'no spaces' at 'logGroupName'");
                });
    }

    @Test
    void iamDecidesOnTheArnsThatAwsDecidesOn() {
        client.createLogGroup(r -> r.logGroupName("g"));
        client.createLogStream(r -> r.logGroupName("g").logStreamName("s"));
        client.putLogEvents(r -> r.logGroupName("g").logStreamName("s")
                .logEvents(e -> e.timestamp(System.currentTimeMillis()).message("x")));
        client.filterLogEvents(r -> r.logGroupIdentifier("arn:aws:logs:eu-west-1:123456789012:log-group:g"));
        client.getLogEvents(r -> r.logGroupName("g").logStreamName("s"));
        client.describeLogGroups();
        String arn = "arn:aws:logs:eu-west-1:123456789012:log-group:";
        assertThat(decided).containsExactly(
                "logs:CreateLogGroup " + arn + "g:log-stream:", "logs:CreateLogStream " + arn + "g:log-stream:s",
                "logs:PutLogEvents " + arn + "g:log-stream:s", "logs:FilterLogEvents " + arn + "g:log-stream:",
                "logs:GetLogEvents " + arn + "g:log-stream:s", "logs:DescribeLogGroups " + arn + ":log-stream:");
    }

    @Test
    void everyParameterIsDeclared() throws Exception {
        for (Operation<?, ?> operation : service.operations().all()) {
            var builder = (SdkPojo)
                    operation.request().getMethod("builder").invoke(null);
            assertThat(operation.parameters().keySet()).as(operation.name())
                    .containsExactlyInAnyOrderElementsOf(builder.sdkFields().stream().map(SdkField::memberName).toList());
        }
    }

    @Test
    void whatIsKeptSurvivesARestart() {
        client.createLogGroup(r -> r.logGroupName("g").tags(Map.of("k", "v")));
        service.sink().write(new Scope("123456789012", "eu-west-1"), "g", "s", Instant.now(), "before");
        close();
        open();
        assertThat(client.filterLogEvents(r -> r.logGroupName("g")).events()).extracting(FilteredLogEvent::message)
                .containsExactly("before");
        assertThat(client.listTagsForResource(r -> r.resourceArn("arn:aws:logs:eu-west-1:123456789012:log-group:g")).tags())
                .containsEntry("k", "v");
    }
}
