package dev.remora.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.URI;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.AwsRequest;
import software.amazon.awssdk.awscore.AwsResponse;
import software.amazon.awssdk.awscore.client.builder.AwsClientBuilder;
import software.amazon.awssdk.awscore.client.builder.AwsSyncClientBuilder;
import software.amazon.awssdk.core.SdkField;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.cloudwatchlogs.CloudWatchLogsClient;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.iam.IamClient;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.rds.RdsClient;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.ssm.SsmClient;
import software.amazon.awssdk.services.sts.StsClient;

/**
 * Every operation of every service, with no case written by hand: a random request goes through the SDK's real client
 * to our decoder and must arrive as it was sent; a random response comes back the same way. It proves that we agree
 * with the SDK, not with AWS: what both read off the same class, such as a wrong name, it cannot see.
 */
class RoundTripTest {
    private static final long SEED = 42;

    /** What cannot come through as it was sent, and why. */
    private static final Map<String, String> KNOWN_REQUESTS = Map.ofEntries(
            Map.entry("sts AssumeRoleWithSaml", "clients send it unsigned"),
            Map.entry("sts AssumeRoleWithWebIdentity", "clients send it unsigned"),
            Map.entry("rds CopyDbClusterSnapshot", "the SDK uses SourceRegion itself and does not send it"),
            Map.entry("rds CopyDbSnapshot", "the SDK uses SourceRegion itself and does not send it"),
            Map.entry("rds CreateDbCluster", "the SDK uses SourceRegion itself and does not send it"),
            Map.entry("rds CreateDbInstanceReadReplica", "the SDK uses SourceRegion itself and does not send it"),
            Map.entry("rds StartDbInstanceAutomatedBackupsReplication", "the SDK uses SourceRegion itself and does not send it"),
            Map.entry("s3 ListDirectoryBuckets", "is of S3 Express, whose buckets are no path"),
            Map.entry("s3 ListObjectAnnotations", "differs from GetObjectAnnotation by nothing that is documented"),
            Map.entry("s3 PutBucketAcl", "a grantee's type is an XML attribute, which no operation has that is supported"),
            Map.entry("s3 PutObjectAcl", "a grantee's type is an XML attribute"),
            Map.entry("s3 PutBucketLogging", "a grantee's type is an XML attribute"),
            Map.entry("s3 PutBucketAnalyticsConfiguration", "the SDK wants more than random members"),
            Map.entry("s3 PutBucketReplication", "the SDK wants more than random members"));

    private static final Set<String> KNOWN_RESPONSES =
            Set.of("sts AssumeRoleWithSaml", "sts AssumeRoleWithWebIdentity", "s3 GetBucketAcl", "s3 GetObjectAcl",
                    "s3 GetBucketLogging",
                    "s3 HeadObject", "s3 ListDirectoryBuckets", "s3 ListObjectAnnotations", "s3 PutBucketAcl", "s3 PutObjectAcl",
                    "s3 PutBucketLogging", "s3 PutBucketAnalyticsConfiguration", "s3 PutBucketReplication");

    private final Set<String> requestsDiffer = new TreeSet<>();
    private final Set<String> responsesDiffer = new TreeSet<>();
    private int operations;

    @Test
    void ec2() throws Exception {
        run(Infos.EC2, Ec2Client.class, Ec2Client.builder(), 800);
    }

    @Test
    void iam() throws Exception {
        run(Infos.IAM, IamClient.class, IamClient.builder(), 170);
    }

    @Test
    void sts() throws Exception {
        run(Infos.STS, StsClient.class, StsClient.builder(), 10);
    }

    @Test
    void rds() throws Exception {
        run(Infos.RDS, RdsClient.class, RdsClient.builder(), 160);
    }

    @Test
    void lambda() throws Exception {
        run(Infos.LAMBDA, LambdaClient.class, LambdaClient.builder(), 80);
    }

    @Test
    void logs() throws Exception {
        run(Infos.LOGS, CloudWatchLogsClient.class, CloudWatchLogsClient.builder(), 110);
    }

    @Test
    void sqs() throws Exception {
        run(Infos.SQS, SqsClient.class, SqsClient.builder().checksumValidationEnabled(false), 23);
    }

    @Test
    void ssm() throws Exception {
        run(Infos.SSM, SsmClient.class, SsmClient.builder(), 140);
    }

    @Test
    void s3() throws Exception {
        run(Infos.S3, S3Client.class, S3Client.builder().forcePathStyle(true), 95);
    }

