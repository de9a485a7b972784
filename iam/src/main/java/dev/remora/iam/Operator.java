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
import java.util.function.BiPredicate;
import java.util.function.Function;
import java.util.function.Predicate;

/** What a condition compares, and how: IAM User Guide, "IAM JSON policy elements: Condition operators". */
enum Operator {
    STRING_EQUALS("StringEquals", false, equal(v -> Optional.of(v))),
    STRING_NOT_EQUALS("StringNotEquals", true, equal(v -> Optional.of(v))),
    STRING_EQUALS_IGNORE_CASE("StringEqualsIgnoreCase", false, String::equalsIgnoreCase),
    STRING_NOT_EQUALS_IGNORE_CASE("StringNotEqualsIgnoreCase", true, String::equalsIgnoreCase),
    STRING_LIKE("StringLike", false, Glob::matches),
    STRING_NOT_LIKE("StringNotLike", true, Glob::matches),
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
    ARN_EQUALS("ArnEquals", false, Operator::arnLike),
    ARN_LIKE("ArnLike", false, Operator::arnLike),
    ARN_NOT_EQUALS("ArnNotEquals", true, Operator::arnLike),
    ARN_NOT_LIKE("ArnNotLike", true, Operator::arnLike),
    /** Whether the key is absent; {@link Condition} decides it. */
    NULL("Null", false, (policy, request) -> false);

    /** An ARN's colon-separated parts; further colons belong to the last one. */
    private static final int ARN_PARTS = 6;

    private final String word;
    private final boolean negated;
    private final BiPredicate<String, String> match;

    /** @param match whether the policy's value (a pattern where the operator knows wildcards) fits the request's */
    Operator(String word, boolean negated, BiPredicate<String, String> match) {
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

    /** Whether one value of the policy fits one of the request, before any negation. */
    boolean matches(String policy, String request) {
        return match.test(policy, request);
    }

    private static <T> BiPredicate<String, String> equal(Function<String, Optional<T>> read) {
        return (policy, request) -> {
            Optional<T> expected = read.apply(policy);
            return expected.isPresent() && expected.equals(read.apply(request));
        };
    }

    private static <T extends Comparable<T>> BiPredicate<String, String> compare(
            Function<String, Optional<T>> read, Predicate<Integer> order) {
        return (policy, request) -> {
            Optional<T> right = read.apply(policy);
            Optional<T> left = read.apply(request);
            return left.isPresent() && right.isPresent() && order.test(left.get().compareTo(right.get()));
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

    /** Whether an address lies in a block, e.g. {@code 203.0.113.0/24}; an address alone is a block of one. */
    private static boolean inBlock(String block, String address) {
        int slash = block.indexOf('/');
        try {
            byte[] network = InetAddress.ofLiteral(slash < 0 ? block : block.substring(0, slash)).getAddress();
            byte[] host = InetAddress.ofLiteral(address).getAddress();
            int bits = slash < 0 ? network.length * 8 : Integer.parseInt(block.substring(slash + 1));
            if (network.length != host.length || bits < 0 || bits > network.length * 8) {
                return false;
            }
            for (int i = 0; i < bits; i++) {
                int mask = 0x80 >> (i % 8);
                if ((network[i / 8] & mask) != (host[i / 8] & mask)) {
                    return false;
                }
            }
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
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
