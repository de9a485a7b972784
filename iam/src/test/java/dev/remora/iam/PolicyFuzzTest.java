package dev.remora.iam;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remora.wire.AwsError;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Whatever a text is, it is either refused in IAM's words or can be compiled and decided with. */
class PolicyFuzzTest {
    private static final int TEXTS = 20_000;
    private static final String PIECES = "{}[]\",:*?$\\ \n\t0123456789.eE-+abAB\u0000\u00e9\u2028\ud83d";
    private static final List<String> WORDS = List.of("\"Version\"", "\"2012-10-17\"", "\"Statement\"", "\"Effect\"", "\"Allow\"",
            "\"Deny\"", "\"Action\"", "\"NotAction\"", "\"Resource\"", "\"NotResource\"", "\"Condition\"", "\"Principal\"",
            "\"Sid\"", "\"*\"", "null", "true", "1e999", "\"StringEquals\"", "\"ForAllValues:StringLike\"", "\"Null\"",
            "\"${aws:username}\"", "\"${aws:username, '\"", "\"${\"", "\"arn:aws:s3:::b/*\"", "\"DateLessThan\"");

    @Test
    void isRefusedOrUsable() {
        var random = new Random(11);
        int taken = 0;
        for (int i = 0; i < TEXTS; i++) {
            String text = i % 2 == 0
                    ? mutated(RandomWorld.of(i).identity().getFirst(), random)
                    : random.nextBoolean() ? words(random) : shuffled(RandomWorld.of(i).identity().getFirst(), random);
            if (accepted(text)) {
                taken++;
                PolicySet set = Lab.set(PolicyDocument.compile(text));
                Facts facts = Lab.facts(Map.of("aws:SourceIp", List.of("10.0.0.1")));
                assertThat(Lab.verdict(set, "s3:GetObject", "arn:aws:s3:::shop/a/1", facts))
                        .isNotNull();
            }
        }
        assertThat(taken).as("mutations that are policies still").isGreaterThan(TEXTS / 100);
    }

    private static boolean accepted(String text) {
        try {
            IdentityGrammar.check(text, false);
            return true;
        } catch (AwsError refused) {
            assertThat(refused.code()).isEqualTo("MalformedPolicyDocument");
            return false;
        }
    }

    /** A text with a few characters put in, taken out or changed. */
    private static String mutated(String text, Random random) {
        var changed = new StringBuilder(text);
        for (int edits = random.nextInt(4); edits >= 0 && !changed.isEmpty(); edits--) {
            int at = random.nextInt(changed.length());
            char piece = PIECES.charAt(random.nextInt(PIECES.length()));
            switch (random.nextInt(4)) {
                case 0 -> changed.insert(at, piece);
                case 1 -> changed.deleteCharAt(at);
                case 2 -> changed.setCharAt(at, piece);
                default -> changed.delete(at, Math.min(changed.length(), at + random.nextInt(20)));
            }
        }
        return changed.toString();
    }

    /** A text with two of its values exchanged. */
    private static String shuffled(String text, Random random) {
        var parts = new ArrayList<>(List.of(text.split("(?<=[,:{\\[])|(?=[,}\\]])")));
        int a = random.nextInt(parts.size());
        int b = random.nextInt(parts.size());
        String kept = parts.get(a);
        parts.set(a, parts.get(b));
        parts.set(b, kept);
        return String.join("", parts);
    }

    private static String words(Random random) {
        var text = new StringBuilder("{");
        for (int i = random.nextInt(30); i >= 0; i--) {
            text.append(WORDS.get(random.nextInt(WORDS.size()))).append(random.nextBoolean() ? ":" : ",");
        }
        return text.append('}').toString();
    }

    @Test
    void depthAndSizeAreBounded() {
        for (String open : List.of("[", "{\"a\":")) {
            assertThat(accepted(open.repeat(100_000))).isFalse();
            String close = open.equals("[") ? "]" : "}";
            String deep = open.repeat(5_000) + "1" + close.repeat(5_000);
            assertThat(accepted("{\"Version\":\"2012-10-17\",\"Statement\":" + deep + "}")).isFalse();
        }
        // Long it may be: the size of a policy is its operation's to bound.
        assertThat(accepted(Lab.allow("s3:" + "*".repeat(200_000), "*"))).isTrue();
    }

    @Test
    void patternsOfManyWildcardsAreMatchedInTime() {
        String pattern = "*a".repeat(2_000);
        PolicySet set = Lab.set(PolicyDocument.compile(Lab.allow("*", pattern)));
        var threads = ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadCpuTime();
        Lab.verdict(set, "s3:GetObject", "a".repeat(1_000) + "b", Lab.facts(Map.of()));
        assertThat(threads.getCurrentThreadCpuTime() - before).as("ns").isLessThan(2_000_000_000L);
    }
}
