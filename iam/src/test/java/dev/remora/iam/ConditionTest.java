package dev.remora.iam;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The condition operators as the IAM User Guide describes them. Several values are separated by semicolons; "-" is a key that is
 * absent.
 */
class ConditionTest {
    @ParameterizedTest
    @CsvSource({
        // operator, the policy's values, the request's values, holds
        "StringEquals, a;b, b, true",
        "StringEquals, a;b, B, false",
        "StringEquals, a*, ab, false",
        "StringNotEquals, a;b, c, true",
        "StringNotEquals, a;b, b, false",
        "StringEqualsIgnoreCase, Blue, bLUE, true",
        "StringNotEqualsIgnoreCase, Blue, bLUE, false",
        "StringLike, home/*, home/anna, true",
        "StringLike, home/?, home/anna, false",
        "StringNotLike, home/*, root, true",
        "NumericEquals, 10, 10.0, true",
        "NumericNotEquals, 10, 11, true",
        "NumericLessThan, 10, 9, true",
        "NumericLessThan, 10, 10, false",
        "NumericLessThanEquals, 10, 10, true",
        "NumericGreaterThan, 10, 11, true",
        "NumericGreaterThanEquals, 10, 10, true",
        "NumericEquals, 10, ten, false",
        "NumericNotEquals, 10, ten, true",
        "DateGreaterThan, 2020-04-01T00:00:00Z, 2020-04-01T00:00:01Z, true",
        "DateGreaterThan, 2020-04-01, 2020-03-31T23:59:59Z, false",
        "DateLessThan, 2020-06-30T23:59:59Z, 2020-04-01T02:00:00+02:00, true",
        "DateLessThanEquals, 1585699200, 2020-04-01T00:00:00Z, true",
        "DateEquals, 2020-04-01T00:00:00Z, 1585699200, true",
        "DateNotEquals, 2020-04-01T00:00:00Z, 1585699201, true",
        "DateGreaterThanEquals, 2020, 2020-01-01T00:00:00Z, true",
        "DateLessThan, 2020-02, 2020-01-31T00:00:00Z, true",
        "Bool, true, true, true",
        "Bool, true, True, true",
        "Bool, true, false, false",
        "BinaryEquals, QmluYXJ5VmFsdWVJbkJhc2U2NA==, QmluYXJ5VmFsdWVJbkJhc2U2NA==, true",
        "IpAddress, 203.0.113.0/24, 203.0.113.7, true",
        "IpAddress, 203.0.113.0/24, 203.0.114.7, false",
        "IpAddress, 203.0.113.7, 203.0.113.7, true",
        "IpAddress, 2001:DB8:1234:5678::/64, 2001:db8:1234:5678::1, true",
        "IpAddress, 2001:DB8:1234:5678::/64, 203.0.113.7, false",
        "IpAddress, nonsense, 203.0.113.7, false",
        "NotIpAddress, 203.0.113.0/24, 198.51.100.1, true",
        "ArnEquals, arn:aws:sns:*:123456789012:topic, arn:aws:sns:us-east-1:123456789012:topic, true",
        "ArnLike, arn:aws:sns:*:topic, arn:aws:sns:us-east-1:123456789012:topic, false",
        "ArnLike, arn:aws:iam::123456789012:role/*, arn:aws:iam::123456789012:role/a/b:c, true",
        "ArnNotEquals, arn:aws:sns:*:*:topic, arn:aws:sns:us-east-1:1:other, true",
        "ArnNotLike, arn:aws:sns:*:*:t*, arn:aws:sns:us-east-1:1:topic, false",
        // an absent key
        "StringEquals, a, -, false",
        "StringLike, *, -, false",
        "NumericLessThan, 10, -, false",
        "DateLessThan, 2020-04-01, -, false",
        "Bool, false, -, false",
        "IpAddress, 0.0.0.0/0, -, false",
        "ArnEquals, arn:aws:sns:*:*:*, -, false",
        "StringNotEquals, a, -, true",
        "StringNotLike, a, -, true",
        "NumericNotEquals, 10, -, true",
        "DateNotEquals, 2020-04-01, -, true",
        "ArnNotEquals, arn:aws:sns:*:*:*, -, true",
        "ArnNotLike, arn:aws:sns:*:*:*, -, true",
        "NotIpAddress, 0.0.0.0/0, -, true",
        "StringEqualsIfExists, a, -, true",
        "StringEqualsIfExists, a, b, false",
        "BoolIfExists, true, -, true",
        "ForAnyValue:StringEqualsIfExists, a, -, true",
        "Null, true, -, true",
        "Null, true, x, false",
        "Null, false, x, true",
        "Null, false, -, false",
        // sets
        "ForAllValues:StringEquals, a;b, a;b, true",
        "ForAllValues:StringEquals, a;b, a;c, false",
        "ForAllValues:StringEquals, a;b, -, true",
        "ForAnyValue:StringEquals, a;b, c;b, true",
        "ForAnyValue:StringEquals, a;b, c;d, false",
        "ForAnyValue:StringEquals, a;b, -, false",
        "ForAllValues:StringNotEquals, a;b, c;d, true",
        "ForAllValues:StringNotEquals, a;b, c;b, false",
        "ForAnyValue:StringNotEquals, a;b, a;c, true",
        "ForAnyValue:StringNotEquals, a;b, a;b, false",
        "ForAnyValue:StringLike, web-*, db;web-1, true",
        "ForAllValues:StringEqualsIfExists, a, b, false",
        "ForAllValues:ArnLike, arn:aws:iam::1:role/*, arn:aws:iam::1:role/a;arn:aws:iam::1:user/b, false",
        "ForAnyValue:NumericGreaterThan, 10, 1;11, true",
        "ForAllValues:IpAddress, 10.0.0.0/8, 10.1.2.3;10.4.5.6, true",
        "ForAllValues:Bool, true, true;false, false",
        // an empty text is no value to a set operator, and a value to others
        "ForAllValues:StringEquals, a, '', true",
        "ForAnyValue:StringLike, *, '', false",
        "StringLike, *, '', true",
        "StringEquals, a, '', false",
        "Null, true, '', false",
        // several values of a key under a plain operator: one that fits is enough, and for a negated one too many
        "StringEquals, a, c;a, true",
        "StringNotEquals, a, c;a, false",
        "StringNotEquals, a, c;d, true",
        "NumericLessThan, 10, 20;5, true",
        // IfExists is about the key, not the value
        "StringNotEqualsIfExists, a, a, false",
        "NumericLessThanIfExists, 10, 11, false",
        "NumericLessThanIfExists, 10, -, true",
        "DateGreaterThanIfExists, 2020-01-01, -, true",
        "IpAddressIfExists, 10.0.0.0/8, 11.0.0.1, false",
        "ArnLikeIfExists, arn:aws:iam::1:role/*, -, true",
        "BinaryEqualsIfExists, QQ==, -, true",
        "BoolIfExists, true, false, false",
        "ForAllValues:StringLikeIfExists, a*, -, true",
        // values
        "Bool, TRUE, true, true",
        "Bool, false, False, true",
        "Bool, true, yes, false",
        "NumericEquals, -1.50, -1.5, true",
        "NumericLessThan, 1e3, 999, true",
        "DateEquals, 2020-04-01T00:00:00.000Z, 2020-04-01, true",
        "DateLessThan, 2020-04-01T00:00Z, 2020-03-31T23:59:59.9Z, true",
        "DateLessThan, tomorrow, 2020-04-01, false",
        "BinaryEquals, QmluYXJ5VmFsdWVJbkJhc2U2NA==, QmluYXJ5, false",
        "BinaryEquals, %%%, %%%, false",
        "IpAddress, 0.0.0.0/0, 203.0.113.7, true",
        "IpAddress, ::/0, 203.0.113.7, false",
        "IpAddress, ::/0, 2001:db8::1, true",
        "IpAddress, 10.0.0.0/33, 10.0.0.0, false",
        "IpAddress, 10.0.0.0/-1, 10.0.0.0, false",
        "IpAddress, 2001:db8::1, 2001:0db8:0:0:0:0:0:1, true",
        "NotIpAddress, 2001:db8::/32, 2001:db9::1, true",
        "NotIpAddress, 2001:db8::/32, 203.0.113.7, true",
        // ARNs are compared part by part
        "ArnEquals, arn:aws:s3:::b/*, arn:aws:s3:::b/a/b:c, true",
        "ArnEquals, arn:aws:*:::b, arn:aws:s3:::b, true",
        "ArnEquals, arn:*, arn:aws:s3:::b, false",
        "ArnEquals, arn:aws:sns:us-east-?:1:t, arn:aws:sns:us-east-1:1:t, true",
        "ArnEquals, arn:aws:sns:us-east-1:1:T, arn:aws:sns:us-east-1:1:t, false",
        "ArnLike, *, arn:aws:s3:::b, false",
        "ArnLike, arn:aws:iam::1:role/a, not-an-arn, false",
        "ArnNotLike, arn:aws:iam::1:role/a, not-an-arn, true",
    })
    void holds(String operator, String policy, String request, boolean holds) {
        var condition = Condition.of(Condition.Word.parse(operator).orElseThrow(), "Test:Key", values(policy), true);
        assertThat(condition.holds(facts(request))).isEqualTo(holds);
    }

