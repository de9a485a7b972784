package dev.remora.ssm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.remora.store.Ids;
import dev.remora.store.SqliteStore;
import dev.remora.wire.AccessKeys;
import dev.remora.wire.Authorizer;
import dev.remora.wire.Dispatcher;
import dev.remora.wire.InProcessClient;
import dev.remora.wire.Principal;
import java.net.URI;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.ssm.SsmClient;
import software.amazon.awssdk.services.ssm.model.ParameterType;

/** The service behind the dispatcher, called by AWS's own client. */
final class SsmLab implements AutoCloseable {
    static final String ACCOUNT = "123456789012";
    static final String IMAGE = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64";

    final SqliteStore store = SqliteStore.inMemory(SsmService.kinds());
    final List<String> decided = new ArrayList<>();
    final SsmClient client;

    SsmLab() {
        Instant now = Instant.now();
        PublicParameters images = region -> Map.of(IMAGE, "ami-0abc1234", "/aws/service/other/x", "y");
        var service = new SsmService(store, Ids.random(), () -> now, images);
        AccessKeys keys = (accessKey, token, at) -> new AccessKeys.Holder(new Principal.Root(accessKey), "test", true);
        Authorizer everything = (principal, action, resources, context) -> {
            decided.add(action + " " + resources);
            return Authorizer.Decision.ALLOWED;
        };
        var dispatcher = new Dispatcher(List.of(service.operations()), keys, everything, () -> now);
        client = SsmClient.builder()
                .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create(ACCOUNT, "test")))
                .region(Region.EU_WEST_1)
                .endpointOverride(URI.create("http://remora.internal"))
                .overrideConfiguration(c -> c.retryStrategy(s -> s.maxAttempts(1)))
                .httpClient(new InProcessClient(dispatcher))
                .build();
    }

    void put(String name, String value) {
        client.putParameter(r -> r.name(name).value(value).type(ParameterType.STRING));
    }

    static void refused(String code, String message, ThrowingCallable call) {
        AwsServiceException error = catchThrowableOfType(AwsServiceException.class, call);
        assertThat(error).as(code + ": " + message).isNotNull();
        assertThat(error.awsErrorDetails().errorCode() + ": " + error.awsErrorDetails().errorMessage())
                .isEqualTo(code + ": " + message);
        assertThat(error.statusCode()).isEqualTo(400);
    }

    @Override
    public void close() {
        client.close();
        store.close();
    }
}
