package dev.remora.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** The example of "Query string request authentication alternative" in the S3 user guide. */
class SigV2Test {
    private static final String QUERY =
            "AWSAccessKeyId=AKIAIOSFODNN7EXAMPLE&Signature=NpgCjnDzrM%2BWFzoENXmpNDUsSn8%3D&Expires=1175139620";
    private static final String SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

    private final SigV4 signatures = new SigV4();

    private static Request request(String host, String path, String query) {
        return new Request("GET", path, query, Headers.of("Host", host), new byte[0], "127.0.0.1", false, true);
    }

    private void verify(Request request, long second) {
        Claim claim = Objects.requireNonNull(Claim.of(request));
        signatures.verify(request, claim, SECRET, Instant.ofEpochSecond(second), new Refusals(Protocol.REST_XML));
    }

    @Test
    void aUrlIsGoodWhicheverWayItNamesItsBucket() {
        verify(request("localhost:4566", "/johnsmith/photos/puppy.jpg", QUERY), 1175139620);
        verify(request("johnsmith.s3.amazonaws.com", "/photos/puppy.jpg", QUERY), 1175139000);
    }

    @Test
    void aUrlThatExpiredOrWasChangedIsNot() {
        var good = request("localhost:4566", "/johnsmith/photos/puppy.jpg", QUERY);
        assertThatThrownBy(() -> verify(good, 1175139621)).hasToString("AccessDenied: Request has expired");
        for (Request bad : new Request[] {
            request("localhost:4566", "/johnsmith/photos/kitten.jpg", QUERY),
            request("localhost:4566", "/johnsmith/photos/puppy.jpg", QUERY.replace("620", "621")),
            request("localhost:4566", "/johnsmith/photos/puppy.jpg", QUERY + "&acl")
        }) {
            assertThatThrownBy(() -> verify(bad, 1175139000))
                    .isInstanceOfSatisfying(AwsError.class, e -> assertThat(e.code()).isEqualTo("SignatureDoesNotMatch"));
        }
        assertThatThrownBy(() -> Claim.of(request("localhost", "/", "AWSAccessKeyId=A&Signature=B")))
                .isInstanceOf(Claim.Incomplete.class);
    }
}
