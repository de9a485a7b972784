package dev.remora.iam;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remora.iam.Lab.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PolicySetTest {
    private static final Facts NONE = Lab.facts(Map.of());
    private static final List<String> ACTIONS =
            List.of("ec2:CreateVpc", "ec2:DescribeVpcs", "lambda:InvokeFunction", "s3:GetObject");
    private static final List<String> RESOURCES = List.of("*", "arn:aws:ec2:us-east-1:1:vpc/a", "arn:aws:s3:::b/k");

    private static PolicySet of(String... documents) {
        var compiled = new ArrayList<PolicyDocument>();
        for (String document : documents) {
            IdentityGrammar.check(document, true);
            compiled.add(PolicyDocument.compile(document));
        }
        return Lab.set(compiled.toArray(PolicyDocument[]::new));
    }

    @Test
    void anExplicitDenialBeatsEveryGrant() {
        PolicySet set = of(Lab.allow("*", "*"),
                Lab.policy("{\"Effect\":\"Deny\",\"Action\":\"EC2:create*\",\"Resource\":\"*\"}"));
        assertThat(Lab.verdict(set, "ec2:CreateVpc", "*", NONE)).isEqualTo(Verdict.DENIED);
        assertThat(Lab.verdict(set, "ec2:DescribeVpcs", "*", NONE)).isEqualTo(Verdict.ALLOWED);
    }

    @Test
    void whatNoStatementSpeaksOfIsNotAllowed() {
        assertThat(Lab.verdict(of(), "ec2:CreateVpc", "*", NONE)).isEqualTo(Verdict.SILENT);
        assertThat(Lab.verdict(of(Lab.allow("ec2:CreateVpc", "arn:aws:ec2:us-east-1:1:vpc/*")), "ec2:CreateVpc", "*", NONE))
                .isEqualTo(Verdict.SILENT);
    }

    @Test
    void resourcesHaveCaseAndActionsHaveNot() {
        PolicySet set = of(Lab.allow("S3:getobject", "arn:aws:s3:::b/*"));
        assertThat(Lab.verdict(set, "s3:GetObject", "arn:aws:s3:::b/k", NONE)).isEqualTo(Verdict.ALLOWED);
        assertThat(Lab.verdict(set, "s3:GetObject", "arn:aws:s3:::B/k", NONE)).isEqualTo(Verdict.SILENT);
    }

    @Test
    void notActionAndNotResourceAreEverythingElse() {
        PolicySet set = of(Lab.policy("{\"Effect\":\"Allow\",\"NotAction\":[\"iam:*\",\"s3:*\"],"
                + "\"NotResource\":\"arn:aws:ec2:*:*:vpc/a\"}"));
        assertThat(Lab.verdict(set, "ec2:CreateVpc", "*", NONE)).isEqualTo(Verdict.ALLOWED);
        assertThat(Lab.verdict(set, "s3:GetObject", "*", NONE)).isEqualTo(Verdict.SILENT);
        assertThat(Lab.verdict(set, "ec2:CreateVpc", "arn:aws:ec2:us-east-1:1:vpc/a", NONE)).isEqualTo(Verdict.SILENT);
    }

    /** The index by action must not change any verdict. */
    @Test
    void decidesAsAPlainReadingOfAllStatementsDoes() {
        var random = new Random(3);
        for (int i = 0; i < 2_000; i++) {
            var documents = new ArrayList<PolicyDocument>();
            for (int d = random.nextInt(4); d >= 0; d--) {
                documents.add(PolicyDocument.compile(randomPolicy(random)));
            }
            var set = Lab.set(documents.toArray(PolicyDocument[]::new));
            for (String action : ACTIONS) {
                for (String resource : RESOURCES) {
                    assertThat(Lab.verdict(set, action, resource, NONE)).isEqualTo(plain(documents, action, resource));
                }
            }
        }
    }

    /** More policies never turn a denial into a grant, and a further grant never takes one away. */
    @Test
    void growsOneWay() {
        var random = new Random(4);
        for (int i = 0; i < 2_000; i++) {
            PolicyDocument one = PolicyDocument.compile(randomPolicy(random));
            PolicyDocument more = PolicyDocument.compile(randomPolicy(random));
            for (String action : ACTIONS) {
                Verdict before = Lab.verdict(Lab.set(one), action, "*", NONE);
                Verdict after = Lab.verdict(Lab.set(one, more), action, "*", NONE);
                assertThat(before != Verdict.DENIED || after == Verdict.DENIED).isTrue();
                assertThat(before != Verdict.ALLOWED || after != Verdict.SILENT).isTrue();
            }
        }
    }

    private static String randomPolicy(Random random) {
        var statements = new ArrayList<String>();
        for (int s = random.nextInt(3); s >= 0; s--) {
            statements.add("{\"Effect\":\"%s\",\"%s\":\"%s\",\"%s\":\"%s\"}".formatted(
                    pick(random, "Allow", "Deny"),
                    pick(random, "Action", "NotAction"),
                    pick(random, "*", "ec2:*", "ec2:CreateVpc", "s3:Get*", "lambda:InvokeFunction", "e?2:D*"),
                    pick(random, "Resource", "NotResource"),
                    pick(random, "*", "arn:aws:ec2:*:*:vpc/*", "arn:aws:s3:::b/*")));
        }
        return Lab.policy(String.join(",", statements));
    }

    private static String pick(Random random, String... choices) {
        return choices[random.nextInt(choices.length)];
    }

    private static Verdict plain(List<PolicyDocument> documents, String action, String resource) {
        Verdict verdict = Verdict.SILENT;
        for (PolicyDocument document : documents) {
            for (Statement statement : document.statements()) {
                if (statement.coversAction(action.toLowerCase(Locale.ROOT)) && statement.coversResource(resource, NONE)) {
                    if (!statement.allows()) {
                        return Verdict.DENIED;
                    }
                    verdict = Verdict.ALLOWED;
                }
            }
        }
        return verdict;
    }
}
