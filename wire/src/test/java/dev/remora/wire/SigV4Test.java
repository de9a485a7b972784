package dev.remora.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.http.SdkHttpFullRequest;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4FamilyHttpSigner;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.http.auth.spi.signer.HttpSigner;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;
import software.amazon.awssdk.identity.spi.AwsSessionCredentialsIdentity;

/** The SDK's signer signs and we verify; then one thing is changed and we must not. */
class SigV4Test {
    private static final Instant NOW = Instant.parse("2026-03-04T05:06:07Z");
    private static final String SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
    private static final AwsCredentialsIdentity KEY = AwsCredentialsIdentity.create("AKIAEXAMPLE", SECRET);
    private static final Refusals QUERY = new Refusals(Protocol.AWS_QUERY);

    private final SigV4 signatures = new SigV4();

    private static Request sign(
            SdkHttpRequest http, byte[] body, AwsCredentialsIdentity key, Duration presigned, boolean hashBody)
            throws IOException {
        var signed = AwsV4HttpSigner.create().sign(r -> {
            r.identity(key)
                    .request(http)
                    .payload(() -> new ByteArrayInputStream(body))
                    .putProperty(AwsV4FamilyHttpSigner.SERVICE_SIGNING_NAME, "lambda")
                    .putProperty(AwsV4HttpSigner.REGION_NAME, "eu-north-1")
                    .putProperty(AwsV4FamilyHttpSigner.PAYLOAD_SIGNING_ENABLED, hashBody)
                    .putProperty(HttpSigner.SIGNING_CLOCK, Clock.fixed(NOW, ZoneOffset.UTC));
            if (presigned != null) {
                r.putProperty(AwsV4FamilyHttpSigner.AUTH_LOCATION, AwsV4FamilyHttpSigner.AuthLocation.QUERY_STRING)
                        .putProperty(AwsV4FamilyHttpSigner.EXPIRATION_DURATION, presigned);
            }
        });
        var headers = new Headers();
        signed.request().forEachHeader((name, values) -> values.forEach(value -> headers.add(name, value)));
        return new Request(
                signed.request().method().name(),
                signed.request().encodedPath(),
                signed.request().encodedQueryParameters().orElse(""),
                headers,
                body,
                "127.0.0.1",
                true,
                true);
    }

    private void verify(Request request, Instant now) {
        signatures.verify(request, Claim.of(request), SECRET, now, QUERY);
    }

    private static String word(Random random, String alphabet) {
        var out = new StringBuilder();
        for (int i = 1 + random.nextInt(6); i > 0; i--) {
            out.appendCodePoint(alphabet.codePointAt(
                    alphabet.offsetByCodePoints(0, random.nextInt(alphabet.codePointCount(0, alphabet.length())))));
        }
        return out.toString();
    }

    private static SdkHttpRequest random(Random random) {
        String path = "ab-_.~:@ $&+=%é☃";
        String value = "abAB09-_.~ /?#[]@!$&'()*+,;=%é☃";
        SdkHttpFullRequest.Builder http = SdkHttpFullRequest.builder()
                .method(random.nextBoolean() ? SdkHttpMethod.POST : SdkHttpMethod.GET)
                .protocol("http")
                .host("127.0.0.1")
                .port(4566);
        var segments = new StringBuilder("/2015-03-31");
        for (int i = random.nextInt(4); i > 0; i--) {
            segments.append('/').append(Percent.encode("x" + word(random, path), false));
        }
        http.encodedPath(segments.toString());
        for (int i = random.nextInt(5); i > 0; i--) {
            String name = random.nextBoolean() ? "a" : random.nextBoolean() ? "a-b" : word(random, value);
            http.appendRawQueryParameter(name, word(random, value));
        }
        for (int i = random.nextInt(3); i > 0; i--) {
            http.appendHeader("X-Amz-Meta-" + word(random, "abc"), "  " + word(random, "ab  c") + " ");
        }
        return http.build();
    }

    @Test
    void whatTheSdkSignsIsAccepted() throws IOException {
        for (int seed = 0; seed < 300; seed++) {
            var random = new Random(seed);
            byte[] body = word(random, "abc{}").getBytes(StandardCharsets.UTF_8);
            Request request = sign(random(random), body, KEY, null, true);
            assertThatCode(() -> verify(request, NOW))
                    .as("seed " + seed + " " + request)
                    .doesNotThrowAnyException();
        }
    }

