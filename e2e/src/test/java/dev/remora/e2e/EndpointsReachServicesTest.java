package dev.remora.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@Tag("e2e")
@ExtendWith(SharedServer.class)
@DisplayName("Endpoints reach AWS's services from a private subnet")
class EndpointsReachServicesTest {
    private static final String WHO = """
            import boto3
            from botocore.config import Config
            def handler(event, context):
                tries = Config(connect_timeout=event['seconds'], retries={'max_attempts': 0})
                try:
                    return boto3.client('sts', config=tries).get_caller_identity()['Arn']
                except Exception as e:
                    return type(e).__name__ + ' ' + str(e)
            """;

    private static final String WHO_IN_JAVASCRIPT = """
            const { STSClient, GetCallerIdentityCommand } = require('@aws-sdk/client-sts');
            exports.handler = async () => (await new STSClient({}).send(new GetCallerIdentityCommand({}))).Arn;
            """;

    private static final String DENYING = """
            {"Version": "2012-10-17", "Statement": [
              {"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole", "Resource": "*"}]}""";

    /** The host's boto3 may be of a time when STS was asked by its global name, which no endpoint takes over. */
    private static final Map<String, String> REGIONAL = Map.of("AWS_STS_REGIONAL_ENDPOINTS", "regional");

    private static String who(Functions functions, String howLong) {
        return functions.invoke("who", howLong).payload();
    }

    @Test
    @DisplayName("without NAT or endpoint sts times out; with one it works; its policy refuses")
    void sts(Account account) {
        var network = Network.create(account);
        var functions = Functions.of(account);
        String role = functions.role("r", Functions.VPC_ACCESS);
        functions.python("who", role, WHO, f -> f.vpcConfig(Functions.in(network))
                .memorySize(512)
                .environment(e -> e.variables(REGIONAL)));
        assertThat(who(functions, Functions.BRIEFLY)).contains("ConnectTimeoutError");

        account.aws("ec2", "modify-vpc-attribute", "--vpc-id", network.vpc(), "--enable-dns-hostnames");
        network.allow(443);
        String id = account.aws(
                        "ec2", "create-vpc-endpoint", "--vpc-id", network.vpc(), "--vpc-endpoint-type", "Interface",
                        "--service-name", "com.amazonaws.us-east-1.sts", "--subnet-ids", network.subnetA(), network.subnetB(),
                        "--security-group-ids", network.db())
                .get("VpcEndpoint")
                .get("VpcEndpointId")
                .asString();
        assertThat(who(functions, Functions.PATIENTLY)).contains(":assumed-role/r/who");

        functions.node("node", role, WHO_IN_JAVASCRIPT, f -> f.vpcConfig(Functions.in(network)).memorySize(512));
        assertThat(functions.invoke("node", "{}").payload()).contains(":assumed-role/r/node");

        account.aws("ec2", "modify-vpc-endpoint", "--vpc-endpoint-id", id, "--policy-document", DENYING);
        assertThat(who(functions, Functions.PATIENTLY))
                .contains("AccessDenied", "because no VPC endpoint policy allows the sts:GetCallerIdentity action");

        account.aws("ec2", "modify-vpc-endpoint", "--vpc-endpoint-id", id, "--reset-policy");
        network.revoke(443);
        functions.lambda().updateFunctionConfiguration(r -> r.functionName("who").description("a new environment"));
        functions.lambda().waiter().waitUntilFunctionUpdatedV2(r -> r.functionName("who"));
        assertThat(who(functions, Functions.BRIEFLY)).contains("ConnectTimeoutError");

        account.aws("ec2", "delete-vpc-endpoints", "--vpc-endpoint-ids", id);
        assertThat(account.aws("ec2", "describe-vpc-endpoints").get("VpcEndpoints")).isEmpty();
    }

    private static final String BUCKET = """
            import boto3
            from botocore.config import Config
            def handler(event, context):
                tries = Config(connect_timeout=event['seconds'], retries={'max_attempts': 0})
                try:
                    return boto3.client('s3', config=tries).get_object(Bucket=event['bucket'], Key='k')['Body'].read().decode()
                except Exception as e:
                    return type(e).__name__ + ' ' + str(e)
            """;

    @Test
    @DisplayName("a gateway endpoint is a route to S3")
    void s3(Account account) {
        var network = Network.create(account);
        var functions = Functions.of(account);
        String role = functions.role("r", Functions.VPC_ACCESS, "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess");
        String bucket = "gateway-" + account.id();
        account.aws("s3api", "create-bucket", "--bucket", bucket);
        account.boto3("client('s3').put_object(Bucket='" + bucket + "', Key='k', Body=b'hello')");
        functions.python("get", role, BUCKET, f -> f.vpcConfig(Functions.in(network)).memorySize(512));
        String event = "{\"seconds\":%d,\"bucket\":\"" + bucket + "\"}";
        assertThat(functions.invoke("get", event.formatted(1)).payload()).contains("ConnectTimeoutError");
        String table = account.aws("ec2", "describe-route-tables", "--filters", "Name=vpc-id,Values=" + network.vpc())
                .get("RouteTables")
                .get(0)
                .get("RouteTableId")
                .asString();
        account.aws(
                "ec2", "create-vpc-endpoint", "--vpc-id", network.vpc(), "--service-name", "com.amazonaws.us-east-1.s3",
                "--route-table-ids", table);
        assertThat(functions.invoke("get", event.formatted(20)).payload()).isEqualTo("\"hello\"");
    }
}
