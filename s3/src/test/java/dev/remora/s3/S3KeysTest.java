package dev.remora.s3;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remora.wire.Call;
import dev.remora.wire.Operation;
import dev.remora.wire.Permission;
import dev.remora.wire.Principal;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.awscore.AwsRequest;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.model.CopyObjectRequest;
import software.amazon.awssdk.services.s3.model.DeleteObjectsRequest;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Request;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;

/** What calls need, and the condition keys that come with it. */
class S3KeysTest {
    private static final String BUCKET = "arn:aws:s3:::shop";

    private S3Lab lab;

    @BeforeEach
    void open(@TempDir Path folder) {
        lab = new S3Lab(folder);
        lab.client.putObject(r -> r.bucket("shop").key("old").tagging("class=secret"), RequestBody.fromString("x"));
    }

    @AfterEach
    void close() {
        lab.close();
    }

    @Test
    void readingSeesTheTagsOfTheObjectAndTheBucketsOwner() {
        assertThat(needed(GetObjectRequest.builder().bucket("shop").key("old").build())).containsExactly(
                new Permission("s3:GetObject", BUCKET + "/old", Map.of("s3:ExistingObjectTag/class", List.of("secret"),
                        "s3:ResourceAccount", List.of(S3Lab.ACCOUNT))));
        assertThat(keys(ListObjectsV2Request.builder().bucket("shop").prefix("a/").delimiter("/").maxKeys(7).build()))
                .isEqualTo(Map.of("s3:prefix", List.of("a/"), "s3:delimiter", List.of("/"), "s3:max-keys", List.of("7")));
    }

    @Test
    void writingSaysHow() {
        var put = PutObjectRequest.builder()
                .bucket("shop").key("new").acl("private").tagging("a=1").ifNoneMatch("*").build();
        assertThat(keys(put)).isEqualTo(Map.of(
                "s3:RequestObjectTag/a", List.of("1"),
                "s3:RequestObjectTagKeys", List.of("a"),
                "s3:x-amz-acl", List.of("private"),
                "s3:if-none-match", List.of("*"),
                "s3:ObjectCreationOperation", List.of("true")));
        assertThat(actions(put)).containsExactly("s3:PutObject " + BUCKET + "/new", "s3:PutObjectTagging " + BUCKET + "/new");
    }

    @Test
    void aCopyReadsAndWritesTagsAsWell() {
        var copy = CopyObjectRequest.builder().copySource("shop/old").destinationBucket("shop").destinationKey("new");
        assertThat(actions(copy.build())).containsExactly(
                "s3:PutObject " + BUCKET + "/new",
                "s3:PutObjectTagging " + BUCKET + "/new",
                "s3:GetObject " + BUCKET + "/old",
                "s3:GetObjectTagging " + BUCKET + "/old");
        assertThat(actions(copy.taggingDirective("REPLACE").build()))
                .containsExactly("s3:PutObject " + BUCKET + "/new", "s3:GetObject " + BUCKET + "/old");
        lab.forbidden.add("s3:GetObject");
        assertThat(S3Lab.sentence(() -> lab.client.copyObject(copy.build()))).isEqualTo("AccessDenied: User: arn:aws:iam::"
                + S3Lab.ACCOUNT + ":root is not authorized to perform: s3:GetObject on resource: \"" + BUCKET + "/old\""
                + " because no identity-based policy allows the s3:GetObject action");
    }

    @Test
    void eachObjectThatIsDeletedNeedsThePermission() {
        assertThat(actions(DeleteObjectsRequest.builder()
                        .bucket("shop").delete(d -> d.objects(o -> o.key("a"), o -> o.key("b"))).build()))
                .containsExactly("s3:DeleteObject " + BUCKET + "/a", "s3:DeleteObject " + BUCKET + "/b");
    }

    private List<String> actions(AwsRequest request) {
        return needed(request).stream().map(p -> p.action() + " " + p.resource()).toList();
    }

    private List<Permission> needed(AwsRequest request) {
        return needed(operation(request), request);
    }

    private Map<String, List<String>> keys(AwsRequest request) {
        return keys(operation(request), request);
    }

    private Operation<?, ?> operation(AwsRequest request) {
        String name = request.getClass().getSimpleName().replace("Request", "");
        return Objects.requireNonNull(lab.service.operations().byName(name));
    }

    private static <I extends AwsRequest> List<Permission> needed(Operation<I, ?> operation, AwsRequest request) {
        return operation.permissions(operation.request().cast(request)).apply(call());
    }

    private static <I extends AwsRequest> Map<String, List<String>> keys(Operation<I, ?> operation, AwsRequest request) {
        return operation.context(operation.request().cast(request)).apply(call());
    }

    private static Call call() {
        return new Call("r", "eu-west-1", new Principal.Root(S3Lab.ACCOUNT), "127.0.0.1", Instant.EPOCH);
    }
}
