package dev.remora.iam;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The eight policies of the Lambda guide's page "Giving Lambda functions access to resources in an Amazon VPC", as it prints
 * them: five are not JSON, two are statements without a policy around them, one is a policy. Put right, all eight do what the
 * page says of them; so they are in {@code docs/policies}.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class GuidePoliciesTest {
    private static final String FUNCTION = "arn:aws:lambda:us-west-2:123456789012:function:my_function";

    private final Map<String, PolicySet> corrected = new HashMap<>();

    private static String printed(String name) {
        try (InputStream in = GuidePoliciesTest.class.getResourceAsStream("guide/" + name + ".json")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).strip();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static String documented(String name) {
        try {
            return Files.readString(Path.of("..", "docs", "policies", name + ".json"));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @BeforeAll
    void putRight() {
        correct("deny-interfaces-to-the-code", printed("deny-interfaces-to-the-code").replace("\", ]", "\" ]"));
        correct("enforce-vpc", printed("enforce-vpc"));
        correct("out-of-vpc", printed("out-of-vpc") + " ] }");
        correct("out-of-subnet", Lab.policy(printed("out-of-subnet")));
        correct("out-of-security-groups", Lab.policy(printed("out-of-security-groups").replaceAll(" \\] \\}$", "")));
        correct("stay-in-vpc", printed("stay-in-vpc") + " ] }");
        correct("stay-in-subnets", Lab.policy(printed("stay-in-subnets")));
        correct("stay-in-security-group", Lab.policy(printed("stay-in-security-group").replaceAll(" \\] \\}$", "")));
    }

    private void correct(String name, String text) {
        IdentityGrammar.check(text, true);
        assertThat(PolicyDocument.tree(documented(name))).as("docs/policies/" + name).isEqualTo(PolicyDocument.tree(text));
        corrected.put(name, Lab.set(PolicyDocument.compile(text)));
    }

    private PolicySet policies(String name) {
        return Optional.ofNullable(corrected.get(name)).orElseThrow();
    }

    @ParameterizedTest
    @CsvSource({
        "deny-interfaces-to-the-code, NOT_JSON",
        "enforce-vpc, POLICY",
        "out-of-vpc, NOT_JSON",
        "out-of-subnet, BARE",
        "out-of-security-groups, NOT_JSON",
        "stay-in-vpc, NOT_JSON",
        "stay-in-subnets, BARE",
        "stay-in-security-group, NOT_JSON",
    })
    void asPrinted(String name, String kind) {
        String text = printed(name);
        String actual = PolicyDocument.tree(text).map(tree -> tree.has("Statement") ? "POLICY" : "BARE").orElse("NOT_JSON");
        assertThat(actual).isEqualTo(kind);
        assertThat(Lab.fault(() -> IdentityGrammar.check(text, true)))
                .isEqualTo(kind.equals("POLICY") ? "none" : "400 MalformedPolicyDocument: Syntax errors in policy.");
    }

    /**
     * The keys of a call: {@code vpc}, {@code subnets} and {@code groups}, several separated by semicolons; "-" for a function
     * without.
     */
    @ParameterizedTest
    @CsvSource({
        "enforce-vpc, -, -, -, DENIED",
        "enforce-vpc, vpc-1, subnet-1, sg-1, SILENT",
        "out-of-vpc, vpc-1, subnet-1, sg-1, DENIED",
        "out-of-vpc, vpc-2, subnet-1, sg-1, DENIED",
        "out-of-vpc, vpc-3, subnet-1, sg-1, SILENT",
        "out-of-vpc, -, -, -, SILENT",
        "out-of-subnet, vpc-3, subnet-1;subnet-9, sg-1, DENIED",
        "out-of-subnet, vpc-3, subnet-9, sg-1, SILENT",
        "out-of-subnet, -, -, -, SILENT",
        "out-of-security-groups, vpc-3, subnet-9, sg-9;sg-2, DENIED",
        "out-of-security-groups, vpc-3, subnet-9, sg-9, SILENT",
        "out-of-security-groups, -, -, -, SILENT",
        "stay-in-vpc, vpc-1, subnet-1, sg-1, ALLOWED",
        "stay-in-vpc, vpc-3, subnet-1, sg-1, SILENT",
        "stay-in-vpc, -, -, -, SILENT",
        "stay-in-subnets, vpc-1, subnet-1;subnet-2, sg-1, ALLOWED",
        "stay-in-subnets, vpc-1, subnet-1;subnet-3, sg-1, SILENT",
        // ForAllValues holds for an absent key: this statement alone lets a function be made without any VPC.
        "stay-in-subnets, -, -, -, ALLOWED",
        "stay-in-security-group, vpc-1, subnet-1, sg-2;sg-1, ALLOWED",
        "stay-in-security-group, vpc-1, subnet-1, sg-3, SILENT",
        "stay-in-security-group, -, -, -, ALLOWED",
    })
    void decides(String name, String vpc, String subnets, String groups, Lab.Verdict verdict) {
        var keys = new HashMap<String, List<String>>();
        if (!vpc.equals("-")) {
            keys.put("lambda:VpcIds", List.of(vpc));
            keys.put("lambda:SubnetIds", List.of(subnets.split(";")));
            keys.put("lambda:SecurityGroupIds", List.of(groups.split(";")));
        }
        for (String action : List.of("lambda:CreateFunction", "lambda:UpdateFunctionConfiguration")) {
            assertThat(Lab.verdict(policies(name), action, FUNCTION, Lab.facts(keys))).isEqualTo(verdict);
        }
        assertThat(Lab.verdict(policies(name), "lambda:InvokeFunction", FUNCTION, Lab.facts(keys)))
                .isEqualTo(Lab.Verdict.SILENT);
    }

    @Test
    void theCodeIsDeniedInterfacesAndLambdaIsNot() {
        PolicySet deny = policies("deny-interfaces-to-the-code");
        String action = "ec2:CreateNetworkInterface";
        assertThat(Lab.verdict(deny, action, "*", Lab.facts(Map.of("lambda:SourceFunctionArn", List.of(FUNCTION)))))
                .isEqualTo(Lab.Verdict.DENIED);
        assertThat(Lab.verdict(deny, action, "*", Lab.facts(Map.of("lambda:SourceFunctionArn", List.of(FUNCTION + "2")))))
                .isEqualTo(Lab.Verdict.SILENT);
        assertThat(Lab.verdict(deny, action, "*", Lab.facts(Map.of()))).isEqualTo(Lab.Verdict.SILENT);
        assertThat(Lab.verdict(deny, "ec2:DescribeVpcs", "*", Lab.facts(Map.of("lambda:SourceFunctionArn", List.of(FUNCTION)))))
                .isEqualTo(Lab.Verdict.SILENT);
    }
}
