package dev.remora.lambda;

import static dev.remora.lambda.LambdaLab.ACCOUNT;
import static dev.remora.lambda.LambdaLab.arn;
import static dev.remora.lambda.LambdaLab.function;
import static org.assertj.core.api.Assertions.assertThat;

import dev.remora.wire.AwsError;
import dev.remora.wire.Operation;
import dev.remora.wire.Permission;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.awscore.AwsRequest;
import software.amazon.awssdk.services.lambda.model.AddPermissionRequest;
import software.amazon.awssdk.services.lambda.model.AddPermissionResponse;
import software.amazon.awssdk.services.lambda.model.DeleteFunctionRequest;
import software.amazon.awssdk.services.lambda.model.GetPolicyRequest;
import software.amazon.awssdk.services.lambda.model.GetPolicyResponse;
import software.amazon.awssdk.services.lambda.model.InvokeRequest;
import software.amazon.awssdk.services.lambda.model.PublishVersionRequest;
import software.amazon.awssdk.services.lambda.model.RemovePermissionRequest;

/** Policies of functions; shapes and texts as AWS answered them to others. */
class FunctionPoliciesTest {
    private LambdaLab lab;

    @BeforeEach
    void open(@TempDir Path folder) {
        lab = new LambdaLab(folder);
        lab.active(function("f").build());
    }

    @AfterEach
    void close() throws Exception {
        lab.close();
    }

    private static AddPermissionRequest.Builder add(String id, String principal) {
        return AddPermissionRequest.builder()
                .functionName("f")
                .statementId(id)
                .action("lambda:InvokeFunction")
                .principal(principal);
    }

    private GetPolicyResponse policy(String name) {
        return lab.run(GetPolicyRequest.builder().functionName(name).build());
    }

    private static String text(AwsError error) {
        return error.status() + " " + error.code() + ": " + error.text();
    }

    @Test
    void eachPermissionIsAStatementOfThePolicy() {
        AddPermissionResponse first = lab.run(add("s3", "s3.amazonaws.com")
                .sourceArn("arn:aws:s3:::bucket").sourceAccount("111122223333").build());
        String statement = "{\"Sid\":\"s3\",\"Effect\":\"Allow\",\"Principal\":{\"Service\":\"s3.amazonaws.com\"},"
                + "\"Action\":\"lambda:InvokeFunction\",\"Resource\":\"" + arn("f") + "\","
                + "\"Condition\":{\"StringEquals\":{\"AWS:SourceAccount\":\"111122223333\"},"
                + "\"ArnLike\":{\"AWS:SourceArn\":\"arn:aws:s3:::bucket\"}}}";
        assertThat(first.statement()).isEqualTo(statement);
        lab.run(add("account", "444455556666").build());
        lab.run(add("all", "*").principalOrgID("o-0123456789").eventSourceToken("t").build());
        assertThat(policy("f").policy())
                .isEqualTo("{\"Version\":\"2012-10-17\",\"Id\":\"default\",\"Statement\":[" + statement
                        + ",{\"Sid\":\"account\",\"Effect\":\"Allow\",\"Principal\":{\"AWS\":\"arn:aws:iam::444455556666:root\"},"
                        + "\"Action\":\"lambda:InvokeFunction\",\"Resource\":\"" + arn("f") + "\"}"
                        + ",{\"Sid\":\"all\",\"Effect\":\"Allow\",\"Principal\":\"*\",\"Action\":\"lambda:InvokeFunction\","
                        + "\"Resource\":\"" + arn("f") + "\",\"Condition\":{\"StringEquals\":{"
                        + "\"aws:PrincipalOrgID\":\"o-0123456789\",\"lambda:EventSourceToken\":\"t\"}}}]}");
        lab.run(remove("s3").build());
        lab.run(remove("account").build());
        lab.run(remove("all").build());
        assertThat(text(lab.refusal(GetPolicyRequest.builder().functionName("f").build())))
                .isEqualTo("404 ResourceNotFoundException: The resource you requested does not exist.");
    }

    private static RemovePermissionRequest.Builder remove(String id) {
        return RemovePermissionRequest.builder().functionName("f").statementId(id);
    }

    @Test
    void aVersionHasAPolicyOfItsOwn() {
        lab.run(PublishVersionRequest.builder().functionName("f").build());
        lab.run(add("x", "444455556666").qualifier("1").build());
        lab.run(add("x", "444455556666").build());
        assertThat(policy("f:1").policy()).contains("\"Resource\":\"" + arn("f") + ":1\"");
        lab.run(remove("x").qualifier("1").build());
        assertThat(policy("f").policy()).contains("\"Resource\":\"" + arn("f") + "\"");
        lab.run(add("x", "444455556666").qualifier("1").build());
        lab.run(DeleteFunctionRequest.builder().functionName("f").qualifier("1").build());
        assertThat(lab.store.view().get(FunctionDocument.KIND, LambdaLab.SCOPE, "f").orElseThrow().policies())
                .containsOnlyKeys("");
        assertThat(text(lab.refusal(add("y", "*").qualifier("$LATEST").build()))).isEqualTo(
                "400 InvalidParameterValueException: We currently do not support adding policies for $LATEST.");
        assertThat(text(lab.refusal(add("y", "*").qualifier("7").build())))
                .isEqualTo("404 ResourceNotFoundException: Function not found: " + arn("f") + ":7");
    }

