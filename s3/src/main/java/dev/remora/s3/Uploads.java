package dev.remora.s3;

import static dev.remora.s3.BucketDocument.EVERYWHERE;

import dev.remora.s3.Bodies.Written;
import dev.remora.s3.StoredObject.Attributes;
import dev.remora.s3.StoredObject.Segment;
import dev.remora.s3.UploadDocument.Part;
import dev.remora.store.Ids;
import dev.remora.store.Store;
import dev.remora.store.Transaction;
import dev.remora.wire.Body;
import dev.remora.wire.Call;
import dev.remora.wire.Checksum;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.s3.model.AbortMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.AbortMultipartUploadResponse;
import software.amazon.awssdk.services.s3.model.CompleteMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.CompleteMultipartUploadResponse;
import software.amazon.awssdk.services.s3.model.CreateMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.CreateMultipartUploadResponse;
import software.amazon.awssdk.services.s3.model.UploadPartRequest;
import software.amazon.awssdk.services.s3.model.UploadPartResponse;

/** Uploads in parts. A part is a file of its own and stays it: completing copies nothing. */
final class Uploads {
    static final int MAX_PARTS = 10_000;
    private static final int ID_DIGITS = 64;
    private static final String COMPOSITE = "COMPOSITE";

    private final Store store;
    private final Access access;
    private final Bodies bodies;
    private final Ids ids;
    private final Runnable firstWrite;

    Uploads(Store store, Access access, Bodies bodies, Ids ids, Runnable firstWrite) {
        this.store = store;
        this.access = access;
        this.bodies = bodies;
        this.ids = ids;
        this.firstWrite = firstWrite;
    }

    CreateMultipartUploadResponse create(CreateMultipartUploadRequest request, Call call) {
        Said.checkKey(request.key());
        Attributes attributes = Said.of(request);
        Optional<Checksum> algorithm = algorithm(request.checksumAlgorithmAsString());
        String type = type(algorithm, request.checksumTypeAsString());
        var upload = new UploadDocument(request.bucket(), request.key(), ids.hex(ID_DIGITS), attributes, call.time(),
                algorithm.map(Enum::name), type);
        store.write(t -> {
            access.bucket(t, request.bucket(), request.expectedBucketOwner());
            t.put(UploadDocument.KIND, EVERYWHERE, upload.id(), upload);
            return upload;
        });
        return CreateMultipartUploadResponse.builder()
                .bucket(upload.bucket())
                .key(upload.key())
                .uploadId(upload.uploadId())
                .serverSideEncryption(request.serverSideEncryption())
                .checksumAlgorithm(upload.algorithm().orElse(null))
                .checksumType(upload.algorithm().isPresent() ? type : null)
                .build();
    }

    private static Optional<Checksum> algorithm(@Nullable String asked) {
        try {
            return Optional.ofNullable(asked).map(Checksum::valueOf);
        } catch (IllegalArgumentException e) {
            throw S3Errors.notSupported("The checksum algorithm " + asked);
        }
    }

    private static String type(Optional<Checksum> algorithm, @Nullable String asked) {
        Checksum used = algorithm.orElse(Checksum.CRC64NVME);
        if (asked == null) {
            return used == Checksum.CRC64NVME ? Objects.FULL_OBJECT : COMPOSITE;
        }
        boolean possible = asked.equals(Objects.FULL_OBJECT) ? used.combines() : used != Checksum.CRC64NVME;
        if (!possible) {
            throw S3Errors.invalidRequest("The " + asked + " checksum type cannot be used with the "
                    + used.name().toLowerCase(Locale.ROOT) + " checksum algorithm.");
        }
        return asked;
    }

    /** The algorithm of an upload's checksums, whether it was asked for or not. */
    static Checksum algorithm(UploadDocument upload) {
        return upload.algorithm().map(Checksum::valueOf).orElse(Checksum.CRC64NVME);
    }

    static void checkNumber(@Nullable Integer number) {
        if (number == null || number < 1 || number > MAX_PARTS) {
            throw S3Errors.invalidArgument("Part number must be an integer between 1 and 10000, inclusive", "partNumber",
                    String.valueOf(number));
        }
    }

