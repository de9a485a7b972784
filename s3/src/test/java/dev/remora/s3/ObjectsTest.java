package dev.remora.s3;

import static dev.remora.s3.S3Lab.refused;
import static dev.remora.s3.S3Lab.sentence;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.remora.wire.AwsError;
import dev.remora.wire.Principal;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.ChecksumAlgorithm;
import software.amazon.awssdk.services.s3.model.ChecksumMode;
import software.amazon.awssdk.services.s3.model.DeletedObject;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.MetadataDirective;
import software.amazon.awssdk.services.s3.model.ObjectIdentifier;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.Tag;

class ObjectsTest {
    private S3Lab lab;

    @BeforeEach
    void open(@TempDir Path folder) {
        lab = new S3Lab(folder);
    }

    @AfterEach
    void close() {
        lab.close();
    }

    @Test
    void anObjectComesBackAsItWasPut() {
        var put = lab.client.putObject(r -> r.bucket("shop").key("a b/ü+%?.txt").contentType("text/plain")
                .cacheControl("no-cache")
                .metadata(Map.of("who", "me", "Mixed", "Case")).tagging("env=dev&x=1%202"), RequestBody.fromString("hello"));
        assertThat(put.eTag()).isEqualTo("\"5d41402abc4b2a76b9719d911017c592\"");
        assertThat(put.checksumCRC32()).isEqualTo("NhCmhg==");

        ResponseInputStream<GetObjectResponse> got = lab.client.getObject(r -> r.bucket("shop").key("a b/ü+%?.txt"));
        assertThat(got).hasContent("hello");
        assertThat(got.response().contentType()).isEqualTo("text/plain");
        assertThat(got.response().cacheControl()).isEqualTo("no-cache");
        assertThat(got.response().metadata()).containsOnly(Map.entry("who", "me"), Map.entry("mixed", "Case"));
        assertThat(got.response().contentLength()).isEqualTo(5);
        assertThat(got.response().tagCount()).isEqualTo(2);
        HeadObjectResponse head = lab.client.headObject(r -> r.bucket("shop").key("a b/ü+%?.txt")
                .checksumMode(ChecksumMode.ENABLED));
        assertThat(head.contentLength()).isEqualTo(5);
        assertThat(head.eTag()).isEqualTo(put.eTag());
        assertThat(head.checksumCRC32()).isEqualTo("NhCmhg==");
        assertThat(head.checksumTypeAsString()).isEqualTo("FULL_OBJECT");
        assertThat(head.lastModified()).isBeforeOrEqualTo(Instant.now());
        assertThat(lab.decided).contains("s3:PutObject arn:aws:s3:::shop/a b/ü+%?.txt",
                "s3:PutObjectTagging arn:aws:s3:::shop/a b/ü+%?.txt");
    }

    @ParameterizedTest
    @CsvSource({
        "bytes=0-3, 0123, bytes 0-3/10", "bytes=4-, 456789, bytes 4-9/10", "bytes=-3, 789, bytes 7-9/10",
        "bytes=8-100, 89, bytes 8-9/10", "bytes=-100, 0123456789, bytes 0-9/10",
        "bytes=3-1, 0123456789,", "chars=0-1, 0123456789,", "'bytes=0-1,3-4', 0123456789,"
    })
    void ranges(String range, String content, String contentRange) {
        lab.put("digits", "0123456789");
        var got = lab.client.getObjectAsBytes(r -> r.bucket("shop").key("digits").range(range));
        assertThat(got.asUtf8String()).isEqualTo(content);
        assertThat(got.response().contentRange()).isEqualTo(contentRange);
        assertThat(got.response().sdkHttpResponse().statusCode()).isEqualTo(contentRange == null ? 200 : 206);
    }

    @Test
    void rangesBeyondTheEndAreRefused() {
        lab.put("digits", "0123456789");
        lab.put("empty", "");
        refused(416, "InvalidRange", () -> lab.client.getObject(r -> r.bucket("shop").key("digits").range("bytes=10-")));
        refused(416, "InvalidRange", () -> lab.client.getObject(r -> r.bucket("shop").key("empty").range("bytes=0-0")));
        refused(416, "InvalidPartNumber", () -> lab.client.getObject(r -> r.bucket("shop").key("digits").partNumber(2)));
        assertThat(lab.get("empty")).isEmpty();
    }

