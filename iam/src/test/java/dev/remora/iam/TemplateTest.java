package dev.remora.iam;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TemplateTest {
    private static final Facts ANNA = Lab.facts(Map.of("aws:username", List.of("anna"), "aws:TagKeys", List.of("a", "b"),
            "odd:star", List.of("a*b")));

    private static boolean covers(String resource, String actual) {
        return Template.of(resource, true, true).fill(ANNA).map(pattern -> Glob.matches(pattern, actual)).orElse(false);
    }

    @Test
    void variablesStandForTheRequest() {
        assertThat(covers("arn:aws:s3:::b/home/${aws:username}/*", "arn:aws:s3:::b/home/anna/x")).isTrue();
        assertThat(covers("arn:aws:s3:::b/home/${AWS:UserName}/*", "arn:aws:s3:::b/home/otto/x")).isFalse();
    }

    @Test
    void anAbsentVariableMatchesNothingUnlessItHasADefault() {
        assertThat(covers("${aws:PrincipalTag/team}*", "anything")).isFalse();
        assertThat(covers("b/${aws:PrincipalTag/team, 'all'}", "b/all")).isTrue();
    }

    @Test
    void aKeyOfSeveralValuesIsNoVariable() {
        assertThat(Template.of("${aws:TagKeys}", true, false).fill(ANNA)).isEmpty();
    }

    @Test
    void escapedWildcardsAndValuesAreLiteral() {
        assertThat(covers("a${*}b", "a*b")).isTrue();
        assertThat(covers("a${*}b", "axb")).isFalse();
        assertThat(covers("${?}${$}", "?$")).isTrue();
        assertThat(covers("${odd:star}", "a*b")).isTrue();
        assertThat(covers("${odd:star}", "axxb")).isFalse();
    }

    @Test
    void beforeTheCurrentVersionTheyAreOrdinaryText() {
        assertThat(Template.of("${aws:username}", false, false).fill(ANNA)).isEqualTo(Optional.of("${aws:username}"));
    }

    private static boolean statementCovers(String resource, String actual) {
        Statement statement = PolicyDocument.compile(Lab.allow("s3:*", resource)).statements().getFirst();
        return statement.coversResource(actual, ANNA);
    }

    @Test
    void inAnArnTheyStandBehindTheFifthColonOnly() {
        assertThat(statementCovers("arn:aws:s3:::b/${aws:username}", "arn:aws:s3:::b/anna")).isTrue();
        assertThat(statementCovers("arn:aws:sqs:*:1:${aws:username}-queue", "arn:aws:sqs:us-east-1:1:anna-queue")).isTrue();
        assertThat(statementCovers("arn:aws:sqs:${aws:username}:1:q", "arn:aws:sqs:anna:1:q")).isFalse();
        assertThat(statementCovers("arn:aws:sqs:${aws:username}:1:q", "arn:aws:sqs:${aws:username}:1:q")).isTrue();
    }

    @Test
    void whatAnArnLeavesOutIsAnything() {
        assertThat(statementCovers("arn:aws:sqs", "arn:aws:sqs:us-east-1:1:q")).isTrue();
        assertThat(statementCovers("arn:aws:sqs:us-east-1:1", "arn:aws:sqs:us-east-1:1:q")).isTrue();
        assertThat(statementCovers("arn:aws:sqs:us-east-1", "arn:aws:sqs:eu-west-1:1:q")).isFalse();
        assertThat(statementCovers("arn:aws:sqs", "arn:aws:sns:us-east-1:1:t")).isFalse();
    }

    @Test
    void anUnfinishedVariableIsOrdinaryText() {
        assertThat(Template.of("a${aws:username", true, false).fill(ANNA)).isEqualTo(Optional.of("a${aws:username"));
    }
}
