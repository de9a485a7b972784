package dev.remora.s3;

import static dev.remora.s3.S3Lab.refused;
import static dev.remora.s3.S3Lab.sentence;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.Bucket;
import software.amazon.awssdk.services.s3.model.Tag;

class BucketsTest {
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
    void aBucketIsMadeListedAndDeleted() {
        assertThat(lab.client.headBucket(r -> r.bucket("shop")).bucketRegion()).isEqualTo("eu-west-1");
        assertThat(lab.client.getBucketLocation(r -> r.bucket("shop")).locationConstraintAsString()).isEqualTo("eu-west-1");
        assertThat(lab.client.listBuckets().buckets()).extracting(Bucket::name).containsExactly("shop");
        assertThat(lab.client.listBuckets().owner().id()).hasSize(64);

        lab.put("a", "x");
        refused(409, "BucketNotEmpty", () -> lab.client.deleteBucket(r -> r.bucket("shop")));
        lab.client.deleteObject(r -> r.bucket("shop").key("a"));
        lab.client.createMultipartUpload(r -> r.bucket("shop").key("half"));
        lab.client.deleteBucket(r -> r.bucket("shop"));
        refused(404, "NoSuchBucket", () -> lab.client.getBucketLocation(r -> r.bucket("shop")));
        assertThat(lab.client.listBuckets().buckets()).isEmpty();
        assertThat(lab.store.view().all(UploadDocument.KIND, BucketDocument.EVERYWHERE)).isEmpty();
    }

