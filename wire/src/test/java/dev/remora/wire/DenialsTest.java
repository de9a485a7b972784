package dev.remora.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remora.wire.Authorizer.Decision;
import dev.remora.wire.Authorizer.Reason;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import software.amazon.awssdk.awscore.AwsRequest;
import software.amazon.awssdk.services.cloudwatchlogs.model.CreateLogGroupRequest;
import software.amazon.awssdk.services.lambda.model.GetFunctionRequest;
import software.amazon.awssdk.services.rds.model.DescribeDbInstancesRequest;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.ListBucketsRequest;
import software.amazon.awssdk.services.sqs.model.SendMessageRequest;
import software.amazon.awssdk.services.ssm.model.GetParameterRequest;

/** What a denied caller is told: the shape is the protocol's, the sentence every service's, but for what SQS and S3 do to it. */
class DenialsTest {
    private static final String WHO = "User: arn:aws:sts::111122223333:assumed-role/worker/s1 is not authorized to perform: ";
    private static final String UNALLOWED = " because no identity-based policy allows the ";
    private static final Principal CALLER = new Principal.RoleSession(
            "111122223333", "arn:aws:iam::111122223333:role/worker", "worker", "AROAEXAMPLE", "s1", "");

    static Stream<Arguments> services() {
        String lambda = "arn:aws:lambda:us-east-1:111122223333:function:f";
        String queue = "arn:aws:sqs:us-east-1:111122223333:q";
        String parameter = "arn:aws:ssm:us-east-1:111122223333:parameter/p";
        String group = "arn:aws:logs:us-east-1:111122223333:log-group:g:log-stream:";
        String databases = "arn:aws:rds:us-east-1:111122223333:db:*";
        return Stream.of(
                Arguments.of(table(Infos.LAMBDA, GetFunctionRequest.class, lambda), get("/2015-03-31/functions/f"), 403,
                        "{\"Message\":\"" + WHO + "lambda:GetFunction on resource: " + lambda + UNALLOWED
                                + "lambda:GetFunction action\"}", "x-amzn-ErrorType", "AccessDeniedException"),
                Arguments.of(table(Infos.SQS, SendMessageRequest.class, queue),
                        target("AmazonSQS.SendMessage", "{\"QueueUrl\":\"q\",\"MessageBody\":\"m\"}"), 403,
                        "{\"__type\":\"com.amazon.coral.service#AccessDeniedException\",\"Message\":\"" + WHO
                                + "sqs:sendmessage on resource: " + queue + UNALLOWED + "sqs:sendmessage action\"}",
                        "x-amzn-query-error", "AccessDenied;Sender"),
                Arguments.of(table(Infos.SQS, SendMessageRequest.class, queue),
                        form("Action=SendMessage&QueueUrl=q&MessageBody=m"), 403,
                        "<Type>Sender</Type><Code>AccessDenied</Code><Message>" + WHO + "sqs:sendmessage on resource: " + queue
                                + UNALLOWED + "sqs:sendmessage action</Message>", "Content-Type", "text/xml"),
                Arguments.of(table(Infos.SSM, GetParameterRequest.class, parameter),
                        target("AmazonSSM.GetParameter", "{\"Name\":\"p\"}"), 400,
                        "{\"__type\":\"AccessDeniedException\",\"Message\":\"" + WHO + "ssm:GetParameter on resource: "
                                + parameter + UNALLOWED + "ssm:GetParameter action\"}",
                        "Content-Type", "application/x-amz-json-1.1"),
                Arguments.of(table(Infos.LOGS, CreateLogGroupRequest.class, group),
                        target("Logs_20140328.CreateLogGroup", "{\"logGroupName\":\"g\"}"), 400,
                        "{\"__type\":\"AccessDeniedException\",\"Message\":\"" + WHO + "logs:CreateLogGroup on resource: "
                                + group + UNALLOWED + "logs:CreateLogGroup action\"}",
                        "Content-Type", "application/x-amz-json-1.1"),
                Arguments.of(table(Infos.RDS, DescribeDbInstancesRequest.class, databases),
                        form("Action=DescribeDBInstances&Version=2014-10-31"), 403,
                        "<Type>Sender</Type><Code>AccessDenied</Code><Message>" + WHO + "rds:DescribeDBInstances on resource: "
                                + databases + UNALLOWED + "rds:DescribeDBInstances action</Message>",
                        "Content-Type", "text/xml"),
                Arguments.of(table(Infos.S3, GetObjectRequest.class, "arn:aws:s3:::b/k"), get("/b/k"), 403,
                        "<Code>AccessDenied</Code><Message>" + WHO + "s3:GetObject on resource: &quot;arn:aws:s3:::b/k&quot;"
                                + UNALLOWED + "s3:GetObject action</Message>", "Content-Type", "application/xml"),
                Arguments.of(listing(), get("/"), 403, "<Code>AccessDenied</Code><Message>" + WHO + "s3:ListAllMyBuckets"
                        + UNALLOWED + "s3:ListAllMyBuckets action</Message>", "Content-Type", "application/xml"));
    }

    @ParameterizedTest
    @MethodSource("services")
    void saysWhoWhatAndWhy(Operations table, Request bare, int status, String body, String header, String value) {
        Request request = new Request(bare.method(), bare.rawPath(), bare.rawQuery(), bare.headers(), bare.body(), "127.0.0.1",
                false, true);
        request.headers().add("Authorization", "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/"
                + table.service().signingName() + "/aws4_request, SignedHeaders=host, Signature=00");
        request.headers().add("X-Amz-Date", "20260101T000000Z");
        var dispatcher = new Dispatcher(List.of(table), Keys.ALL,
                (who, action, resources, keys) -> new Decision(false, resources.getFirst(), Reason.NO_IDENTITY_POLICY),
                InstantSource.system());
        Response response = dispatcher.handle(request, CALLER);
        assertThat(new String(response.body(), StandardCharsets.UTF_8)).contains(body);
        assertThat(response.status()).isEqualTo(status);
        assertThat(response.headers().first(header)).startsWith(value);
    }

    private static <I extends AwsRequest> Operations table(ServiceInfo info, Class<I> request, String arn) {
        var table = new Operations(info);
        table.on(request, (in, call) -> {
            throw new AssertionError("the caller may not");
        }).resources((in, call) -> List.of(arn));
        return table;
    }

    /** S3 says nothing of a resource where it lists all buckets. */
    private static Operations listing() {
        var table = new Operations(Infos.S3);
        table.on(ListBucketsRequest.class, (in, call) -> {
            throw new AssertionError("the caller may not");
        }).action("s3:ListAllMyBuckets").resources((in, call) -> List.of("arn:aws:s3:::*")).printing(in -> "");
        return table;
    }

    private static Request get(String path) {
        return request("GET", path, "", Headers.of("Host", "localhost"));
    }

    private static Request target(String operation, String body) {
        return request("POST", "/", body, Headers.of("Host", "localhost", "X-Amz-Target", operation));
    }

    private static Request form(String body) {
        return request("POST", "/", body,
                Headers.of("Host", "localhost", "Content-Type", "application/x-www-form-urlencoded"));
    }

    private static Request request(String method, String path, String body, Headers headers) {
        return new Request(method, path, "", headers, body.getBytes(StandardCharsets.UTF_8), "127.0.0.1", false, true);
    }
}
