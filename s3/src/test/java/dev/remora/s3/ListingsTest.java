package dev.remora.s3;

import static dev.remora.s3.S3Lab.refused;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.model.CommonPrefix;
import software.amazon.awssdk.services.s3.model.ListObjectsResponse;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.S3Object;

class ListingsTest {
    private S3Lab lab;

    @BeforeEach
    void open(@TempDir Path folder) {
        lab = new S3Lab(folder);
        List.of("a", "a/", "a/1", "a/2", "a/b/3", "b c", "c/4", "d").forEach(key -> lab.put(key, key));
        lab.client.createBucket(r -> r.bucket("shop2").createBucketConfiguration(c -> c.locationConstraint("eu-west-1")));
        lab.client.putObject(r -> r.bucket("shop2").key("other"), RequestBody.fromString("x"));
    }

    @AfterEach
    void close() {
        lab.close();
    }

    private static List<String> shown(ListObjectsV2Response response) {
        var shown = new ArrayList<String>(response.contents().stream().map(S3Object::key).toList());
        response.commonPrefixes().stream().map(CommonPrefix::prefix).map(p -> p + "*").forEach(shown::add);
        return shown;
    }

    private List<String> v2(String prefix, String delimiter, String after) {
        return shown(lab.client.listObjectsV2(r -> r.bucket("shop").prefix(prefix).delimiter(delimiter).startAfter(after)));
    }

    @Test
    void keysArePrefixedAndGrouped() {
        assertThat(v2(null, null, null)).containsExactly("a", "a/", "a/1", "a/2", "a/b/3", "b c", "c/4", "d");
        assertThat(v2("a/", null, null)).containsExactly("a/", "a/1", "a/2", "a/b/3");
        assertThat(v2(null, "/", null)).containsExactly("a", "b c", "d", "a/*", "c/*");
        assertThat(v2("a/", "/", null)).containsExactly("a/", "a/1", "a/2", "a/b/*");
        assertThat(v2(null, "/", "a")).containsExactly("b c", "d", "a/*", "c/*");
        assertThat(v2(null, "/", "a/2")).containsExactly("b c", "d", "c/*");
        assertThat(v2(null, null, "a/2")).containsExactly("a/b/3", "b c", "c/4", "d");
        assertThat(v2("x", null, null)).isEmpty();
    }

    @Test
    void pagesGoOnWhereTheyEnded() {
        for (int size = 1; size <= 9; size++) {
            int max = size;
            var all = new ArrayList<String>();
            lab.client.listObjectsV2Paginator(r -> r.bucket("shop").delimiter("/").maxKeys(max)).stream().forEach(page -> {
                assertThat(page.keyCount()).isLessThanOrEqualTo(max);
                all.addAll(shown(page));
            });
            assertThat(all).as("pages of " + max).containsExactlyInAnyOrder("a", "b c", "d", "a/*", "c/*");
        }
        assertThat(lab.client.listObjectsV2(r -> r.bucket("shop").maxKeys(0)).isTruncated()).isFalse();
        refused(400, "InvalidArgument", () -> lab.client.listObjectsV2(r -> r.bucket("shop").continuationToken("?")));
        refused(400, "InvalidArgument", () -> lab.client.listObjectsV2(r -> r.bucket("shop").maxKeys(-1)));
        refused(404, "NoSuchBucket", () -> lab.client.listObjectsV2(r -> r.bucket("none")));
    }

    @Test
    void theFirstVersionGoesOnFromItsMarker() {
        ListObjectsResponse first = lab.client.listObjects(r -> r.bucket("shop").delimiter("/").maxKeys(2).encodingType("url"));
        assertThat(first.contents()).extracting(S3Object::key).containsExactly("a");
        assertThat(first.commonPrefixes()).extracting(CommonPrefix::prefix).containsExactly("a/");
        assertThat(first.isTruncated()).isTrue();
        ListObjectsResponse next = lab.client.listObjects(r -> r.bucket("shop").delimiter("/").marker(first.nextMarker()));
        assertThat(next.contents()).extracting(S3Object::key).containsExactly("b c", "d");
        assertThat(next.isTruncated()).isFalse();
        assertThat(first.contents().getFirst().owner().id()).hasSize(64);
    }
}