    @Test
    void namesBelongToWhoeverTookThemFirst() {
        refused(409, "BucketAlreadyOwnedByYou", () -> lab.client.createBucket(
                r -> r.bucket("shop").createBucketConfiguration(c -> c.locationConstraint("eu-west-1"))));
        S3Client other = lab.client(S3Lab.OTHER, Region.US_EAST_1);
        refused(409, "BucketAlreadyExists", () -> other.createBucket(r -> r.bucket("shop")));
        other.createBucket(r -> r.bucket("first"));
        assertThat(other.createBucket(r -> r.bucket("first")).location()).isEqualTo("/first");
        assertThat(other.getBucketLocation(r -> r.bucket("first")).locationConstraintAsString()).isNullOrEmpty();
        assertThat(other.listBuckets().buckets()).extracting(Bucket::name).containsExactly("first");
        refused(403, "AccessDenied", () -> other.listObjectsV2(r -> r.bucket("shop")));
        refused(403, "AccessDenied", () -> other.deleteBucket(r -> r.bucket("shop")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ab", "Upper", "under_score", "-lead", "trail-", "a..b", "192.168.5.4", "xn--a", "name-s3alias", "has space", "."
            })
    void badNamesAreRefused(String name) {
        assertThatThrownBy(() -> BucketName.check(name))
                .hasToString("InvalidBucketName: The specified bucket is not valid.");
        BucketName.check("good.name-1");
    }

    @Test
    void aBucketIsMadeWhereTheRequestIsSent() {
        assertThat(sentence(() -> lab.client.createBucket(r -> r.bucket("b-1")
                        .createBucketConfiguration(c -> c.locationConstraint("us-west-2")))))
                .isEqualTo("IllegalLocationConstraintException: The us-west-2 location constraint is incompatible for the region"
                        + " specific endpoint this request was sent to.");
    }

    @Test
    void aPolicyIsKeptAsItIsAndMustBeOne() {
        String policy = """
            {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject",
              "Resource": "arn:aws:s3:::shop/*"}]}""";
        assertThat(sentence(() -> lab.client.getBucketPolicy(r -> r.bucket("shop"))))
                .isEqualTo("NoSuchBucketPolicy: The bucket policy does not exist");
        lab.client.putBucketPolicy(r -> r.bucket("shop").policy(policy));
        assertThat(lab.client.getBucketPolicy(r -> r.bucket("shop")).policy()).isEqualTo(policy);
        assertThat(sentence(() -> lab.client.putBucketPolicy(r -> r.bucket("shop").policy("no"))))
                .isEqualTo("MalformedPolicy: Policies must be valid JSON and the first byte must be '{'");
        assertThat(sentence(() -> lab.client.putBucketPolicy(r -> r.bucket("shop").policy(policy.replace(":::shop",
                ":::other")))))
                .isEqualTo("MalformedPolicy: Policy has invalid resource");
        assertThat(sentence(() -> lab.client.putBucketPolicy(r -> r.bucket("shop").policy(policy.replace("Allow", "Maybe")))))
                .isEqualTo("MalformedPolicy: Invalid effect: Maybe");
        assertThat(lab.client.getBucketPolicy(r -> r.bucket("shop")).policy()).isEqualTo(policy);
        lab.client.deleteBucketPolicy(r -> r.bucket("shop"));
        refused(404, "NoSuchBucketPolicy", () -> lab.client.getBucketPolicy(r -> r.bucket("shop")));
    }

    @Test
    void aPolicyLetsOthersInAndKeepsOwnersOut() {
        lab.put("open/a", "public");
        lab.put("closed/a", "private");
        S3Client other = lab.client(S3Lab.OTHER, Region.EU_WEST_1);
        S3Client role = lab.client("ROLEreader", Region.EU_WEST_1);
        lab.client.putBucketPolicy(r -> r.bucket("shop").policy("""
            {"Version": "2012-10-17", "Statement": [
              {"Effect": "Allow", "Principal": {"AWS": ["210987654321", "arn:aws:iam::123456789012:role/reader"]},
               "Action": "s3:GetObject", "Resource": "arn:aws:s3:::shop/open/*"},
              {"Effect": "Deny", "Principal": "*", "Action": "s3:DeleteObject", "Resource": "arn:aws:s3:::shop/*"}]}"""));

        assertThat(other.getObjectAsBytes(r -> r.bucket("shop").key("open/a")).asUtf8String()).isEqualTo("public");
        refused(403, "AccessDenied", () -> other.getObjectAsBytes(r -> r.bucket("shop").key("closed/a")));
        assertThat(sentence(() -> lab.client.deleteObject(r -> r.bucket("shop").key("open/a"))))
                .isEqualTo("AccessDenied: User: arn:aws:iam::123456789012:root is not authorized to perform: s3:DeleteObject"
                + " on resource:"
                        + " \"arn:aws:s3:::shop/open/a\" with an explicit deny in a resource-based policy");

        assertThat(role.getObjectAsBytes(r -> r.bucket("shop").key("open/a")).asUtf8String()).isEqualTo("public");
        refused(403, "AccessDenied", () -> role.getObjectAsBytes(r -> r.bucket("shop").key("closed/a")));
    }

    @Test
    void tagsOfABucket() {
        refused(404, "NoSuchTagSet", () -> lab.client.getBucketTagging(r -> r.bucket("shop")));
        lab.client.putBucketTagging(r -> r.bucket("shop").tagging(t -> t.tagSet(Tag.builder().key("k").value("v").build())));
        assertThat(lab.client.getBucketTagging(r -> r.bucket("shop")).tagSet()).extracting(Tag::value).containsExactly("v");
        lab.client.deleteBucketTagging(r -> r.bucket("shop"));
        refused(404, "NoSuchTagSet", () -> lab.client.getBucketTagging(r -> r.bucket("shop")));
    }

    @Test
    void whatIsNotSupportedIsNamed() {
        assertThat(sentence(() -> lab.client.putBucketVersioning(r -> r.bucket("shop").versioningConfiguration(v ->
                v.status("Enabled")))))
                .isEqualTo("NotImplemented: The operation PutBucketVersioning of s3 is not supported by Remora: see"
                + " docs/coverage.md");
        assertThat(sentence(() -> lab.client.getObjectAcl(r -> r.bucket("shop").key("a")))).contains("GetObjectAcl");
        assertThat(sentence(() -> lab.client.createBucket(r -> r.bucket("locked").objectLockEnabledForBucket(true)
                        .createBucketConfiguration(c -> c.locationConstraint("eu-west-1")))))
                .isEqualTo("NotImplemented: The parameter ObjectLockEnabledForBucket of CreateBucket is not supported by"
                + " Remora: see"
                        + " docs/coverage.md");
        refused(403, "AccessDenied", () -> lab.client.getBucketLocation(r -> r.bucket("shop").expectedBucketOwner(S3Lab.OTHER)));
    }
}
