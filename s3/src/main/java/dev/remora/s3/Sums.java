package dev.remora.s3;

import dev.remora.s3.StoredObject.Sum;
import software.amazon.awssdk.core.SdkField;
import software.amazon.awssdk.core.SdkPojo;

/** Checksums on the SDK's classes, all of which have a member for each algorithm. */
final class Sums {
    private Sums() {}

    /** Sets the member {@code ChecksumCRC32} or whichever the algorithm has. */
    static void set(Sum sum, Object builder) {
        set(sum.algorithm(), sum.value(), builder);
    }

    static void set(String algorithm, String value, Object builder) {
        if (builder instanceof SdkPojo pojo) {
            for (SdkField<?> field : pojo.sdkFields()) {
                if (field.memberName().equals("Checksum" + algorithm)) {
                    field.set(builder, value);
                }
            }
        }
    }

    /** The value that a request gives for an algorithm, or the empty string. */
    static String given(String algorithm, SdkPojo request) {
        for (SdkField<?> field : request.sdkFields()) {
            if (field.memberName().equals("Checksum" + algorithm) && field.getValueOrDefault(request) instanceof String value) {
                return value;
            }
        }
        return "";
    }
}
