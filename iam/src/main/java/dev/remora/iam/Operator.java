package dev.remora.iam;

import java.math.BigDecimal;
import java.net.InetAddress;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;

/** What a condition compares, and how: IAM User Guide, "IAM JSON policy elements: Condition operators". */
enum Operator {
    STRING_EQUALS("StringEquals", false, equal(Optional::of)),
    STRING_NOT_EQUALS("StringNotEquals", true, equal(Optional::of)),
    STRING_EQUALS_IGNORE_CASE("StringEqualsIgnoreCase", false, policy -> policy::equalsIgnoreCase),
    STRING_NOT_EQUALS_IGNORE_CASE("StringNotEqualsIgnoreCase", true, policy -> policy::equalsIgnoreCase),
    STRING_LIKE("StringLike", false, policy -> text -> Glob.matches(policy, text)),
    STRING_NOT_LIKE("StringNotLike", true, policy -> text -> Glob.matches(policy, text)),
    NUMERIC_EQUALS("NumericEquals", false, compare(Operator::number, order -> order == 0)),
    NUMERIC_NOT_EQUALS("NumericNotEquals", true, compare(Operator::number, order -> order == 0)),
    NUMERIC_LESS_THAN("NumericLessThan", false, compare(Operator::number, order -> order < 0)),
    NUMERIC_LESS_THAN_EQUALS("NumericLessThanEquals", false, compare(Operator::number, order -> order <= 0)),
    NUMERIC_GREATER_THAN("NumericGreaterThan", false, compare(Operator::number, order -> order > 0)),
    NUMERIC_GREATER_THAN_EQUALS("NumericGreaterThanEquals", false, compare(Operator::number, order -> order >= 0)),
    DATE_EQUALS("DateEquals", false, compare(Operator::date, order -> order == 0)),
    DATE_NOT_EQUALS("DateNotEquals", true, compare(Operator::date, order -> order == 0)),
    DATE_LESS_THAN("DateLessThan", false, compare(Operator::date, order -> order < 0)),
    DATE_LESS_THAN_EQUALS("DateLessThanEquals", false, compare(Operator::date, order -> order <= 0)),
    DATE_GREATER_THAN("DateGreaterThan", false, compare(Operator::date, order -> order > 0)),
    DATE_GREATER_THAN_EQUALS("DateGreaterThanEquals", false, compare(Operator::date, order -> order >= 0)),
    BOOL("Bool", false, equal(v -> Optional.of(v.toLowerCase(Locale.ROOT)))),
    BINARY_EQUALS("BinaryEquals", false, equal(Operator::binary)),
    IP_ADDRESS("IpAddress", false, Operator::inBlock),
    NOT_IP_ADDRESS("NotIpAddress", true, Operator::inBlock),
    ARN_EQUALS("ArnEquals", false, policy -> arn -> arnLike(policy, arn)),
    ARN_LIKE("ArnLike", false, policy -> arn -> arnLike(policy, arn)),
    ARN_NOT_EQUALS("ArnNotEquals", true, policy -> arn -> arnLike(policy, arn)),
    ARN_NOT_LIKE("ArnNotLike", true, policy -> arn -> arnLike(policy, arn)),
    /** Whether the key is absent; {@link Condition} decides it. */
    NULL("Null", false, policy -> request -> false);

    /** What a value that is none of the operator's kind is fitted by. */
    private static final Predicate<String> NOTHING = request -> false;

    /** An ARN's colon-separated parts; further colons belong to the last one. */
    private static final int ARN_PARTS = 6;

    private final String word;
    private final boolean negated;
    private final Function<String, Predicate<String>> match;

    /** @param match from a policy's value (a pattern where the operator knows wildcards) to whether a request's fits it */
    Operator(String word, boolean negated, Function<String, Predicate<String>> match) {
        this.word = word;
        this.negated = negated;
        this.match = match;
    }

    static Optional<Operator> named(String word) {
        for (Operator operator : values()) {
            if (operator.word.equals(word)) {
                return Optional.of(operator);
            }
        }
        return Optional.empty();
    }

    /** Whether the condition holds for values that do <em>not</em> match. */
    boolean negated() {
        return negated;
    }

    boolean wildcards() {
        return switch (this) {
            case STRING_LIKE, STRING_NOT_LIKE, ARN_EQUALS, ARN_LIKE, ARN_NOT_EQUALS, ARN_NOT_LIKE -> true;
            default -> false;
        };
    }

