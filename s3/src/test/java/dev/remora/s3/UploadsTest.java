package dev.remora.s3;

import static dev.remora.s3.S3Lab.refused;
import static org.assertj.core.api.Assertions.assertThat;

import dev.remora.wire.Principal;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.model.ChecksumAlgorithm;
import software.amazon.awssdk.services.s3.model.ChecksumMode;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.MultipartUpload;
import software.amazon.awssdk.services.s3.model.Part;

class UploadsTest {
    private static final int FIVE_MIB = 5 << 20;

    private S3Lab lab;
    private final byte[] content = new byte[FIVE_MIB + 1000];

    @BeforeEach
    void open(@TempDir Path folder) {
        lab = new S3Lab(folder);
        new Random(7).nextBytes(content);
    }

    @AfterEach
    void close() {
        lab.close();
    }

    private String begin(String key) {
        return lab.client.createMultipartUpload(r -> r.bucket("shop").key(key).metadata(Map.of("k", "v"))).uploadId();
    }

    private CompletedPart part(String key, String upload, int number, int from, int to) {
        var put = lab.client.uploadPart(r -> r.bucket("shop").key(key).uploadId(upload).partNumber(number),
                RequestBody.fromBytes(Arrays.copyOfRange(content, from, to)));
        return CompletedPart.builder().partNumber(number).eTag(put.eTag()).build();
    }

    private String complete(String key, String upload, List<CompletedPart> parts) {
        return lab.client.completeMultipartUpload(
                        r -> r.bucket("shop").key(key).uploadId(upload).multipartUpload(m -> m.parts(parts)))
                .eTag();
    }

    @Test
    void partsBecomeOneObject() {
        String upload = begin("big");
        var parts = new ArrayList<CompletedPart>();
        part("big", upload, 1, 0, 100);
        parts.add(part("big", upload, 1, 0, FIVE_MIB));
        parts.add(part("big", upload, 7, FIVE_MIB, content.length));
        part("big", upload, 9, 0, 10);
        assertThat(lab.client.listParts(r -> r.bucket("shop").key("big").uploadId(upload)).parts())
                .extracting(Part::partNumber).containsExactly(1, 7, 9);
        assertThat(lab.client.listParts(r -> r.bucket("shop").key("big").uploadId(upload).maxParts(1)).isTruncated()).isTrue();
        assertThat(lab.client.listMultipartUploads(r -> r.bucket("shop")).uploads())
                .extracting(MultipartUpload::key).containsExactly("big");

        assertThat(complete("big", upload, parts)).endsWith("-2\"");
        assertThat(lab.client.getObjectAsBytes(r -> r.bucket("shop").key("big")).asByteArray()).isEqualTo(content);
        assertThat(lab.client.getObjectAsBytes(r -> r.bucket("shop").key("big").range("bytes=5242870-5242889")).asByteArray())
                .isEqualTo(Arrays.copyOfRange(content, 5242870, 5242890));
        var second = lab.client.getObjectAsBytes(r -> r.bucket("shop").key("big").partNumber(2));
        assertThat(second.response().partsCount()).isEqualTo(2);
        assertThat(second.asByteArray()).hasSize(1000);
        assertThat(lab.client.headObject(r -> r.bucket("shop").key("big")).metadata()).containsEntry("k", "v");
        assertThat(lab.client.listMultipartUploads(r -> r.bucket("shop")).uploads()).isEmpty();
        assertThat(lab.files()).isEqualTo(2);
        refused(404, "NoSuchUpload", () -> complete("big", upload, parts));
    }

