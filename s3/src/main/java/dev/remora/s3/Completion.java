package dev.remora.s3;

import dev.remora.s3.StoredObject.Bytes;
import dev.remora.s3.StoredObject.Segment;
import dev.remora.s3.StoredObject.Sum;
import dev.remora.s3.UploadDocument.Part;
import dev.remora.wire.Checksum;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import software.amazon.awssdk.services.s3.model.CompleteMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.CompletedPart;

/** The object that parts make: whether they are the right ones, and its etag and checksum. */
final class Completion {
    /** Of every part but the last. */
    static final long MIN_PART_BYTES = 5L << 20;

    private Completion() {}

    static StoredObject of(UploadDocument upload, List<Part> there, CompleteMultipartUploadRequest request, Instant time) {
        List<CompletedPart> asked = request.multipartUpload() == null ? List.of() : request.multipartUpload().parts();
        if (asked.isEmpty()) {
            throw S3Errors.malformedXml();
        }
        Map<Integer, Part> byNumber = there.stream().collect(Collectors.toMap(Part::number, Function.identity()));
        var parts = new ArrayList<Part>();
        int before = 0;
        for (CompletedPart wanted : asked) {
            if (wanted.partNumber() == null || wanted.eTag() == null) {
                throw S3Errors.malformedXml();
            }
            if (wanted.partNumber() <= before) {
                throw S3Errors.of("InvalidPartOrder", 400,
                        "The list of parts was not in ascending order. Parts must be ordered by part number.");
            }
            before = wanted.partNumber();
            parts.add(matching(byNumber, wanted, upload));
        }
        for (Part part : parts.subList(0, parts.size() - 1)) {
            if (part.length() < MIN_PART_BYTES) {
                throw S3Errors.of("EntityTooSmall", 400, "Your proposed upload is smaller than the minimum allowed size",
                        "ProposedSize", Long.toString(part.length()), "MinSizeAllowed", Long.toString(MIN_PART_BYTES));
            }
        }
        Bytes bytes = bytes(upload, parts);
        check(request, bytes);
        return new StoredObject(upload.bucket(), upload.key(), upload.attributes(), bytes, time);
    }

    private static Part matching(Map<Integer, Part> there, CompletedPart wanted, UploadDocument upload) {
        Part part = there.get(wanted.partNumber());
        if (part == null || !part.etag().equals(wanted.eTag().replace("\"", ""))) {
            throw S3Errors.invalidPart(wanted.partNumber());
        }
        String sum = Sums.given(Uploads.algorithm(upload).name(), wanted);
        if (!sum.isEmpty() && !sum.equals(part.checksum())) {
            throw S3Errors.invalidPart(wanted.partNumber());
        }
        return part;
    }

    private static Bytes bytes(UploadDocument upload, List<Part> parts) {
        MessageDigest md5 = Bodies.md5();
        parts.forEach(p -> md5.update(HexFormat.of().parseHex(p.etag())));
        long size = parts.stream().mapToLong(Part::length).sum();
        List<Segment> segments = parts.stream().flatMap(p -> p.segment().stream()).toList();
        String etag = HexFormat.of().formatHex(md5.digest()) + "-" + parts.size();
        return new Bytes(segments, size, etag, sum(upload, parts), segments.size() == parts.size() ? parts.size() : 0);
    }

    private static Sum sum(UploadDocument upload, List<Part> parts) {
        Checksum algorithm = Uploads.algorithm(upload);
        if (upload.checksumType().equals(Objects.FULL_OBJECT)) {
            String whole = parts.getFirst().checksum();
            for (Part part : parts.subList(1, parts.size())) {
                whole = algorithm.combine(whole, part.checksum(), part.length());
            }
            return new Sum(algorithm.name(), whole, upload.checksumType());
        }
        Checksum.Running running = algorithm.start();
        for (Part part : parts) {
            byte[] raw = Base64.getDecoder().decode(part.checksum());
            running.update(raw, 0, raw.length);
        }
        return new Sum(algorithm.name(), running.value().base64() + "-" + parts.size(), upload.checksumType());
    }

    private static void check(CompleteMultipartUploadRequest request, Bytes bytes) {
        if (request.mpuObjectSize() != null && request.mpuObjectSize() != bytes.size()) {
            throw S3Errors.invalidRequest("The provided 'x-amz-mp-object-size' header value " + request.mpuObjectSize()
                    + " does not match what was computed: " + bytes.size());
        }
        String given = Sums.given(bytes.checksum().algorithm(), request);
        String computed = bytes.checksum().value();
        if (!given.isEmpty() && !given.equals(computed) && !given.equals(computed.replaceAll("-\\d+$", ""))) {
            throw S3Errors.of("BadDigest", 400, "The " + bytes.checksum().algorithm()
                    + " you specified did not match the calculated checksum.");
        }
        if (request.checksumType() != null && !request.checksumTypeAsString().equals(bytes.checksum().type())) {
            throw S3Errors.invalidRequest("The upload was created using the " + bytes.checksum().type()
                    + " checksum mode. The complete request must use the same checksum mode.");
        }
    }
}