    boolean dates() {
        return word.startsWith("Date");
    }

    /**
     * Whether variables mean something in its values: "string operators or the ARN operators" ("Variables and tags"), and those
     * of truth values ("Condition operators").
     */
    boolean variables() {
        return word.startsWith("String") || word.startsWith("Arn") || this == BOOL;
    }

    /** Whether a value of a request fits one of the policy, before any negation. */
    Predicate<String> matching(String policy) {
        return match.apply(policy);
    }

    private static <T> Function<String, Predicate<String>> equal(Function<String, Optional<T>> read) {
        return policy -> {
            Optional<T> expected = read.apply(policy);
            return expected.isEmpty() ? NOTHING : request -> expected.equals(read.apply(request));
        };
    }

    private static <T extends Comparable<T>> Function<String, Predicate<String>> compare(
            Function<String, Optional<T>> read, Predicate<Integer> order) {
        return policy -> {
            Optional<T> right = read.apply(policy);
            return right.isEmpty() ? NOTHING : request -> {
                Optional<T> left = read.apply(request);
                return left.isPresent() && order.test(left.get().compareTo(right.get()));
            };
        };
    }

    private static Optional<BigDecimal> number(String text) {
        try {
            return Optional.of(new BigDecimal(text.strip()));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    private static Optional<String> binary(String text) {
        try {
            return Optional.of(Base64.getEncoder().encodeToString(Base64.getDecoder().decode(text)));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** A date in one of the W3C profile's forms of ISO 8601, or seconds since 1970. */
    static Optional<Instant> date(String text) {
        String s = text.strip().toUpperCase(Locale.ROOT);
        try {
            if (s.matches("\\d+")) {
                return Optional.of(s.length() == 4
                        ? LocalDate.of(Integer.parseInt(s), 1, 1).atStartOfDay().toInstant(ZoneOffset.UTC)
                        : Instant.ofEpochSecond(Long.parseLong(s)));
            }
            if (s.indexOf('T') < 0) {
                LocalDate day = s.length() == 7 ? YearMonth.parse(s).atDay(1) : LocalDate.parse(s);
                return Optional.of(day.atStartOfDay().toInstant(ZoneOffset.UTC));
            }
            return Optional.of(s.matches(".*T.*([Z+-]).*") ? OffsetDateTime.parse(s).toInstant()
                    : LocalDateTime.parse(s).toInstant(ZoneOffset.UTC));
        } catch (DateTimeException | NumberFormatException e) {
            return Optional.empty();
        }
    }

    /** Addresses in a block, e.g. {@code 203.0.113.0/24}; an address alone is a block of one. */
    private static Predicate<String> inBlock(String block) {
        int slash = block.indexOf('/');
        Optional<byte[]> network = address(slash < 0 ? block : block.substring(0, slash));
        int bits = slash < 0 ? network.map(bytes -> bytes.length * Byte.SIZE).orElse(0)
                : number(block.substring(slash + 1)).map(BigDecimal::intValue).orElse(-1);
        if (network.isEmpty() || bits < 0 || bits > network.get().length * Byte.SIZE) {
            return NOTHING;
        }
        return request -> address(request).filter(host -> covers(network.get(), bits, host)).isPresent();
    }

    private static Optional<byte[]> address(String text) {
        try {
            return Optional.of(InetAddress.ofLiteral(text).getAddress());
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static boolean covers(byte[] network, int bits, byte[] host) {
        if (network.length != host.length) {
            return false;
        }
        for (int i = 0; i < bits; i++) {
            int mask = 0x80 >> (i % Byte.SIZE);
            if ((network[i / Byte.SIZE] & mask) != (host[i / Byte.SIZE] & mask)) {
                return false;
            }
        }
        return true;
    }

    /** Each of the six parts is matched by itself, so a wildcard never reaches over one of the first five colons. */
    private static boolean arnLike(String pattern, String arn) {
        int p = 0;
        int a = 0;
        for (int part = 1; part < ARN_PARTS; part++) {
            int patternEnd = pattern.indexOf(':', p);
            int arnEnd = arn.indexOf(':', a);
            if (patternEnd < 0 || arnEnd < 0 || !Glob.matches(pattern, p, patternEnd, arn, a, arnEnd)) {
                return false;
            }
            p = patternEnd + 1;
            a = arnEnd + 1;
        }
        return Glob.matches(pattern, p, pattern.length(), arn, a, arn.length());
    }
}
