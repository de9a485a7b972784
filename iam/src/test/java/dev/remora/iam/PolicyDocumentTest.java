package dev.remora.iam;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PolicyDocumentTest {
    private static List<String> spans(String text) {
        return PolicyDocument.compile(text).statements().stream().map(Statement::span)
                .map(at -> at.startLine() + ":" + at.startColumn() + "-" + at.endLine() + ":" + at.endColumn())
                .toList();
    }

    /** As SimulateCustomPolicy prints them: from the brace to the column after the other, counted from 1. */
    @Test
    void aStatementKnowsWhereItStands() {
        assertThat(spans("""
            {
              "Version": "2012-10-17",
              "Statement": {
                "Effect": "Allow",
                "Action": "s3:*",
                "Resource": "*",
                "Condition": {"StringEquals": {"a:b": ["}", "{"]}}
              }
            }""")).containsExactly("3:16-8:4");
        String two = "{\"Id\":{\"Statement\":[{}]},\"Statement\":["
                + "{\"Effect\":\"Allow\",\"Action\":\"a:b\",\"Resource\":\"*\"},\n"
                + " {\"Effect\":\"Deny\",\"Action\":\"a:b\",\"Resource\":\"*\"}]}";
        assertThat(spans(two)).containsExactly("1:39-1:87", "2:2-2:49");
        assertThat(PolicyDocument.compile(two).statements().getLast().span().text())
                .isEqualTo("{\"Effect\":\"Deny\",\"Action\":\"a:b\",\"Resource\":\"*\"}");
    }

    @ParameterizedTest
    @ValueSource(ints = {33, 1_000, 100_000})
    void whatIsTooDeepIsNoPolicy(int depth) {
        String text = Lab.policy("{\"Effect\":\"Allow\",\"Action\":" + "[".repeat(depth) + "\"s3:*\"" + "]".repeat(depth)
                + ",\"Resource\":\"*\"}");
        String wide = "{\"Statement\":" + "{\"a\":".repeat(depth) + "1" + "}".repeat(depth) + "}";
        assertThat(Lab.fault(() -> IdentityGrammar.check(text, true)))
                .isEqualTo("400 MalformedPolicyDocument: Syntax errors in policy.");
        assertThat(Lab.fault(() -> IdentityGrammar.check(wide, false)))
                .isEqualTo("400 MalformedPolicyDocument: Syntax errors in policy.");
        assertThat(Lab.fault(() -> TrustGrammar.check(text, arn -> true)))
                .isEqualTo("400 MalformedPolicyDocument: This policy contains invalid Json");
        assertThatThrownBy(() -> ResourcePolicy.check(text, arn -> true))
                .hasToString("MalformedPolicy: Policies must be valid JSON and the first byte must be '{'");
    }

    /** Patterns that would take for ever where each wildcard were tried again. */
    @Test
    void manyWildcardsInAResourceStayCheap() {
        Statement statement = PolicyDocument.compile(Lab.allow("s3:*", "arn:aws:s3:::" + "*a".repeat(500) + "b")).statements()
                .getFirst();
        assertThat(statement.coversResource("arn:aws:s3:::" + "a".repeat(5_000), Lab.facts(Map.of()))).isFalse();
    }
}
