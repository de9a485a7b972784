package dev.remora.iam;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What IAM answers to faulty policies. In the tables quotes are apostrophes, and a bare statement is wrapped into a policy. */
class IdentityGrammarTest {
    private static String fault(String text) {
        return Lab.fault(() -> IdentityGrammar.check(text.replace('\'', '"'), true));
    }

    private static String malformed(String message) {
        return "400 MalformedPolicyDocument: " + message;
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "This is not a json document",
        "",
        "[]",
        "{'Version':'2013-10-17','Statement':{'Effect':'Allow','Action':'s3:ListBucket','Resource':'*'}}",
        "{'Version':'2012-10-17'}",
        "{'Version':'2012-10-17','Statement':[]}",
        "{'Version':'2012-10-17','Statement':['afd']}",
        "{'Version':'2012-10-17','Statement':[{'Effect':'Allow','Action':'s3:ListBucket','Resource':'*'}],}",
        "{'Version':'2012-10-17','Statement':[{'Effect':'Allow','Action':['s3:ListBucket',],'Resource':'*'}]}",
        "{'Version':'2012-10-17','Statement':[{'Effect':'Allow','Action':'s3:ListBucket','Resource':'*'}]} trailing",
        "{'Version':'2012-10-17','Version':'2012-10-17','Statement':[{'Effect':'Allow','Action':'s3:ListBucket',"
            + "'Resource':'*'}]}",
        "{'Version':'2012-10-17','Extra':'x','Statement':[{'Effect':'Allow','Action':'s3:ListBucket','Resource':'*'}]}",
        "{'Version':'2012-10-17','Id':{},'Statement':[{'Effect':'Allow','Action':'s3:ListBucket','Resource':'*'}]}",
    })
    void syntax(String text) {
        assertThat(fault(text)).isEqualTo(malformed("Syntax errors in policy."));
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "'Effect':'invalid','Action':'s3:ListBucket','Resource':'*'",
        "'Action':'s3:ListBucket','Resource':'*'",
        "'Effect':['Allow'],'Action':'s3:ListBucket','Resource':'*'",
        "'Effect':'Allow','Extra':1,'Action':'s3:ListBucket','Resource':'*'",
        "'Effect':'Allow','Action':{},'Resource':'*'",
        "'Effect':'Allow','Action':[[]],'Resource':'*'",
        "'Effect':'Allow','NotAction':'s3:x','Action':[],'Resource':'*'",
        "'Effect':'Allow','NotAction':'s3:x','Resource':'*','NotResource':[]",
        "'Effect':'Allow','Action':'s3:ListBucket','Resource':{'a':'b'}",
        "'Effect':'Allow','Action':'s3:ListBucket','Resource':['x',{}]",
        "'Effect':'Allow','Action':'s3:ListBucket','Resource':'*','Sid':1",
        "'Effect':'Allow','Action':'s3:ListBucket','Resource':'*','Condition':[]",
        "'Effect':'Allow','Action':'s3:ListBucket','Resource':'*','Condition':'a'",
        "'Effect':'Allow','Action':'s3:ListBucket','Resource':'*','Condition':{'a':'b'}",
        "'Effect':'Allow','Action':'s3:ListBucket','Resource':'*','Condition':{'a':{'b':'c'}}",
        "'Effect':'Allow','Action':'s3:ListBucket','Resource':'*','Condition':{'StringEquals':{'a':{}}}",
        "'Effect':'Allow','Action':'s3:ListBucket','Resource':'*','Condition':{'StringEquals':{'a':null}}",
    })
    void syntaxOfAStatement(String statement) {
        assertThat(fault(Lab.policy("{" + statement + "}"))).isEqualTo(malformed("Syntax errors in policy."));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
        "'Effect':'Allow','Action':'invalid','Resource':'*' | "
            + "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.",
        "'Effect':'Allow','NotAction':'','Resource':'*' | "
            + "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.",
        "'Effect':'Allow','Action':'a a:ListBucket','Resource':'*' | Vendor a a is not valid",
        "'Effect':'Allow','Action':'s3:List:Bucket','Resource':'*' | Actions/Condition can contain only one colon.",
        "'Effect':'Allow','Action':'s3:x','Resource':'invalid resource' | "
            + "Resource invalid resource must be in ARN format or \"*\".",
        "'Effect':'Allow','Action':'s3:x','Resource':'' | Resource  must be in ARN format or \"*\".",
        "'Effect':'Allow','Action':'s:3:x','Resource':'sdf' | Resource sdf must be in ARN format or \"*\".",
        "'Effect':'Allow','Action':'s3:x','Resource':'a:b' | Partition \"b\" is not valid for resource \"arn:b:*:*:*:*\".",
        "'Effect':'Allow','Action':'s3:x','Resource':'a:b:c' | Partition \"b\" is not valid for resource \"arn:b:c:*:*:*\".",
        "'Effect':'Allow','Action':'s3:x','Resource':'a:b:c:d:e:f:g:h' | "
            + "Partition \"b\" is not valid for resource \"arn:b:c:d:e:f:g:h\".",
        "'Effect':'Allow','Action':'s3:x','Resource':'aws:s3:::example_bucket' | "
            + "Partition \"s3\" is not valid for resource \"arn:s3:::example_bucket:*\".",
        "'Effect':'Allow','Action':'s3:x','Resource':'arn:aws' | "
            + "Resource vendor must be fully qualified and cannot contain regexes.",
        "'Effect':'Allow','Action':'s3:x','Resource':'arn:aws:s3::example_bucket' | The policy failed legacy parsing",
        "'Effect':'allow','Action':'s3:x','Resource':'*' | The policy failed legacy parsing",
        "'Effect':'Allow','Action':'s3:x','Resource':'*','Condition':{'DateLessThan':{'a':'soon'}} | "
            + "The policy failed legacy parsing",
        "'Effect':'Allow','Action':'s3:x' | Policy statement must contain resources.",
        "'Effect':'Allow','Action':'s3:x','Resource':[] | Policy statement must contain resources.",
        "'Effect':'Allow','Action':'invalid' | Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.",
        "'Effect':'Allow','Resource':'*' | Policy statement must contain actions.",
        "'Effect':'Allow' | Policy statement must contain actions.",
        "'Effect':'Allow','Action':[],'Resource':'*' | Policy statement must contain actions.",
        "'Effect':'Allow','Action':'s3:x','Resource':'*','Principal':'*' | Policy document should not specify a principal.",
        "'Effect':'Allow','Action':'s3:x','Resource':'arn:aws:s3:us-east-1::b' | "
            + "Resource arn:aws:s3:us-east-1::b can not contain region information.",
        "'Effect':'Allow','Action':'iam:x','Resource':'arn:aws:iam:us-east-1::role/b' | "
            + "IAM resource arn:aws:iam:us-east-1::role/b cannot contain region information.",
    })
    void faultsOfAStatement(String statement, String message) {
        assertThat(fault(Lab.policy("{" + statement + "}"))).isEqualTo(malformed(message));
    }

    @Test
    void anIamResourceIsOfAKnownKind() {
        assertThat(fault(Lab.allow("s3:x", "arn:aws:iam:::example_bucket")))
                .isEqualTo(malformed("IAM resource path must either be \"*\""
                + " or start with user/, federated-user/, role/, group/, instance-profile/, mfa/, server-certificate/,"
            + " policy/, sms-mfa/,"
                + " saml-provider/, oidc-provider/, report/, access-report/."));
        for (String known : new String[] {"role/x", "role*", "*", "root", "${aws:username}"}) {
            assertThat(fault(Lab.allow("iam:x", "arn:aws:iam::123456789012:" + known))).isEqualTo("none");
        }
    }

    @Test
    void statementIdsAreUniqueWords() {
        String statement = "{'Sid':'%s','Effect':'Allow','Action':'s3:x','Resource':'*'}";
        assertThat(fault(Lab.policy(statement.formatted("a") + "," + statement.formatted("a"))))
                .isEqualTo(malformed("Statement IDs (SID) in a single policy must be unique."));
        assertThat(fault(Lab.policy(statement.formatted("a b"))))
                .startsWith("400 MalformedPolicyDocument: Statement IDs (SID) must be alpha");
    }

    @Test
    void onlyAManagedPolicyMustNameTheCurrentVersion() {
        String old = "{\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"s3:ListBucket\",\"Resource\":\"arn:aws:s3:::b\"}}";
        assertThat(fault(old)).isEqualTo(malformed("Policy document must be version 2012-10-17 or greater."));
        assertThat(fault(old.replace("{\"Statement", "{\"Version\":\"2008-10-17\",\"Statement")))
                .isEqualTo(malformed("Policy document must be version 2012-10-17 or greater."));
        assertThatCode(() -> IdentityGrammar.check(old, false)).doesNotThrowAnyException();
    }

    @Test
    void deepNestingIsASyntaxErrorAndNoCrash() {
        assertThat(fault("[".repeat(100_000))).isEqualTo(malformed("Syntax errors in policy."));
    }
}
