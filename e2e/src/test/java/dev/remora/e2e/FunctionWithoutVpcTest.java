package dev.remora.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@Tag("e2e")
@ExtendWith(SharedServer.class)
@DisplayName("A function without a VPC")
class FunctionWithoutVpcTest {
    @Test
    @DisplayName("calls sts get-caller-identity by boto3 with its role's credentials")
    void boto3(Account account) {
        var functions = Functions.of(account);
        functions.python(
                "identity",
                functions.role("r"),
                """
            import boto3
            def handler(event, context): return boto3.client('sts').get_caller_identity()['Arn']
            """,
                f -> f.timeout(30).memorySize(512));
        assertThat(functions.invoke("identity", "{}").payload())
                .isEqualTo("\"arn:aws:sts::" + account.id() + ":assumed-role/r/identity\"");
    }

    @Test
    @DisplayName("calls sts get-caller-identity by the AWS SDK for JavaScript with its role's credentials")
    void javascript(Account account) {
        var functions = Functions.of(account);
        functions.node(
                "identity",
                functions.role("r"),
                """
            const { STSClient, GetCallerIdentityCommand } = require('@aws-sdk/client-sts');
            exports.handler = async () => (await new STSClient({}).send(new GetCallerIdentityCommand({}))).Arn;
            """,
                f -> f.timeout(30).memorySize(512));
        assertThat(functions.invoke("identity", "{}").payload())
                .isEqualTo("\"arn:aws:sts::" + account.id() + ":assumed-role/r/identity\"");
    }

    @Test
    @DisplayName(
            "reaches AWS under its own name and its certificate verifies; a function in a VPC without a way out does"
                    + " not reach it")
    void namesOfAws(Account account) {
        var network = Network.create(account);
        var functions = Functions.of(account);
        String role = functions.role("r", Functions.VPC_ACCESS);
        String code =
                """
            import urllib.request, urllib.error, socket
            def handler(event, context):
                try: return urllib.request.urlopen('https://sts.us-east-1.amazonaws.com/', timeout=event['seconds']).status
                except urllib.error.HTTPError as e: return e.code
                except (urllib.error.URLError, socket.timeout, TimeoutError) as e: return 'unreachable'
            """;
        functions.python("outside", role, code, f -> f);
        functions.python("inside", role, code, f -> f.vpcConfig(Functions.in(network)));
        assertThat(functions.invoke("outside", Functions.PATIENTLY).payload()).isIn("400", "403", "404", "200");
        assertThat(functions.invoke("inside", Functions.BRIEFLY).payload()).isEqualTo("\"unreachable\"");
    }

    @Test
    @DisplayName("has no VpcConfig in its description")
    void noVpcConfig(Account account) {
        var functions = Functions.of(account);
        functions.python("plain", functions.role("r"), "def handler(e, c): return 1", f -> f);
        assertThat(account.aws("lambda", "get-function-configuration", "--function-name", "plain")
                        .has("VpcConfig"))
                .isFalse();
    }
}