    @Test
    void conditionsOfReading() {
        String etag = lab.put("a", "x");
        Instant now = Instant.now();
        refused(412, "PreconditionFailed", () -> lab.client.getObject(r -> r.bucket("shop").key("a").ifMatch("\"no\"")));
        assertThat(lab.client.getObject(r -> r.bucket("shop").key("a").ifMatch(etag))).hasContent("x");
        assertThat(catchThrowableOfType(S3Exception.class,
                        () -> lab.client.getObject(r -> r.bucket("shop").key("a").ifNoneMatch(etag))).statusCode())
                .isEqualTo(304);
        assertThat(catchThrowableOfType(S3Exception.class,
                        () -> lab.client.headObject(r -> r.bucket("shop").key("a").ifModifiedSince(now.plusSeconds(60))))
                                .statusCode())
                .isEqualTo(304);
        refused(412, "PreconditionFailed",
                () -> lab.client.getObject(r -> r.bucket("shop").key("a").ifUnmodifiedSince(now.minusSeconds(60))));
        assertThat(lab.client.getObject(r -> r.bucket("shop").key("a").ifMatch(etag).ifUnmodifiedSince(now.minusSeconds(60))))
                .hasContent("x");
    }

    @Test
    void conditionsOfWriting() {
        String etag = lab.put("a", "1");
        refused(412, "PreconditionFailed",
                () -> lab.client.putObject(r -> r.bucket("shop").key("a").ifNoneMatch("*"), RequestBody.fromString("2")));
        refused(412, "PreconditionFailed",
                () -> lab.client.putObject(r -> r.bucket("shop").key("a").ifMatch("\"no\""), RequestBody.fromString("2")));
        refused(404, "NoSuchKey",
                () -> lab.client.putObject(r -> r.bucket("shop").key("b").ifMatch(etag), RequestBody.fromString("2")));
        assertThat(lab.get("a")).isEqualTo("1");
        lab.client.putObject(r -> r.bucket("shop").key("a").ifMatch(etag), RequestBody.fromString("2"));
        lab.client.putObject(r -> r.bucket("shop").key("b").ifNoneMatch("*"), RequestBody.fromString("3"));
        assertThat(lab.get("a") + lab.get("b")).isEqualTo("23");
        assertThat(lab.files()).isEqualTo(2);
    }

    @ParameterizedTest
    @CsvSource({"CRC32", "CRC32_C", "SHA1", "SHA256"})
    void checksumsComeWithTheBody(ChecksumAlgorithm algorithm) {
        lab.client.putObject(r -> r.bucket("shop").key("a").checksumAlgorithm(algorithm), RequestBody.fromString("hello"));
        var got = lab.client.getObjectAsBytes(r -> r.bucket("shop").key("a").checksumMode(ChecksumMode.ENABLED));
        assertThat(got.response().checksumTypeAsString()).isEqualTo("FULL_OBJECT");
        assertThat(got.asUtf8String()).isEqualTo("hello");
        assertThat(lab.client.listObjectsV2(r -> r.bucket("shop")).contents().getFirst().checksumAlgorithm())
                .containsExactly(algorithm);
    }

    @Test
    void brokenBodiesLeaveNothing() {
        refused(400, "BadDigest", () -> lab.client.putObject(
                r -> r.bucket("shop").key("a").checksumCRC32("AAAAAA=="), RequestBody.fromString("hello")));
        refused(400, "BadDigest", () -> lab.client.putObject(
                r -> r.bucket("shop").key("a").contentMD5("1B2M2Y8AsgTpgAmY7PhCfg=="), RequestBody.fromString("hello")));
        refused(400, "KeyTooLongError", () -> lab.put("k".repeat(1025), "x"));
        refused(400, "MetadataTooLarge", () -> lab.client.putObject(
                r -> r.bucket("shop").key("a").metadata(Map.of("m", "x".repeat(2048))), RequestBody.fromString("x")));
        refused(400, "InvalidStorageClass", () -> lab.client.putObject(
                r -> r.bucket("shop").key("a").storageClass("FLOPPY"), RequestBody.fromString("x")));
        refused(400, "AccessControlListNotSupported", () -> lab.client.putObject(
                r -> r.bucket("shop").key("a").acl("public-read"), RequestBody.fromString("x")));
        refused(501, "NotImplemented", () -> lab.client.putObject(
                r -> r.bucket("shop").key("a").serverSideEncryption("aws:kms"), RequestBody.fromString("x")));
        refused(404, "NoSuchBucket", () -> lab.client.putObject(r -> r.bucket("none").key("a"), RequestBody.fromString("x")));
        refused(404, "NoSuchKey", () -> lab.get("a"));
        assertThat(lab.files()).isZero();
    }