    @ParameterizedTest
    @CsvSource({"CRC32, FULL_OBJECT", "CRC32, COMPOSITE", "CRC32_C, FULL_OBJECT", "SHA256, COMPOSITE"})
    void checksumsOfTheWhole(ChecksumAlgorithm algorithm, String type) {
        String upload = lab.client.createMultipartUpload(
                        r -> r.bucket("shop").key("big").checksumAlgorithm(algorithm).checksumType(type))
                .uploadId();
        var parts = new ArrayList<CompletedPart>();
        for (int i = 0; i < 2; i++) {
            int number = i + 1;
            byte[] bytes = Arrays.copyOfRange(content, i * FIVE_MIB, i == 0 ? FIVE_MIB : content.length);
            var put = lab.client.uploadPart(r -> r.bucket("shop").key("big").uploadId(upload).partNumber(number)
                    .checksumAlgorithm(algorithm), RequestBody.fromBytes(bytes));
            parts.add(CompletedPart.builder().partNumber(number).eTag(put.eTag()).checksumCRC32(put.checksumCRC32())
                    .checksumCRC32C(put.checksumCRC32C()).checksumSHA256(put.checksumSHA256()).build());
        }
        var done = lab.client.completeMultipartUpload(
                r -> r.bucket("shop").key("big").uploadId(upload).multipartUpload(m -> m.parts(parts)));
        assertThat(done.checksumTypeAsString()).isEqualTo(type);
        var head = lab.client.headObject(r -> r.bucket("shop").key("big").checksumMode(ChecksumMode.ENABLED));
        assertThat(head.checksumTypeAsString()).isEqualTo(type);
        if (type.equals("FULL_OBJECT")) {
            lab.client.putObject(r -> r.bucket("shop").key("once").checksumAlgorithm(algorithm), RequestBody.fromBytes(content));
            var once = lab.client.headObject(r -> r.bucket("shop").key("once").checksumMode(ChecksumMode.ENABLED));
            assertThat(head.checksumCRC32()).isEqualTo(once.checksumCRC32());
            assertThat(head.checksumCRC32C()).isEqualTo(once.checksumCRC32C());
        } else {
            assertThat(head.checksumCRC32() + head.checksumSHA256()).contains("-2");
        }
    }

    @Test
    void withoutAnAlgorithmTheWholeHasAwss() {
        String upload = begin("big");
        complete("big", upload, List.of(part("big", upload, 1, 0, FIVE_MIB), part("big", upload, 2, FIVE_MIB, content.length)));
        lab.service.put("shop", "once", content, "text/plain", new Principal.Root(S3Lab.ACCOUNT));
        var head = lab.client.headObject(r -> r.bucket("shop").key("big").checksumMode(ChecksumMode.ENABLED));
        assertThat(head.checksumCRC64NVME()).isNotEmpty().isEqualTo(lab.client.headObject(
                        r -> r.bucket("shop").key("once").checksumMode(ChecksumMode.ENABLED)).checksumCRC64NVME());
    }

    @Test
    void wrongPartsAreRefusedAndTheUploadStays() {
        String upload = begin("big");
        CompletedPart first = part("big", upload, 1, 0, 10);
        CompletedPart second = part("big", upload, 2, 10, 20);
        refused(400, "InvalidPartOrder", () -> complete("big", upload, List.of(second, first)));
        refused(400, "EntityTooSmall", () -> complete("big", upload, List.of(first, second)));
        refused(400, "InvalidPart", () -> complete("big", upload, List.of(first.toBuilder().eTag("\"0\"").build())));
        refused(400, "InvalidPart", () -> complete("big", upload, List.of(first.toBuilder().partNumber(5).build())));
        refused(400, "MalformedXML", () -> complete("big", upload, List.of()));
        refused(400, "InvalidArgument", () -> part("big", upload, 10_001, 0, 10));
        refused(404, "NoSuchUpload", () -> part("big", "none", 1, 0, 10));
        refused(404, "NoSuchUpload", () -> complete("other", upload, List.of(first)));
        complete("big", upload, List.of(first));
        assertThat(lab.files()).isEqualTo(1);
    }

    @Test
    void anAbortedUploadLeavesNothing() {
        String upload = begin("big");
        part("big", upload, 1, 0, 10);
        lab.client.abortMultipartUpload(r -> r.bucket("shop").key("big").uploadId(upload));
        assertThat(lab.files()).isZero();
        refused(404, "NoSuchUpload", () -> lab.client.abortMultipartUpload(r -> r.bucket("shop").key("big").uploadId(upload)));
        refused(404, "NoSuchUpload", () -> lab.client.listParts(r -> r.bucket("shop").key("big").uploadId(upload)));
    }

    @Test
    void partsAreCopiedFromObjects() {
        lab.client.putObject(r -> r.bucket("shop").key("source"), RequestBody.fromBytes(content));
        String upload = begin("copy");
        var copied = lab.client.uploadPartCopy(r -> r.sourceBucket("shop").sourceKey("source").destinationBucket("shop")
                .destinationKey("copy").uploadId(upload).partNumber(1).copySourceRange("bytes=10-1009"));
        complete("copy", upload, List.of(CompletedPart.builder().partNumber(1).eTag(copied.copyPartResult().eTag()).build()));
        assertThat(lab.client.getObjectAsBytes(r -> r.bucket("shop").key("copy")).asByteArray())
                .isEqualTo(Arrays.copyOfRange(content, 10, 1010));
        String again = begin("copy");
        refused(400, "InvalidArgument", () -> lab.client.uploadPartCopy(r -> r.sourceBucket("shop").sourceKey("source")
                .destinationBucket("shop").destinationKey("copy").uploadId(again).partNumber(1).copySourceRange("bytes=10-")));
    }
}
