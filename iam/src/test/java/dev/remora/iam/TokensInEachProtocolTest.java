package dev.remora.iam;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remora.iam.RoleAccess.SessionCredentials;
import dev.remora.wire.Dispatcher;
import dev.remora.wire.InProcessClient;
import dev.remora.wire.Operations;
import dev.remora.wire.Protocol;
import dev.remora.wire.ServiceInfo;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.HttpExecuteResponse;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.http.auth.spi.signer.HttpSigner;
import software.amazon.awssdk.http.auth.spi.signer.SignedRequest;
import software.amazon.awssdk.identity.spi.AwsSessionCredentialsIdentity;

/** What a service says to credentials that are not good, in its protocol's words. The services have no operations here. */
class TokensInEachProtocolTest {
    private static final List<ServiceInfo> SERVICES = List.of(
            new ServiceInfo("sts", "sts", Protocol.AWS_QUERY, "2011-06-15", "https://sts.amazonaws.com/doc/2011-06-15/", ""),
            new ServiceInfo("ec2", "ec2", Protocol.EC2_QUERY, "2016-11-15", "http://ec2.amazonaws.com/doc/2016-11-15/", ""),
            new ServiceInfo("lambda", "lambda", Protocol.REST_JSON, "2015-03-31", "", ""),
            new ServiceInfo("logs", "logs", Protocol.AWS_JSON_1_1, "2014-03-28", "", "Logs_20140328"),
            new ServiceInfo("sqs", "sqs", Protocol.AWS_JSON_1_0, "2012-11-05", "", "AmazonSQS"),
            new ServiceInfo("s3", "s3", Protocol.REST_XML, "2006-03-01", "http://s3.amazonaws.com/doc/2006-03-01/", ""));

    private final Lab lab = new Lab();
    private final InProcessClient client = new InProcessClient(new Dispatcher(
            SERVICES.stream().map(Operations::new).toList(), lab.iam.accessKeys(), lab.iam.authorizer(), () -> lab.now));
    private String role = "";
    private SessionCredentials good = new SessionCredentials("", "", "", Instant.EPOCH, "");

    @BeforeEach
    void issue() {
        role = lab.role("r", Lab.LAMBDA_TRUST);
        good = credentials();
    }

    @AfterEach
    void close() {
        lab.close();
    }

    private SessionCredentials credentials() {
        return lab.iam.roles().issue(role, "s", "", Duration.ofHours(1));
    }

    /** Status and body of the answer to an empty request. */
    private String answer(String service, String id, String secret, String token, Instant signed) {
        var identity = AwsSessionCredentialsIdentity.create(id, secret, token);
        SdkHttpRequest request = SdkHttpRequest.builder()
                .method(SdkHttpMethod.GET)
                .uri(URI.create("http://remora.internal/"))
                .build();
        SignedRequest made = AwsV4HttpSigner.create().sign(sign -> sign.identity(identity).request(request)
                .putProperty(AwsV4HttpSigner.SERVICE_SIGNING_NAME, service)
                .putProperty(AwsV4HttpSigner.REGION_NAME, "us-east-1")
                .putProperty(HttpSigner.SIGNING_CLOCK, Clock.fixed(signed, ZoneOffset.UTC)));
        try {
            HttpExecuteResponse answer = client.prepareRequest(
                    HttpExecuteRequest.builder().request(made.request()).build()).call();
            byte[] body = answer.responseBody().orElseThrow().readAllBytes();
            return answer.httpResponse().statusCode() + " "
                    + answer.httpResponse().firstMatchingHeader("x-amzn-ErrorType").orElse("") + " "
                    + new String(body, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private String answer(String service, SessionCredentials with) {
        return answer(service, with.accessKeyId(), with.secretAccessKey(), with.sessionToken(), lab.now);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "sts    | 400 | MissingAction",
        "ec2    | 400 | MissingAction",
        "lambda | 404 | UnknownOperationException",
        "logs   | 400 | UnknownOperationException",
        "sqs    | 400 | UnknownOperationException",
        "s3     | 501 | NotImplemented",
    })
    void goodOnesReachTheOperation(String service, int status, String code) {
        assertThat(answer(service, good)).startsWith(status + " ").contains(code);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "sts    | 403 | InvalidClientTokenId        | The security token included in the request is invalid.",
        "ec2    | 401 | AuthFailure                 | AWS was not able to validate the provided access credentials",
        "lambda | 403 | UnrecognizedClientException | The security token included in the request is invalid.",
        "logs   | 400 | UnrecognizedClientException | The security token included in the request is invalid.",
        "sqs    | 400 | UnrecognizedClientException | The security token included in the request is invalid.",
        "s3     | 400 | InvalidToken                | The provided token is malformed or otherwise invalid.",
    })
    void aTokenThatIsNotOurs(String service, int status, String code, String sentence) {
        String token = good.sessionToken();
        char other = token.charAt(40) == 'A' ? 'B' : 'A';
        String tampered = token.substring(0, 40) + other + token.substring(41);
        SessionCredentials second = credentials();
        for (String bad : List.of(tampered, second.sessionToken(), "nonsense")) {
            assertThat(answer(service, good.accessKeyId(), good.secretAccessKey(), bad, lab.now))
                    .startsWith(status + " ").contains(code, sentence);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "sts    | 403 | ExpiredToken          | The security token included in the request is expired",
        "ec2    | 400 | RequestExpired        | Request has expired.",
        "lambda | 403 | ExpiredTokenException | The security token included in the request is expired",
        "logs   | 400 | ExpiredTokenException | The security token included in the request is expired",
        "sqs    | 400 | ExpiredTokenException | The security token included in the request is expired",
        "s3     | 400 | ExpiredToken          | The provided token has expired.",
    })
    void anExpiredToken(String service, int status, String code, String sentence) {
        lab.now = good.expiration();
        assertThat(answer(service, good)).startsWith(status + " ").contains(code, sentence);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "sts    | 403 | SignatureDoesNotMatch     | The request signature we calculated does not match",
        "ec2    | 401 | AuthFailure               | AWS was not able to validate the provided access credentials",
        "lambda | 403 | InvalidSignatureException | The request signature we calculated does not match",
        "logs   | 400 | InvalidSignatureException | The request signature we calculated does not match",
        "sqs    | 400 | InvalidSignatureException | The request signature we calculated does not match",
        "s3     | 403 | SignatureDoesNotMatch     | The request signature we calculated does not match",
    })
    void anotherSessionsSecret(String service, int status, String code, String sentence) {
        assertThat(answer(service, good.accessKeyId(), credentials().secretAccessKey(), good.sessionToken(), lab.now))
                .startsWith(status + " ").contains(code, sentence);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "sts    | 403 | SignatureDoesNotMatch     | Signature expired: ",
        "ec2    | 400 | RequestExpired            | Request has expired.",
        "lambda | 403 | InvalidSignatureException | Signature expired: ",
        "logs   | 400 | InvalidSignatureException | Signature expired: ",
        "sqs    | 400 | InvalidSignatureException | Signature expired: ",
        "s3     | 403 | RequestTimeTooSkewed      | The difference between the request time and the current time is too large.",
    })
    void aRequestSentAgainLongAfterItWasSigned(String service, int status, String code, String sentence) {
        Instant signed = lab.now;
        lab.now = lab.now.plus(Duration.ofMinutes(16));
        assertThat(answer(service, good.accessKeyId(), good.secretAccessKey(), good.sessionToken(), signed))
                .startsWith(status + " ").contains(code, sentence);
    }
}
