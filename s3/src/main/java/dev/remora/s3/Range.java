package dev.remora.s3;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Some bytes of an object: the first and how many. One range only; what is not understood is no range (RFC 9110, 14.2). */
record Range(long from, long length) {
    private static final Pattern SHAPE = Pattern.compile("bytes=(\\d{0,18})-(\\d{0,18})");

    static Optional<Range> of(@Nullable String header, long size) {
        Matcher m = SHAPE.matcher(header == null ? "" : header.strip());
        if (!m.matches() || m.group(1).isEmpty() && m.group(2).isEmpty()) {
            return Optional.empty();
        }
        if (m.group(1).isEmpty()) {
            long last = Math.min(size, Long.parseLong(m.group(2)));
            return Optional.of(new Range(size - last, last)).filter(r -> satisfiable(r, header, size));
        }
        long from = Long.parseLong(m.group(1));
        long to = m.group(2).isEmpty() ? size - 1 : Math.min(size - 1, Long.parseLong(m.group(2)));
        if (!m.group(2).isEmpty() && Long.parseLong(m.group(2)) < from) {
            return Optional.empty();
        }
        return Optional.of(new Range(from, to - from + 1)).filter(r -> satisfiable(r, header, size));
    }

    private static boolean satisfiable(Range range, @Nullable String header, long size) {
        if (range.from >= size || range.length <= 0) {
            throw S3Errors.of("InvalidRange", 416, "The requested range is not satisfiable",
                    "RangeRequested", String.valueOf(header).replace("bytes=", ""), "ActualObjectSize", Long.toString(size));
        }
        return true;
    }

    String contentRange(long size) {
        return "bytes " + from + "-" + (from + length - 1) + "/" + size;
    }
}