    @Test
    void aStatementIdIsThereOnce() {
        lab.run(add("x", "*").build());
        assertThat(text(lab.refusal(add("x", "444455556666").build()))).isEqualTo("409 ResourceConflictException: The statement"
                + " id (x) provided already exists. Please provide a new statement id, or remove the existing statement.");
    }

    @Test
    void whatIsNotThereCannotBeTakenAway() {
        assertThat(text(lab.refusal(remove("x").build())))
                .isEqualTo("404 ResourceNotFoundException: No policy is associated with the given resource.");
        lab.run(add("x", "*").build());
        assertThat(text(lab.refusal(remove("y").build())))
                .isEqualTo("404 ResourceNotFoundException: Statement y is not found in resource policy.");
        assertThat(text(lab.refusal(remove("x").functionName("none").build())))
                .isEqualTo("404 ResourceNotFoundException: No policy found for: " + arn("none"));
    }

    @Test
    void aPrincipalIsAServiceAnAccountOrAnArn() {
        lab.run(add("user", "arn:aws:iam::444455556666:user/path/alice").build());
        assertThat(policy("f").policy()).contains("{\"AWS\":\"arn:aws:iam::444455556666:user/path/alice\"}");
        for (String bad : List.of("alice", "12345", "arn:aws:iam::444455556666:policy/p")) {
            assertThat(text(lab.refusal(add("bad", bad).build()))).isEqualTo("400 InvalidParameterValueException: The provided"
                    + " principal was invalid. Please check the principal and try again.");
        }
    }

    @Test
    void aRevisionIsCheckedAndChanges() {
        String before = lab.configuration("f").revisionId();
        lab.run(add("x", "*").revisionId(before).build());
        String after = policy("f").revisionId();
        assertThat(after).isNotEqualTo(before).isEqualTo(lab.configuration("f").revisionId());
        String stale = "412 PreconditionFailedException: The Revision Id provided does not match the latest Revision Id. Call the"
                + " GetPolicy API to retrieve the latest Revision Id";
        assertThat(text(lab.refusal(add("y", "*").revisionId(before).build()))).isEqualTo(stale);
        assertThat(text(lab.refusal(remove("x").revisionId(before).build()))).isEqualTo(stale);
        lab.run(remove("x").revisionId(after).build());
    }

    @Test
    void aPolicyIsNotLongerThanTwentyKilobytes() {
        AwsError error = null;
        int added = 0;
        while (error == null && added < 1000) {
            try {
                lab.run(add("a".repeat(90) + added, "s3.amazonaws.com").build());
                added++;
            } catch (AwsError refused) {
                error = refused;
            }
        }
        assertThat(text(Objects.requireNonNull(error)))
                .matches("400 PolicyLengthExceededException: The final policy size \\(2\\d{4}\\) is bigger than the limit"
                        + " \\(20480\\)\\.");
        assertThat(policy("f").policy().length()).isBetween(20_000, 20_480);
    }

    @Test
    void callsNeedPermissionsOnTheirFunctionWithItsTags() {
        lab.active(function("g").tags(Map.of("team", "a")).build());
        assertThat(needed(InvokeRequest.builder().functionName("g").qualifier("1").build())).containsExactly(
                new Permission("lambda:InvokeFunction", arn("g") + ":1", Map.of("aws:ResourceTag/team", List.of("a"))));
        assertThat(needed(function("h").tags(Map.of("k", "v")).build()))
                .extracting(p -> p.action() + " " + p.resource())
                .containsExactly("lambda:CreateFunction " + arn("h"), "lambda:TagResource " + arn("h"),
                        "iam:PassRole arn:aws:iam::" + ACCOUNT + ":role/lambda-role");
        assertThat(keys(add("x", "444455556666").build())).isEqualTo(Map.of("lambda:Principal", List.of("444455556666")));
        lab.run(add("x", "arn:aws:iam::" + ACCOUNT + ":role/r").build());
        assertThat(keys(remove("x").build()))
                .isEqualTo(Map.of("lambda:Principal", List.of("arn:aws:iam::" + ACCOUNT + ":role/r")));
    }

    private Operation<?, ?> operation(AwsRequest request) {
        return Objects.requireNonNull(lab.service.operations()
                .byName(request.getClass().getSimpleName().replace("Request", "")));
    }

    private List<Permission> needed(AwsRequest request) {
        return needed(operation(request), request);
    }

    private <I extends AwsRequest> List<Permission> needed(Operation<I, ?> operation, AwsRequest request) {
        return operation.permissions(operation.request().cast(request)).apply(lab.call());
    }

    private Map<String, List<String>> keys(AwsRequest request) {
        return keys(operation(request), request);
    }

    private <I extends AwsRequest> Map<String, List<String>> keys(Operation<I, ?> operation, AwsRequest request) {
        return operation.context(operation.request().cast(request)).apply(lab.call());
    }
}