    @Test
    void whatIsReplacedOrDeletedLeavesNoFile() {
        lab.put("a", "1");
        lab.put("a", "22");
        assertThat(lab.files()).isEqualTo(1);
        lab.client.deleteObject(r -> r.bucket("shop").key("a"));
        lab.client.deleteObject(r -> r.bucket("shop").key("a"));
        assertThat(lab.files()).isZero();
        assertThat(sentence(() -> lab.get("a"))).isEqualTo("NoSuchKey: The specified key does not exist.");
    }

    @Test
    void whatIsBeingReadStaysUntilItIsRead() throws IOException {
        lab.put("a", "long enough");
        var reading = lab.client.getObject(r -> r.bucket("shop").key("a"));
        lab.client.deleteObject(r -> r.bucket("shop").key("a"));
        assertThat(lab.files()).isEqualTo(1);
        assertThat(new String(reading.readAllBytes(), StandardCharsets.UTF_8)).isEqualTo("long enough");
        reading.close();
        assertThat(lab.files()).isZero();
    }

    @Test
    void manyAreDeletedAtOnce() {
        List.of("a", "b", "c").forEach(key -> lab.put(key, key));
        var ids = List.of(ObjectIdentifier.builder().key("a").build(), ObjectIdentifier.builder().key("none").build());
        assertThat(lab.client.deleteObjects(r -> r.bucket("shop").delete(d -> d.objects(ids))).deleted())
                .extracting(DeletedObject::key).containsExactly("a", "none");
        assertThat(lab.client.deleteObjects(r -> r.bucket("shop").delete(d -> d.quiet(true)
                        .objects(ObjectIdentifier.builder().key("b").build()))).deleted()).isEmpty();
        assertThat(lab.client.listObjectsV2(r -> r.bucket("shop")).contents()).singleElement()
                .satisfies(o -> assertThat(o.key()).isEqualTo("c"));
        refused(400, "MalformedXML", () -> lab.client.deleteObjects(r -> r.bucket("shop").delete(d -> d.objects(List.of()))));
    }

    @Test
    void copiesTakeWhatIsSaidOrAllAnew() {
        lab.client.putObject(r -> r.bucket("shop").key("a+b").metadata(Map.of("k", "v")).contentType("text/plain").tagging("t=1"),
                RequestBody.fromString("hello"));
        lab.client.copyObject(r -> r.sourceBucket("shop").sourceKey("a+b").destinationBucket("shop").destinationKey("c"));
        HeadObjectResponse same = lab.client.headObject(r -> r.bucket("shop").key("c"));
        assertThat(same.metadata()).containsEntry("k", "v");
        assertThat(same.contentType()).isEqualTo("text/plain");
        assertThat(lab.client.getObjectTagging(r -> r.bucket("shop").key("c")).tagSet()).extracting(Tag::key)
                .containsExactly("t");
        var copied = lab.client.copyObject(r -> r.sourceBucket("shop").sourceKey("c").destinationBucket("shop")
                .destinationKey("c")
                .metadataDirective(MetadataDirective.REPLACE).metadata(Map.of("x", "y")));
        assertThat(copied.copyObjectResult().eTag()).isEqualTo("\"5d41402abc4b2a76b9719d911017c592\"");
        assertThat(lab.client.headObject(r -> r.bucket("shop").key("c")).metadata()).containsOnly(Map.entry("x", "y"));
        assertThat(lab.get("c")).isEqualTo("hello");
        assertThat(lab.files()).isEqualTo(2);

        refused(400, "InvalidRequest", () -> lab.client.copyObject(
                r -> r.sourceBucket("shop").sourceKey("c").destinationBucket("shop").destinationKey("c")));
        refused(404, "NoSuchKey", () -> lab.client.copyObject(
                r -> r.sourceBucket("shop").sourceKey("none").destinationBucket("shop").destinationKey("d")));
        refused(412, "PreconditionFailed", () -> lab.client.copyObject(r -> r.sourceBucket("shop").sourceKey("c")
                .destinationBucket("shop").destinationKey("d").copySourceIfMatch("\"no\"")));
        lab.forbidden.add("s3:GetObject");
        refused(403, "AccessDenied", () -> lab.client.copyObject(
                r -> r.sourceBucket("shop").sourceKey("c").destinationBucket("shop").destinationKey("d")));
        assertThat(lab.files()).isEqualTo(2);
    }