    private void run(ServiceInfo info, Class<?> client, AwsClientBuilder<?, ?> builder, int atLeast) throws Exception {
        var table = new Operations(new ServiceInfo(
                info.signingName(),
                info.protocol() == Protocol.REST_XML ? info.model() : "none",
                info.protocol(),
                info.apiVersion(),
                info.xmlNamespace(),
                info.targetPrefix()));
        var seen = new Object[1];
        var answer = new Object[1];
        Map<String, Method> methods = methods(client);
        methods.values().forEach(method -> register(table, method.getParameterTypes()[0], seen, answer));
        var dispatcher = new Dispatcher(List.of(table), Keys.ALL, Keys.EVERYTHING, InstantSource.system());
        builder.endpointOverride(URI.create("http://remora.internal"))
                .region(Region.US_EAST_1)
                .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create("test", "test")))
                .overrideConfiguration(c -> c.retryStrategy(s -> s.maxAttempts(1)));
        ((AwsSyncClientBuilder<?, ?>) builder).httpClient(new InProcessClient(dispatcher));
        try (var live = (AutoCloseable) builder.build()) {
            for (Method method : methods.values()) {
                one(info.signingName(), live, method, seen, answer);
            }
        }
        assertThat(operations).isGreaterThanOrEqualTo(atLeast);
        assertThat(requestsDiffer)
                .isEqualTo(new TreeSet<>(KNOWN_REQUESTS.keySet().stream()
                        .filter(name -> name.startsWith(info.signingName() + " "))
                        .toList()));
        assertThat(responsesDiffer)
                .isEqualTo(new TreeSet<>(KNOWN_RESPONSES.stream()
                        .filter(n -> n.startsWith(info.signingName() + " "))
                        .toList()));
    }

    /** The client's methods that take one request and give one response: not the streaming ones. */
    private static Map<String, Method> methods(Class<?> client) {
        Map<String, Method> methods = new TreeMap<>();
        for (Method method : client.getMethods()) {
            if (method.getParameterCount() == 1
                    && AwsRequest.class.isAssignableFrom(method.getParameterTypes()[0])
                    && AwsResponse.class.isAssignableFrom(method.getReturnType())) {
                methods.put(method.getName(), method);
            }
        }
        return methods;
    }

    private static void register(Operations table, Class<?> request, Object[] seen, Object[] answer) {
        table.on(request.asSubclass(AwsRequest.class), (in, call) -> {
            seen[0] = in;
            return (AwsResponse) answer[0];
        });
    }

    private void one(String service, Object client, Method method, Object[] seen, Object[] answer) throws Exception {
        operations++;
        Class<?> requestClass = method.getParameterTypes()[0];
        String name = service + " " + requestClass.getSimpleName().replaceAll("Request$", "");
        var random = new RandomPojo(SEED + name.hashCode());
        SdkPojo response = random.built(method.getReturnType());
        SdkPojo request = random.built(requestClass);
        answer[0] = response;
        seen[0] = null;
        Object got = null;
        try {
            got = method.invoke(client, request);
        } catch (InvocationTargetException e) {
            responsesDiffer.add(name);
        }
        if (!request.equals(seen[0])) {
            requestsDiffer.add(name);
            explain(name, request, seen[0]);
        }
        if (got != null && !response.equalsBySdkFields(got)) {
            responsesDiffer.add(name);
            explain(name, response, got);
        }
    }

    private static void explain(String name, Object wanted, Object got) {
        if (!KNOWN_REQUESTS.containsKey(name)) {
            System.out.println(name + difference(wanted, got));
        }
    }

    private static String difference(Object wanted, Object got) {
        if (wanted instanceof SdkPojo a && got instanceof SdkPojo b && a.getClass() == b.getClass()) {
            List<String> parts = new ArrayList<>();
            for (SdkField<?> field : a.sdkFields()) {
                Object x = field.getValueOrDefault(a);
                Object y = field.getValueOrDefault(b);
                if (!Objects.equals(x, y)) {
                    parts.add("." + field.memberName() + difference(x, y));
                }
            }
            return String.join(" ", parts);
        }
        if (wanted instanceof List<?> a && got instanceof List<?> b && !a.isEmpty() && !b.isEmpty()) {
            return "[0]" + difference(a.getFirst(), b.getFirst());
        }
        return " <" + wanted + "> became <" + got + ">";
    }
}
