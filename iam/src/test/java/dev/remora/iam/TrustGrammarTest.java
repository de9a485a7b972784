package dev.remora.iam;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TrustGrammarTest {
    private static final String KNOWN = "arn:aws:iam::123456789012:role/known";

    private static String fault(String text) {
        return Lab.fault(() -> TrustGrammar.check(text.replace('\'', '"'), KNOWN::equals));
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "{'Service':'lambda.amazonaws.com'}",
        "{'Service':['lambda.amazonaws.com','edgelambda.amazonaws.com']}",
        "{'Service':['a.b.aws.internal','ec2.amazonaws.com.cn','x.amazon.com']}",
        "{'AWS':'123456789012'}",
        "{'AWS':'arn:aws:iam::123456789012:root'}",
        "{'AWS':['*']}",
        "{'AWS':'" + KNOWN + "'}",
        "{'AWS':'arn:aws:sts::123456789012:assumed-role/r/s'}",
        "{'Federated':'cognito-identity.amazonaws.com'}",
        "'*'",
    })
    void takes(String principal) {
        assertThat(fault(Lab.trust(principal))).isEqualTo("none");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
        "{'AWS':'arn:aws:iam::123456789012:role/unknown'} | \"AWS\":\"arn:aws:iam::123456789012:role/unknown\"",
        "{'AWS':'arn:aws:iam::123456789012:user/nobody'} | \"AWS\":\"arn:aws:iam::123456789012:user/nobody\"",
        "{'AWS':'arn:aws:iam::123456789012:role/*'} | \"AWS\":\"arn:aws:iam::123456789012:role/*\"",
        "{'AWS':'1234'} | \"AWS\":\"1234\"",
        "{'Service':'lambda'} | \"SERVICE\":\"lambda\"",
        "{'Service':'*'} | \"SERVICE\":\"*\"",
        "{'Service':'amazonaws.com'} | \"SERVICE\":\"amazonaws.com\"",
        "{'Service':'a.examazonaws.com'} | \"SERVICE\":\"a.examazonaws.com\"",
        "'anna' | \"AWS\":\"anna\"",
    })
    void refusesPrincipalsThatDoNotExist(String principal, String named) {
        assertThat(fault(Lab.trust(principal))).isEqualTo("400 MalformedPolicyDocument: Invalid principal in policy: " + named);
    }

    @Test
    void refusesServicesHoweverLong() {
        String name = "a.".repeat(60_000) + "a";
        assertThat(fault(Lab.trust("{'Service':'" + name + "'}"))).endsWith("\"SERVICE\":\"" + name + "\"");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
        "not json | This policy contains invalid Json",
        "{'Version':'2012-10-17','Statement':[{'Effect':'Allow','Principal':'*','Action':'sts:AssumeRole'},]} | "
            + "This policy contains invalid Json",
        "{'Version':'2012-10-17'} | Missing required field Statement",
        "{'Statement':[{'Effect':'Allow','Principal':'*','Action':'s3:GetObject'}]} | "
            + "AssumeRole policy may only specify STS AssumeRole actions.",
        "{'Statement':[{'Effect':'Allow','Principal':'*','Action':'sts:AssumeRole','Resource':'*'}]} | "
            + "Has prohibited field Resource",
        "{'Statement':[{'Effect':'Allow','Action':'sts:AssumeRole'}]} | Missing required field Principal",
        "{'Statement':[{'Effect':'Allow','Principal':'*'}]} | Missing required field Action",
        "{'Statement':[{'Principal':'*','Action':'sts:AssumeRole'}]} | Missing required field Effect",
        "{'Statement':[{'Effect':'Maybe','Principal':'*','Action':'sts:AssumeRole'}]} | Invalid effect: Maybe",
        "{'Statement':[{'Effect':'Allow','NotPrincipal':'*','Action':'sts:AssumeRole'}]} | Has prohibited field NotPrincipal",
        "{'Version':'2020-01-01','Statement':[{'Effect':'Allow','Principal':'*','Action':'sts:AssumeRole'}]} | "
            + "Syntax errors in policy.",
        "{'Statement':[{'Sid':'a','Effect':'Allow','Principal':'*','Action':'sts:AssumeRole'},"
            + "{'Sid':'a','Effect':'Deny','Principal':'*','Action':'sts:AssumeRole'}]} | "
            + "Statement IDs (SID) in a single policy must be unique.",
        "{'Statement':[{'Effect':'Allow','Principal':'*','Action':'sts:AssumeRole','Condition':{'Same':{'a':'b'}}}]} | "
            + "Syntax errors in policy.",
    })
    void refuses(String text, String message) {
        assertThat(fault(text)).isEqualTo("400 MalformedPolicyDocument: " + message);
    }
}