    UploadPartResponse part(UploadPartRequest request, Call call, Body body) {
        checkNumber(request.partNumber());
        access.bucket(store.view(), request.bucket(), request.expectedBucketOwner());
        UploadDocument upload = UploadDocument.existing(store.view(), request.bucket(), request.key(), request.uploadId());
        if (body.length() < 0) {
            throw S3Errors.of("MissingContentLength", 411, "You must provide the Content-Length HTTP header.");
        }
        if (body.length() > Objects.MAX_UPLOAD_BYTES) {
            throw S3Errors.tooLarge(body.length(), Objects.MAX_UPLOAD_BYTES);
        }
        Checksum wanted = algorithm(upload);
        if (upload.algorithm().isPresent() && body.announced().isPresent() && body.announced().get() != wanted) {
            throw S3Errors.invalidRequest("Checksum Type mismatch occurred, expected checksum Type: " + lower(wanted)
                    + ", actual checksum Type: " + lower(body.announced().get()));
        }
        boolean given = body.announced().filter(a -> a == wanted).isPresent();
        firstWrite.run();
        Written written = bodies.write(body.bytes(), Objects.MAX_UPLOAD_BYTES, given ? null : wanted);
        String sum = given
                ? body.checksum().orElseThrow().base64()
                : java.util.Objects.requireNonNull(written.checksum()).base64();
        Part part = put(upload, request.partNumber(), written, sum, call.time());
        return UploadPartResponse.builder()
                .eTag(part.quotedEtag())
                .applyMutation(b -> body.checksum().ifPresent(c -> Sums.set(c.algorithm().name(), c.base64(), b)))
                .build();
    }

    private static String lower(Checksum algorithm) {
        return algorithm.name().toLowerCase(Locale.ROOT);
    }

    /** Stores a part whose bytes are written, in place of one of the same number. */
    Part put(UploadDocument upload, int number, Written written, String checksum, Instant time) {
        var part = new Part(upload.uploadId(), number, written.segment(), written.length(), written.md5(), checksum, time);
        List<Segment> replaced;
        try {
            replaced = store.write(t -> {
                UploadDocument.existing(t, upload.bucket(), upload.key(), upload.uploadId());
                Optional<Part> present = t.get(UploadDocument.PARTS, EVERYWHERE, part.id());
                t.put(UploadDocument.PARTS, EVERYWHERE, part.id(), part);
                return present.flatMap(Part::segment).stream().toList();
            });
        } catch (RuntimeException refused) {
            bodies.delete(written.segments());
            throw refused;
        }
        bodies.delete(replaced);
        return part;
    }

    CompleteMultipartUploadResponse complete(CompleteMultipartUploadRequest request, Call call) {
        String bucket = request.bucket();
        String key = request.key();
        var gone = new ArrayList<Segment>();
        StoredObject made = store.write(t -> {
            gone.clear();
            access.bucket(t, bucket, request.expectedBucketOwner());
            UploadDocument upload = UploadDocument.existing(t, bucket, key, request.uploadId());
            List<Part> there = UploadDocument.parts(t, upload.uploadId());
            StoredObject object = Completion.of(upload, there, request, call.time());
            Optional<StoredObject> present = StoredObject.find(t, bucket, key);
            Preconditions.checkWrite(present, key, request.ifMatch(), request.ifNoneMatch());
            present.ifPresent(o -> gone.addAll(o.bytes().segments()));
            gone.addAll(forget(t, upload));
            gone.removeAll(object.bytes().segments());
            t.put(StoredObject.KIND, EVERYWHERE, object.id(), object);
            return object;
        });
        bodies.delete(gone);
        return CompleteMultipartUploadResponse.builder()
                .location(call.endpoint() + "/" + bucket + "/" + key)
                .bucket(bucket)
                .key(key)
                .eTag(made.quotedEtag())
                .checksumType(made.bytes().checksum().type())
                .applyMutation(b -> Sums.set(made.bytes().checksum(), b))
                .build();
    }

    AbortMultipartUploadResponse abort(AbortMultipartUploadRequest request, Call call) {
        List<Segment> gone = store.write(t -> {
            access.bucket(t, request.bucket(), request.expectedBucketOwner());
            return forget(t, UploadDocument.existing(t, request.bucket(), request.key(), request.uploadId()));
        });
        bodies.delete(gone);
        return AbortMultipartUploadResponse.builder().build();
    }

    /** Removes an upload and its parts, and returns the parts' files. */
    static List<Segment> forget(Transaction t, UploadDocument upload) {
        var files = new ArrayList<Segment>();
        for (Part part : UploadDocument.parts(t, upload.uploadId())) {
            part.segment().ifPresent(files::add);
            t.delete(UploadDocument.PARTS, EVERYWHERE, part.id());
        }
        t.delete(UploadDocument.KIND, EVERYWHERE, upload.id());
        return files;
    }
}
