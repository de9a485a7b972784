package dev.remora.iam;

import dev.remora.store.Ids;
import java.math.BigInteger;

/** IAM's unique ids: a prefix that tells the kind (AROA for a role, ANPA for a managed policy) and 17 digits of base 32. */
final class UniqueId {
    static final String BASE_32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

    private static final int DIGITS = 17;
    private static final int BITS_PER_DIGIT = 5;

    private UniqueId() {}

    static String random(String prefix, Ids ids) {
        return of(prefix, new BigInteger(ids.hex(24), 16));
    }

    /** The id that a number gives, of which only the lowest bits count. */
    static String of(String prefix, BigInteger number) {
        var id = new StringBuilder(prefix);
        for (int i = 0; i < DIGITS; i++) {
            id.append(BASE_32.charAt(number.shiftRight(i * BITS_PER_DIGIT).intValue() & 31));
        }
        return id.toString();
    }
}
