package dev.remora.lambda;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remora.wire.AwsError;
import dev.remora.wire.Call;
import dev.remora.wire.Principal;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FunctionNameTest {
    private static final Call CALL =
            new Call("id", "us-east-1", new Principal.Root("111122223333"), "127.0.0.1", Instant.EPOCH);

    @ParameterizedTest
    @CsvSource({
        "f,",
        "f:1,1",
        "f:$LATEST,$LATEST",
        "function:f,",
        "function:f:prod,prod",
        "111122223333:function:f,",
        "111122223333:function:f:7,7",
        "us-east-1:111122223333:function:f,",
        "arn:aws:lambda:us-east-1:111122223333:function:f,",
        "arn:aws:lambda:us-east-1:111122223333:function:f:$LATEST,$LATEST",
    })
    void formsOfOneFunction(String given, String qualifier) {
        FunctionName name = FunctionName.reach(given, null, CALL);

        assertThat(name.name()).isEqualTo("f");
        assertThat(name.arn()).isEqualTo("arn:aws:lambda:us-east-1:111122223333:function:f");
        assertThat(name.qualifier()).isEqualTo(Optional.ofNullable(qualifier));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a b", "f:", "f::1", "arn:aws:lambda:us-east-1:1:function:f", "arn:aws:s3:::bucket",
            "f:$latest", "é"})
    void malformed(String given) {
        AwsError error = LambdaLab.refusal(() -> FunctionName.reach(given, null, CALL));

        assertThat(error.code()).isEqualTo("ValidationException");
        assertThat(error.text()).startsWith("1 validation error detected: Value '" + given
                + "' at 'functionName' failed to satisfy constraint: Member must satisfy regular expression pattern: (arn:");
    }

    @Test
    void tooLongNamesAndArns() {
        AwsError name = LambdaLab.refusal(() -> FunctionName.reach("f".repeat(65), null, CALL));
        assertThat(name.code()).isEqualTo("InvalidParameterValueException");
        assertThat(name.text()).endsWith("failed to satisfy constraint: Member must have length less than or equal to 64");

        AwsError arn = LambdaLab.refusal(() -> FunctionName.reach("f".repeat(141), null, CALL));
        assertThat(arn.code()).isEqualTo("ValidationException");
        assertThat(arn.text()).endsWith("Member must have length less than or equal to 140");
    }

    @Test
    void qualifiersMustAgree() {
        assertThat(FunctionName.reach("f:1", "1", CALL).version()).isEqualTo("1");
        assertThat(FunctionName.reach("f", "1", CALL).asked()).endsWith(":function:f:1");
        assertThat(FunctionName.reach("f", null, CALL).version()).isEqualTo("$LATEST");

        AwsError error = LambdaLab.refusal(() -> FunctionName.reach("f:1", "2", CALL));
        assertThat(error.toString())
                .isEqualTo("InvalidParameterValueException: The derived qualifier from the function name does not match the"
                + " specified"
                        + " qualifier.");
    }

    @Test
    void otherRegionsAndAccountsAreOutOfReach() {
        AwsError region = LambdaLab.refusal(() -> FunctionName.reach(
                "arn:aws:lambda:eu-west-1:111122223333:function:f", null, CALL));
        assertThat(region.status()).isEqualTo(404);
        assertThat(region.text()).isEqualTo("Functions from 'eu-west-1' are not reachable in this region ('us-east-1')");

        AwsError account = LambdaLab.refusal(() -> FunctionName.own("999999999999:function:f", CALL,
                "lambda:CreateEventSourceMapping"));
        assertThat(account.status()).isEqualTo(403);
        assertThat(account.code()).isEqualTo("AccessDeniedException");
        assertThat(account.text())
                .isEqualTo("User: arn:aws:iam::111122223333:root is not authorized to perform: lambda:CreateEventSourceMapping"
                        + " on resource: arn:aws:lambda:us-east-1:999999999999:function:f because no resource-based policy"
                        + " allows the lambda:CreateEventSourceMapping action");
    }
}
