package dev.remora.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@Tag("e2e")
@ExtendWith(SharedServer.class)
@DisplayName("Parameters are kept in hierarchies and versions")
class ParametersAreKeptTest {
    @Test
    @DisplayName("the AWS CLI puts, overwrites, reads and deletes them")
    void withTheCli(Account account) {
        account.aws("ssm", "put-parameter", "--name", "/shop/host", "--type", "String", "--value", "10.0.2.4");
        account.aws("ssm", "put-parameter", "--name", "/shop/password", "--type", "SecureString", "--value", "correct-horse");
        assertThat(account.aws("ssm", "put-parameter", "--name", "/shop/host", "--value", "10.0.2.5", "--overwrite")
                .get("Version").asInt())
                .isEqualTo(2);
        assertThat(account.aws("ssm", "get-parameter", "--name", "/shop/host:1").get("Parameter").get("Value").asString())
                .isEqualTo("10.0.2.4");
        assertThat(account.aws("ssm", "get-parameters-by-path", "--path", "/shop", "--with-decryption").get("Parameters"))
                .extracting(p -> p.get("Name").asString() + "=" + p.get("Value").asString())
                .containsExactly("/shop/host=10.0.2.5", "/shop/password=correct-horse");
        account.aws("ssm", "delete-parameter", "--name", "/shop/host");
        assertThat(account.awsFails("ssm", "get-parameter", "--name", "/shop/host"))
                .isEqualTo("An error occurred (ParameterNotFound) when calling the GetParameter operation:");
        assertThat(account.awsVersion2("ssm", "get-parameter", "--name", "/shop/password").mustSucceed().out())
                .contains("SecureString").doesNotContain("correct-horse");
    }

    @Test
    @DisplayName("boto3 sees AWS's errors, and nobody writes what AWS publishes")
    void withBoto3(Account account) {
        assertThat(account.boto3("""
            ssm = client('ssm')
            ssm.put_parameter(Name='a', Value='1', Type='String')
            print(refused(ssm.put_parameter, Name='a', Value='2', Type='String'))
            print(refused(ssm.put_parameter, Name='/aws/service/x', Value='2', Type='String'))
            print(ssm.get_parameters(Names=['a', 'b'])['InvalidParameters'])
            """).lines()).containsExactly(
                "400 ParameterAlreadyExists: The parameter already exists. To overwrite this value, set the overwrite option"
                        + " in the request"
                        + " to true.",
                "400 AccessDeniedException: No access to reserved parameter name: /aws/service/x.",
                "['b']");
    }
}
