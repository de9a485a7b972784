package dev.remora.s3;

import dev.remora.s3.StoredObject.Segment;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reading one part of an object that was uploaded in parts, or a range of bytes. */
final class Parts {
    private Parts() {}

    static Optional<Range> range(StoredObject object, @Nullable Integer partNumber, @Nullable String header) {
        if (partNumber == null) {
            return Range.of(header, object.bytes().size());
        }
        if (header != null) {
            throw S3Errors.invalidRequest("Cannot specify both Range header and partNumber query parameter");
        }
        List<Segment> segments = object.bytes().segments();
        int parts = Math.max(1, object.bytes().parts());
        if (partNumber < 1 || partNumber > parts) {
            throw S3Errors.of("InvalidPartNumber", 416, "The requested partnumber is not satisfiable",
                    "PartNumberRequested", partNumber.toString(), "ActualPartCount", Integer.toString(parts));
        }
        if (object.bytes().parts() == 0) {
            return segments.isEmpty() ? Optional.empty() : Optional.of(new Range(0, object.bytes().size()));
        }
        long from = 0;
        for (Segment segment : segments.subList(0, partNumber - 1)) {
            from += segment.length();
        }
        return Optional.of(new Range(from, segments.get(partNumber - 1).length()));
    }
}