    @Test
    void keysHaveNoCase() {
        var condition = Condition.of(Condition.Word.parse("StringEquals").orElseThrow(), "AWS:sourceIP", List.of("x"), true);
        assertThat(condition.holds(Lab.facts(Map.of("aws:SourceIp", List.of("x"))))).isTrue();
    }

    /** Variables stand for something under the operators of texts, ARNs and truth values; elsewhere they are plain text. */
    @ParameterizedTest
    @CsvSource({
        "StringEquals, ${aws:username}, anna, true",
        "StringNotEquals, ${aws:username}, otto, true",
        "StringLike, home/${aws:username}/*, home/anna/x, true",
        "StringEqualsIgnoreCase, ${aws:username}, ANNA, true",
        "ArnLike, arn:aws:iam::1:user/${aws:username}, arn:aws:iam::1:user/anna, true",
        "Bool, ${test:Truth}, true, true",
        "NumericEquals, ${test:Number}, 7, false",
        "DateEquals, ${test:Number}, 7, false",
        "IpAddress, ${test:Address}, 10.0.0.1, false",
        "StringEquals, ${test:absent}, ${test:absent}, false",
        "StringNotEquals, ${test:absent}, x, true",
        "StringEquals, '${test:absent, ''none''}', none, true",
        "StringEquals, ${test:Several}, a, false",
    })
    void variables(String operator, String policy, String request, boolean holds) {
        var condition = Condition.of(Condition.Word.parse(operator).orElseThrow(), "test:key", List.of(policy), true);
        assertThat(condition.holds(Lab.facts(Map.of("test:key", List.of(request), "aws:username", List.of("anna"), "test:Truth",
                List.of("true"), "test:Number", List.of("7"), "test:Address", List.of("10.0.0.1"), "test:Several",
                List.of("a", "b"))))).isEqualTo(holds);
    }

    @ParameterizedTest
    @CsvSource({"StringSame", "stringequals", "NullIfExists", "ForAllValues:Null", "ForAll:StringEquals", "IfExists"})
    void knowsNoOtherOperators(String operator) {
        assertThat(Condition.Word.parse(operator)).isEmpty();
    }

    private static Facts facts(String request) {
        return request.equals("-") ? Lab.facts(Map.of()) : Lab.facts(Map.of("test:key", values(request)));
    }

    private static List<String> values(String text) {
        return Arrays.asList(text.split(";", -1));
    }
}
