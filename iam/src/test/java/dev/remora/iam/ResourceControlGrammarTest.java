package dev.remora.iam;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What Organizations takes as such a policy. Quotes are apostrophes, and a bare statement is wrapped into a policy. */
class ResourceControlGrammarTest {
    private static String text(String text) {
        String policy = text.startsWith("{") ? text : "{'Version':'2012-10-17','Statement':{" + text + "}}";
        return policy.replace('\'', '"');
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "'Effect':'Deny','Principal':'*','Action':'s3:*','Resource':'*'",
        "'Effect':'Deny','Principal':'*','Action':['s3:Put?bject','sts:AssumeRole','sqs:*Message'],'Resource':'arn:aws:s3:::b/*'",
        "'Sid':'a','Effect':'Deny','Principal':'*','Action':'secretsmanager:*','NotResource':'*',"
            + "'Condition':{'StringNotEqualsIfExists':{'aws:PrincipalOrgID':'o-example'}}",
        "{'Version':'2012-10-17','Statement':[{'Effect':'Deny','Principal':'*','Action':'kms:*','Resource':'*'}]}",
    })
    void taken(String policy) {
        assertThatCode(() -> PolicyText.checkResourceControl(text(policy))).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
        "{ | Syntax errors in policy.",
        "'Effect':'Deny','Principal':'*','Action':'s3:*','NotAction':'s3:x','Resource':'*' | Syntax errors in policy.",
        "{'Statement':{'Effect':'Deny','Principal':'*','Action':'s3:*','Resource':'*'}}"
            + " | Policy document must be version 2012-10-17 or greater.",
        "{'Version':'2008-10-17','Statement':{'Effect':'Deny','Principal':'*','Action':'s3:*','Resource':'*'}}"
            + " | Policy document must be version 2012-10-17 or greater.",
        "'Effect':'Allow','Principal':'*','Action':'s3:*','Resource':'*' | The Effect of a resource control policy must be Deny.",
        "'Effect':'Deny','Action':'s3:*','Resource':'*' | The Principal of a resource control policy must be \"*\".",
        "'Effect':'Deny','Principal':{'AWS':'*'},'Action':'s3:*','Resource':'*'"
            + " | The Principal of a resource control policy must be \"*\".",
        "'Effect':'Deny','Principal':'111122223333','Action':'s3:*','Resource':'*'"
            + " | The Principal of a resource control policy must be \"*\".",
        "'Effect':'Deny','NotPrincipal':'*','Action':'s3:*','Resource':'*'"
            + " | NotPrincipal is not supported in resource control policies.",
        "'Effect':'Deny','Principal':'*','NotAction':'s3:*','Resource':'*'"
            + " | NotAction is not supported in resource control policies.",
        "'Effect':'Deny','Principal':'*','Resource':'*' | Policy statement must contain actions.",
        "'Effect':'Deny','Principal':'*','Action':'s3:*' | Policy statement must contain resources.",
        "'Effect':'Deny','Principal':'*','Action':'*','Resource':'*'"
            + " | The Action of a resource control policy must name a service.",
        "'Effect':'Deny','Principal':'*','Action':'*:*','Resource':'*'"
            + " | The service * does not support resource control policies.",
        "'Effect':'Deny','Principal':'*','Action':'s*:*','Resource':'*' | Vendor s* is not valid",
        "'Effect':'Deny','Principal':'*','Action':['s3:*','ec2:*'],'Resource':'*'"
            + " | The service ec2 does not support resource control policies.",
        "'Effect':'Deny','Principal':'*','Action':'S3:*','Resource':'*'"
            + " | The service S3 does not support resource control policies.",
        "'Effect':'Deny','Principal':'*','Action':'s3:*','Resource':'bucket'"
            + " | Resource bucket must be in ARN format or \"*\".",
    })
    void refused(String policy, String fault) {
        assertThat(Lab.fault(() -> PolicyText.checkResourceControl(text(policy))))
                .isEqualTo("400 MalformedPolicyDocument: " + fault);
    }
}