    @Test
    void whatWasChangedOnTheWayIsRefused() throws IOException {
        for (int seed = 0; seed < 100; seed++) {
            var random = new Random(seed);
            byte[] body = word(random, "abc{}").getBytes(StandardCharsets.UTF_8);
            for (Request changed : changed(sign(random(random), body, KEY, null, true))) {
                assertThatThrownBy(() -> verify(changed, NOW))
                        .as("seed " + seed + " " + changed)
                        .isInstanceOfSatisfying(
                                AwsError.class, e -> assertThat(e.code()).isEqualTo("SignatureDoesNotMatch"));
            }
        }
    }

    private static List<Request> changed(Request r) {
        List<Request> all = new ArrayList<>();
        String method = r.method().equals("GET") ? "PUT" : "GET";
        all.add(new Request(
                method, r.rawPath(), r.rawQuery(), r.headers(), r.body(), r.peer(), r.secure(), r.trusted()));
        all.add(new Request(
                r.method(), r.rawPath() + "x", r.rawQuery(), r.headers(), r.body(), r.peer(), r.secure(), r.trusted()));
        String query = r.rawQuery().isEmpty() ? "b=c" : r.rawQuery() + "&b=c";
        all.add(new Request(r.method(), r.rawPath(), query, r.headers(), r.body(), r.peer(), r.secure(), r.trusted()));
        byte[] body = (new String(r.body(), StandardCharsets.UTF_8) + "!").getBytes(StandardCharsets.UTF_8);
        all.add(new Request(
                r.method(), r.rawPath(), r.rawQuery(), r.headers(), body, r.peer(), r.secure(), r.trusted()));
        String authorization = r.headers().first("Authorization");
        all.add(with(
                r,
                "Authorization",
                authorization.substring(0, authorization.length() - 1) + (authorization.endsWith("0") ? "1" : "0")));
        all.add(with(r, "Authorization", authorization.replace("eu-north-1", "us-east-1")));
        all.add(with(r, "Authorization", authorization.replace("/lambda/", "/ec2/")));
        all.add(with(r, "Authorization", authorization.replace("host;", "")));
        all.add(with(r, "Host", "elsewhere.example"));
        all.add(with(r, "X-Amz-Date", "20260304T050608Z"));
        return all;
    }

    private static Request with(Request r, String name, String value) {
        var headers = new Headers();
        r.headers().forEach((n, v) -> headers.add(n, n.equalsIgnoreCase(name) ? value : v));
        return new Request(r.method(), r.rawPath(), r.rawQuery(), headers, r.body(), r.peer(), r.secure(), r.trusted());
    }

    @Test
    void presignedRequestsAreGoodUntilTheyExpire() throws IOException {
        for (int seed = 0; seed < 100; seed++) {
            var random = new Random(seed);
            Request request = sign(random(random), new byte[0], KEY, Duration.ofMinutes(10), true);
            assertThat(Claim.of(request).presigned()).isTrue();
            verify(request, NOW);
            verify(request, NOW.plus(Duration.ofMinutes(10)));
            assertThatThrownBy(() ->
                            verify(request, NOW.plus(Duration.ofMinutes(10)).plusSeconds(1)))
                    .hasMessageContaining("Signature expired: 20260304T051607Z is now earlier than 20260304T051608Z");
            var longer = new Request(
                    request.method(),
                    request.rawPath(),
                    request.rawQuery().replace("X-Amz-Expires=600", "X-Amz-Expires=60000"),
                    request.headers(),
                    request.body(),
                    request.peer(),
                    true,
                    true);
            assertThatThrownBy(() -> verify(longer, NOW)).hasMessageContaining("does not match");
        }
    }

    @Test
    void aBodyMayBeLeftUnsigned() throws IOException {
        SdkHttpRequest secure =
                random(new Random(1)).toBuilder().protocol("https").build();
        Request request = sign(secure, "abc".getBytes(StandardCharsets.UTF_8), KEY, null, false);
        assertThat(request.headers().first("x-amz-content-sha256")).isEqualTo("UNSIGNED-PAYLOAD");
        verify(request, NOW);
    }

