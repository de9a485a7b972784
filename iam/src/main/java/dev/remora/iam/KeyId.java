package dev.remora.iam;

import java.util.Optional;

/**
 * Access key ids in AWS's form: a prefix (AKIA for a long-lived key, ASIA for a session's) and 80 bits in base 32, of which one
 * is set, 40 are the account and 39 are random. That the account can be read out of them was shown in print by several people
 * outside AWS and is true for keys made since 2019.
 */
final class KeyId {
    static final String LONG_LIVED = "AKIA";
    static final String SESSION = "ASIA";

    private static final int PREFIX = 4;
    private static final int LENGTH = 20;
    private static final int ACCOUNT_DIGITS = 10;

    private KeyId() {}

    /** @param random of which the lowest 39 bits count */
    static String of(String prefix, String account, long random) {
        long lower = random & 0x7F_FFFF_FFFFL;
        long upper = 1L << 49 | Long.parseLong(account) << 9 | lower >>> 30;
        var id = new StringBuilder(prefix);
        for (int shift = 45; shift >= 0; shift -= 5) {
            id.append(UniqueId.BASE_32.charAt((int) (upper >>> shift) & 31));
        }
        for (int shift = 25; shift >= 0; shift -= 5) {
            id.append(UniqueId.BASE_32.charAt((int) (lower >>> shift) & 31));
        }
        return id.toString();
    }

    static Optional<String> account(String id) {
        if (id.length() != LENGTH || !id.startsWith(SESSION) && !id.startsWith(LONG_LIVED)) {
            return Optional.empty();
        }
        long bits = 0;
        for (int i = PREFIX; i < PREFIX + ACCOUNT_DIGITS; i++) {
            int digit = UniqueId.BASE_32.indexOf(id.charAt(i));
            if (digit < 0) {
                return Optional.empty();
            }
            bits = bits << 5 | digit;
        }
        long account = bits >>> 9 & 0xFF_FFFF_FFFFL;
        return bits >>> 49 == 0 || account > 999_999_999_999L ? Optional.empty() : Optional.of("%012d".formatted(account));
    }
}
