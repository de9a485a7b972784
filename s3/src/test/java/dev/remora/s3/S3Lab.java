package dev.remora.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.remora.iam.IamService;
import dev.remora.store.Ids;
import dev.remora.store.Kind;
import dev.remora.store.SqliteStore;
import dev.remora.wire.AccessKeys;
import dev.remora.wire.Authorizer;
import dev.remora.wire.Dispatcher;
import dev.remora.wire.InProcessClient;
import dev.remora.wire.Principal;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.iam.IamClient;
import software.amazon.awssdk.services.iam.model.Role;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;

/** The service behind the dispatcher, called by AWS's own client, which signs its bodies in chunks. */
final class S3Lab implements AutoCloseable {
    static final String ACCOUNT = "123456789012";
    static final String OTHER = "210987654321";

    final Path folder;
    final SqliteStore store;
    final IamService iam;
    final S3Service service;
    final S3Client client;
    final List<String> decided = new ArrayList<>();
    final Set<String> forbidden = new HashSet<>();
    private final Map<String, Principal> sessions = new ConcurrentHashMap<>();
    final Dispatcher dispatcher;

    S3Lab(Path folder) {
        this.folder = folder.resolve("objects");
        this.store = SqliteStore.inMemory(Stream.of(S3Service.kinds(), IamService.kinds())
                .<Kind<?>>flatMap(Collection::stream)
                .toList());
        this.iam = new IamService(store, Ids.random(), Instant::now, true);
        Authorizer authorizer = (principal, action, resources, context) -> {
            decided.add(action + " " + String.join(" ", resources));
            return forbidden.contains(action)
                    ? new Authorizer.Decision(false, resources.getFirst(), Authorizer.Reason.NO_IDENTITY_POLICY)
                    : iam.authorizer().decide(principal, action, resources, context);
        };
        this.service = new S3Service(store, this.folder, Ids.random(), Instant::now, authorizer);
        iam.resourcePolicies().register("s3", service.buckets());
        AccessKeys keys = (id, token, at) -> new AccessKeys.Holder(principal(id), "test", true);
        this.dispatcher = new Dispatcher(List.of(service.operations(), iam.iamOperations()), keys, authorizer, Instant::now);
        this.client = client(ACCOUNT, Region.EU_WEST_1);
        client.createBucket(r -> r.bucket("shop").createBucketConfiguration(c -> c.locationConstraint("eu-west-1")));
    }

    /** An account's root, or for {@code ROLEname} a session of a role of the first account, which is made. */
    private Principal principal(String id) {
        if (!id.startsWith("ROLE")) {
            return new Principal.Root(id);
        }
        return sessions.computeIfAbsent(id.substring("ROLE".length()), name -> {
            try (IamClient roles = IamClient.builder()
                    .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create(ACCOUNT, "test")))
                    .region(Region.AWS_GLOBAL)
                    .endpointOverride(URI.create("http://iam.localhost"))
                    .httpClient(new InProcessClient(dispatcher))
                    .build()) {
                Role role = roles.createRole(r -> r.roleName(name).assumeRolePolicyDocument("""
                    {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": "%s"},
                      "Action": "sts:AssumeRole"}]}""".formatted(ACCOUNT))).role();
                return new Principal.RoleSession(ACCOUNT, role.arn(), name, role.roleId(), "s", "");
            }
        });
    }

    S3Client client(String key, Region region) {
        return builder(key, region).forcePathStyle(true).build();
    }

    S3ClientBuilder builder(String key, Region region) {
        return S3Client.builder()
                .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create(key, "test")))
                .region(region)
                .endpointOverride(URI.create("http://s3.localhost"))
                .overrideConfiguration(c -> c.retryStrategy(s -> s.maxAttempts(1)))
                .httpClient(new InProcessClient(dispatcher));
    }

    String put(String key, String text) {
        return client.putObject(r -> r.bucket("shop").key(key), RequestBody.fromString(text)).eTag();
    }

    String get(String key) {
        return client.getObjectAsBytes(r -> r.bucket("shop").key(key)).asUtf8String();
    }

    /** How many files hold bytes. */
    long files() {
        if (!Files.isDirectory(folder)) {
            return 0;
        }
        try (Stream<Path> all = Files.walk(folder)) {
            return all.filter(Files::isRegularFile).count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static void refused(int status, String code, ThrowingCallable call) {
        AwsServiceException error = catchThrowableOfType(AwsServiceException.class, call);
        assertThat(error).as(code).isNotNull();
        assertThat(error.statusCode() + " " + error.awsErrorDetails().errorCode()).isEqualTo(status + " " + code);
    }

    static String sentence(ThrowingCallable call) {
        AwsServiceException error = catchThrowableOfType(AwsServiceException.class, call);
        return error.awsErrorDetails().errorCode() + ": " + error.awsErrorDetails().errorMessage();
    }

    @Override
    public void close() {
        client.close();
        store.close();
    }
}
