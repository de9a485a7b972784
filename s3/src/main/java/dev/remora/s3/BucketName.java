package dev.remora.s3;

import java.util.List;
import java.util.regex.Pattern;

/** What a bucket may be called ("General purpose bucket naming rules" in the S3 user guide). */
final class BucketName {
    private static final Pattern SHAPE = Pattern.compile("[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]");
    private static final Pattern ADDRESS = Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}");
    private static final List<String> PREFIXES = List.of("xn--", "sthree-");
    private static final List<String> SUFFIXES = List.of("-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3");

    private BucketName() {}

    static void check(String name) {
        boolean good = SHAPE.matcher(name).matches()
                && !name.contains("..")
                && !ADDRESS.matcher(name).matches()
                && PREFIXES.stream().noneMatch(name::startsWith)
                && SUFFIXES.stream().noneMatch(name::endsWith);
        if (!good) {
            throw S3Errors.of("InvalidBucketName", 400, "The specified bucket is not valid.", "BucketName", name);
        }
    }
}
