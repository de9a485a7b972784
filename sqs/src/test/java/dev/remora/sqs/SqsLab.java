package dev.remora.sqs;

import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.remora.store.DataFolder;
import dev.remora.store.Ids;
import dev.remora.store.SqliteStore;
import dev.remora.store.Streams;
import dev.remora.wire.AccessKeys;
import dev.remora.wire.Authorizer;
import dev.remora.wire.Dispatcher;
import dev.remora.wire.InProcessClient;
import dev.remora.wire.Principal;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.Message;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;

/** The service behind the dispatcher, on a real folder, asked by AWS's own client at a time that the test sets. */
final class SqsLab implements AutoCloseable {
    static final String ACCOUNT = "123456789012";
    private static final Authorizer EVERYTHING = (principal, action, resources, context) -> Authorizer.Decision.ALLOWED;
    private static final AccessKeys NOBODY = (id, token, time) -> AccessKeys.Absent.UNKNOWN;

    /** Empty for the time of day. */
    private volatile Optional<Instant> now = Optional.of(Instant.parse("2026-11-23T08:00:00Z"));

    private final InstantSource clock = () -> now.orElseGet(Instant::now);
    private final DataFolder folder;
    private SqliteStore store;
    private Streams streams;
    private SqsService service;
    private SqsClient client;

    SqsLab(Path temp) {
        folder = DataFolder.open(temp.resolve("data"));
        open();
    }

    private void open() {
        store = SqliteStore.open(folder, SqsService.kinds());
        streams = Streams.open(folder, clock);
        service = new SqsService(store, streams, clock, Ids.random());
        service.start();
        client = client(service);
    }

    private SqsClient client(SqsService of) {
        var dispatcher = new Dispatcher(List.of(of.operations()), NOBODY, EVERYTHING, clock);
        return SqsClient.builder()
                .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create("test", "test")))
                .region(Region.EU_WEST_1)
                .endpointOverride(URI.create("http://remora.internal"))
                .overrideConfiguration(c -> c.retryStrategy(s -> s.maxAttempts(1)))
                .httpClient(new InProcessClient(dispatcher, new Principal.Root(ACCOUNT)))
                .build();
    }

    SqsClient client() {
        return client;
    }

    SqsService service() {
        return service;
    }

    Instant now() {
        return clock.instant();
    }

    void pass(Duration time) {
        now = Optional.of(clock.instant().plus(time));
    }

    void timeOfDay() {
        now = Optional.empty();
    }

    void restart() {
        closeService();
        open();
    }

    static String arn(String queue) {
        return "arn:aws:sqs:eu-west-1:" + ACCOUNT + ":" + queue;
    }

    String queue(String name, Map<QueueAttributeName, String> attributes) {
        return client.createQueue(r -> r.queueName(name).attributes(attributes)).queueUrl();
    }

    String queue(String name) {
        return queue(name, Map.of());
    }

    void send(String queue, String body) {
        client.sendMessage(r -> r.queueUrl(queue).messageBody(body));
    }

    List<Message> receive(String queue) {
        return client.receiveMessage(r -> r.queueUrl(queue).maxNumberOfMessages(10).attributeNamesWithStrings("All")).messages();
    }

    List<String> bodies(String queue) {
        return receive(queue).stream().map(Message::body).toList();
    }

    String attribute(String queue, QueueAttributeName name) {
        return client.getQueueAttributes(r -> r.queueUrl(queue).attributeNames(name)).attributes().get(name);
    }

    /** {@code visible inFlight delayed}. */
    String counts(String queue) {
        return attribute(queue, QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES) + " "
                + attribute(queue, QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES_NOT_VISIBLE) + " "
                + attribute(queue, QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES_DELAYED);
    }

    static String fault(ThrowingCallable call) {
        AwsServiceException error = catchThrowableOfType(AwsServiceException.class, call);
        return error.awsErrorDetails().errorCode() + ": " + error.awsErrorDetails().errorMessage();
    }

    private void closeService() {
        service.close();
        streams.close();
        store.close();
    }

    @Override
    public void close() {
        closeService();
        folder.close();
    }
}
