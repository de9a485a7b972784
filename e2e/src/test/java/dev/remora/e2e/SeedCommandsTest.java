package dev.remora.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import tools.jackson.databind.JsonNode;

/**
 * The three AWS CLI commands of "Giving Lambda functions access to resources in an Amazon VPC". The page prints a space after
 * {@code Ipv6AllowedForDualStack=true,} in the second one; no shell passes that as one argument, so here it is left out.
 */
@Tag("e2e")
@ExtendWith(SharedServer.class)
@DisplayName("Attaching Lambda functions to an Amazon VPC with the AWS CLI")
class SeedCommandsTest {
    @Test
    @DisplayName(
            "create-function --vpc-config attaches a new function; update-function-configuration attaches an existing"
                    + " one; empty lists unattach it")
    void asPrinted(Account account) {
        var network = Network.create(account);
        String role = Functions.of(account).role("lambda-role", Functions.VPC_ACCESS);
        String zip = "fileb://" + Zips.of(Map.of("index.js", "exports.js = async () => 'hello';"));
        String attached = "Ipv6AllowedForDualStack=false,SubnetIds=" + network.subnetA() + "," + network.subnetB()
                + ",SecurityGroupIds=" + network.app();

        JsonNode created = account.aws(
                "lambda",
                "create-function",
                "--function-name",
                "my-function",
                "--runtime",
                "nodejs20.x",
                "--handler",
                "index.js",
                "--zip-file",
                zip,
                "--role",
                role,
                "--vpc-config",
                attached);
        assertThat(created.get("State").asString()).isEqualTo("Pending");
        assertThat(created.get("StateReasonCode").asString()).isEqualTo("Creating");
        assertThat(created.has("LastUpdateStatus")).isFalse();
        assertThat(created.get("VpcConfig").get("VpcId").asString()).isEqualTo(network.vpc());
        account.aws("lambda", "wait", "function-active-v2", "--function-name", "my-function");

        JsonNode unattached = account.aws(
                "lambda",
                "update-function-configuration",
                "--function-name",
                "my-function",
                "--vpc-config",
                "SubnetIds=[],SecurityGroupIds=[]");
        assertThat(unattached.get("LastUpdateStatus").asString()).isEqualTo("InProgress");
        account.aws("lambda", "wait", "function-updated-v2", "--function-name", "my-function");
        JsonNode config = account.aws("lambda", "get-function-configuration", "--function-name", "my-function")
                .get("VpcConfig");
        assertThat(config.get("SubnetIds")).isEmpty();
        assertThat(config.get("SecurityGroupIds")).isEmpty();
        assertThat(config.get("VpcId").asString()).isEmpty();
        Eventually.holds("the interfaces of the unattached function are gone", () -> network.sdk()
                .ec2()
                .describeNetworkInterfaces(
                        r -> r.filters(x -> x.name("interface-type").values("lambda")))
                .networkInterfaces()
                .isEmpty());

        account.aws(
                "lambda", "update-function-configuration", "--function-name", "my-function", "--vpc-config", attached);
        account.aws("lambda", "wait", "function-updated-v2", "--function-name", "my-function");
        assertThat(account.aws("lambda", "get-function-configuration", "--function-name", "my-function")
                        .get("VpcConfig")
                        .get("SubnetIds"))
                .hasSize(2);
        // The commands leave the function AWS's three seconds, which a busy machine may need to start it.
        Functions.of(account).lambda().updateFunctionConfiguration(r -> r.functionName("my-function").timeout(30));
        account.aws("lambda", "wait", "function-updated-v2", "--function-name", "my-function");
        assertThat(Functions.of(account).invoke("my-function", "{}").payload()).isEqualTo("\"hello\"");
    }

    @Test
    @DisplayName("All selected subnets must have an IPv4 and an IPv6 block if IPv6 is allowed")
    void ipv6NeedsDualStackSubnets(Account account) {
        var network = Network.create(account);
        String role = Functions.of(account).role("lambda-role", Functions.VPC_ACCESS);
        String answer = account.node(
                """
            const { LambdaClient, CreateFunctionCommand } = require('@aws-sdk/client-lambda');
            new LambdaClient({}).send(new CreateFunctionCommand({ FunctionName: 'f', Runtime: 'nodejs20.x', Handler: 'index.js',
              Role: '%s', Code: { ZipFile: require('fs').readFileSync('%s') },
              VpcConfig: { Ipv6AllowedForDualStack: true, SubnetIds: ['%s'], SecurityGroupIds: ['%s'] } }))
              .then(() => console.log('created'), e => console.log(e.name, e.$metadata.httpStatusCode, e.message));
            """
                        .formatted(role, Zips.of(Map.of("index.js", "")), network.subnetA(), network.app()));
        assertThat(answer).startsWith("InvalidParameterValueException 400").contains(network.subnetA());
    }
}
