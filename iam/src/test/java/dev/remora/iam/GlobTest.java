package dev.remora.iam;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GlobTest {
    @ParameterizedTest
    @CsvSource({
        "*, anything, true",
        "a*c, abbbc, true",
        "a*c, abbbd, false",
        "a?c, abc, true",
        "a?c, ac, false",
        "*a*b*, xxaxxbxx, true",
        "ec2:*NetworkInterface*, ec2:DescribeNetworkInterfaces, true",
        "arn:aws:ec2:*:*:*/*, arn:aws:ec2:us-east-1:1:subnet/subnet-1, true",
        "arn:aws:ec2:us-west-2:123456789012:network-interface/*, arn:aws:ec2:us-west-2:123456789012:*/*, false",
        "arn:aws:ec2:us-west-2:123456789012:*/*, arn:aws:ec2:us-west-2:123456789012:*/*, true",
    })
    void matchesWholeTexts(String pattern, String text, boolean matches) {
        assertThat(Glob.matches(Glob.pattern(pattern), text)).isEqualTo(matches);
    }

    @Test
    void agreesWithRegularExpressions() {
        var random = new Random(1);
        for (int i = 0; i < 20_000; i++) {
            String pattern = text(random, "ab*?", 8);
            String text = text(random, "ab", 10);
            boolean expected = Pattern.matches(pattern.replace("*", ".*").replace("?", "."), text);
            assertThat(Glob.matches(Glob.pattern(pattern), text)).as("%s against %s", pattern, text).isEqualTo(expected);
        }
    }

    @Test
    void manyWildcardsStayCheap() {
        String pattern = Glob.pattern("*a".repeat(200) + "b");
        assertThat(Glob.matches(pattern, "a".repeat(5000))).isFalse();
    }

    private static String text(Random random, String letters, int max) {
        var text = new StringBuilder();
        for (int i = random.nextInt(max + 1); i > 0; i--) {
            text.append(letters.charAt(random.nextInt(letters.length())));
        }
        return text.toString();
    }
}