    @Test
    void clocksMayDifferByFiveMinutes() throws IOException {
        Request request = sign(random(new Random(1)), new byte[0], KEY, null, true);
        verify(request, NOW.plusSeconds(300));
        verify(request, NOW.minusSeconds(300));
        assertThatThrownBy(() -> verify(request, NOW.plusSeconds(301)))
                .hasMessage(
                        "Signature expired: 20260304T050607Z is now earlier than 20260304T050608Z (20260304T051108Z -"
                                + " 5 min.)");
        assertThatThrownBy(() -> verify(request, NOW.minusSeconds(301)))
                .hasMessage("Signature not yet current: 20260304T050607Z is still later than 20260304T050606Z"
                        + " (20260304T050106Z + 5 min.)");
    }

    @Test
    void timestampsAreDigitsInTheBasicFormAndDatesThatExist() {
        assertThat(SigV4.instant("20260304T050607Z")).isEqualTo(NOW);
        assertThat(SigV4.instant("20240229T235959Z")).isEqualTo("2024-02-29T23:59:59Z");
        for (String wrong : List.of("", "2026-03-04T05:06:07Z", "20260304T050607", "20260304T050607+", "20260304 050607Z",
                "20260304T0506+7Z", "2026030xT050607Z", "20260229T050607Z", "20261301T050607Z", "20260304T240000Z",
                "20260304T050660Z", "２0260304T050607Z")) {
            assertThatThrownBy(() -> SigV4.instant(wrong)).as(wrong).isInstanceOf(DateTimeException.class);
        }
    }

    @Test
    void anotherSecretIsRefusedThoughTheKeyIsCached() throws IOException {
        Request request = sign(random(new Random(2)), new byte[0], KEY, null, true);
        verify(request, NOW);
        assertThatThrownBy(() -> signatures.verify(request, Claim.of(request), "another", NOW, QUERY))
                .hasMessageStartingWith("The request signature we calculated does not match");
    }

    @Test
    void theTokenOfASessionIsPartOfTheClaim() throws IOException {
        var session = AwsSessionCredentialsIdentity.create("ASIAEXAMPLE", SECRET, Keys.TOKEN);
        Request header = sign(random(new Random(3)), new byte[0], session, null, true);
        Request query = sign(random(new Random(3)), new byte[0], session, Duration.ofMinutes(1), true);
        assertThat(List.of(Claim.of(header).token(), Claim.of(query).token())).containsOnly(Keys.TOKEN);
        verify(header, NOW);
        verify(query, NOW);
    }

    @Test
    void canonicalQueriesAreSortedByNameAndThenByValue() {
        assertThat(Canonical.query("b=2&a-b=1&a=2&a=1&c&=x")).isEqualTo("a=1&a=2&a-b=1&b=2&c=");
        assertThat(Canonical.query("x=%7e%2F+:")).isEqualTo("x=~%2F%20%3A");
    }

    @Test
    void canonicalPathsAreEncodedTwiceExceptForS3() {
        assertThat(Canonical.path("/f/arn%3Aaws", false)).isEqualTo("/f/arn%253Aaws");
        assertThat(Canonical.path("/f/arn%3Aaws", true)).isEqualTo("/f/arn%3Aaws");
        assertThat(Canonical.path("/a//b/./c/../d/", false)).isEqualTo("/a/b/d/");
        assertThat(Canonical.path("/a//b", true)).isEqualTo("/a//b");
        assertThat(Canonical.path("", false)).isEqualTo("/");
    }

    @Test
    void halfSignedRequestsSayWhatIsMissing() {
        assertThatThrownBy(() -> Claim.of(request("Authorization", "AWS4-HMAC-SHA256 Credential=a/b/c/d/e")))
                .hasMessageContaining("'SignedHeaders'");
        assertThatThrownBy(() -> Claim.of(request("Authorization", "Basic dGVzdA==")))
                .isInstanceOf(Claim.Incomplete.class);
        assertThatThrownBy(() -> Claim.of(request(
                        "Authorization",
                        "AWS4-HMAC-SHA256 Credential=a/20260101/r/s, SignedHeaders=host, Signature=0",
                        "X-Amz-Date",
                        "x")))
                .hasMessageContaining("exactly 5 slash-delimited elements");
        assertThat(Claim.of(request("Host", "x"))).isNull();
    }

    private static Request request(String... headers) {
        return new Request("GET", "/", "", Headers.of(headers), new byte[0], "127.0.0.1", false, true);
    }
}