    @Test
    void tagsOfAnObject() {
        lab.put("a", "x");
        lab.client.putObjectTagging(r -> r.bucket("shop").key("a").tagging(t -> t.tagSet(Tag.builder().key("k").value("v")
                .build())));
        assertThat(lab.client.getObjectTagging(r -> r.bucket("shop").key("a")).tagSet()).extracting(Tag::value)
                .containsExactly("v");
        lab.client.deleteObjectTagging(r -> r.bucket("shop").key("a"));
        assertThat(lab.client.getObjectTagging(r -> r.bucket("shop").key("a")).tagSet()).isEmpty();
        refused(400, "InvalidTag", () -> lab.client.putObjectTagging(
                r -> r.bucket("shop").key("a").tagging(t -> t.tagSet(Tag.builder().key("aws:x").value("v").build()))));
        refused(404, "NoSuchKey", () -> lab.client.putObjectTagging(
                r -> r.bucket("shop").key("b").tagging(t -> t.tagSet(Tag.builder().key("k").value("v").build()))));
    }

    @Test
    void anAbsentObjectIsOnlyToldToWhoMayList() {
        lab.forbidden.add("s3:ListBucket");
        assertThat(sentence(() -> lab.get("none"))).isEqualTo("AccessDenied: Access Denied");
    }

    @Test
    void bucketsInTheHostsNameAreTheSame() {
        S3Client virtual = lab.builder(S3Lab.ACCOUNT, Region.EU_WEST_1).forcePathStyle(false).build();
        virtual.putObject(r -> r.bucket("shop").key("//a/../b/"), RequestBody.fromString("odd"));
        assertThat(lab.client.listObjectsV2(r -> r.bucket("shop")).contents()).singleElement()
                .satisfies(o -> assertThat(o.key()).isEqualTo("//a/../b/"));
        assertThat(lab.get("//a/../b/")).isEqualTo("odd");
    }

    @Test
    void otherServicesPutAndOpen() throws IOException {
        assertThat(lab.service.place("shop")).contains(new ObjectStore.Place(S3Lab.ACCOUNT, "eu-west-1"));
        assertThat(lab.service.place("none")).isEmpty();
        var own = new Principal.Service(S3Lab.ACCOUNT, "delivery.logs.amazonaws.com");
        var foreign = new Principal.Service(S3Lab.OTHER, "delivery.logs.amazonaws.com");
        lab.service.put("shop", "log", "line".getBytes(StandardCharsets.UTF_8), "text/plain", own);
        assertThat(lab.get("log")).isEqualTo("line");
        try (var content = lab.service.open("shop", "log", new Principal.Root(S3Lab.ACCOUNT), Map.of()).bytes()) {
            assertThat(content).hasContent("line");
        }
        assertThat(catchThrowableOfType(AwsError.class, () -> lab.service.put("shop", "log", new byte[0], "text/plain",
                foreign)).code())
                .isEqualTo("AccessDenied");
        lab.client.putBucketPolicy(r -> r.bucket("shop").policy("""
            {"Statement": {"Effect": "Allow", "Principal": {"Service": "delivery.logs.amazonaws.com"}, "Action": "s3:PutObject",
              "Resource": "arn:aws:s3:::shop/*", "Condition": {"StringEquals": {"aws:SourceAccount": "210987654321",
              "s3:x-amz-acl": "bucket-owner-full-control"}}}}"""));
        lab.service.put("shop", "log", "more".getBytes(StandardCharsets.UTF_8), "text/plain", foreign);
        assertThat(lab.get("log")).isEqualTo("more");
    }

    @Test
    void whatACrashLeftIsSwept() throws IOException {
        lab.put("a", "kept");
        Path orphan = Files.createDirectories(lab.folder.resolve("ab")).resolve("abandoned");
        Files.writeString(orphan, "x");
        Path fresh = Files.writeString(lab.folder.resolve("incoming/fresh"), "x");
        lab.service.sweep();
        assertThat(orphan).exists();
        Files.setLastModifiedTime(orphan, FileTime.from(Instant.now().minusSeconds(60)));
        lab.service.sweep();
        assertThat(orphan).doesNotExist();
        assertThat(fresh).exists();
        assertThat(lab.get("a")).isEqualTo("kept");
    }
}
