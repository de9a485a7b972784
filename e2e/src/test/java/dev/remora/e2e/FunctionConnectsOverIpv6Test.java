package dev.remora.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import software.amazon.awssdk.services.lambda.model.VpcConfig;

@Tag("e2e")
@ExtendWith(SharedServer.class)
@DisplayName("A function connects over IPv6")
class FunctionConnectsOverIpv6Test {
    private static final String CONNECT = """
            import socket
            def handler(event, context):
                host, port = event['host'], 5432
                with socket.socket(socket.AF_INET6, socket.SOCK_STREAM) as s:
                    s.settimeout(event['seconds'])
                    try:
                        s.connect((host, port))
                        return s.recv(100).decode()
                    except OSError as e:
                        return 'failed: ' + str(e)
            """;

    @Test
    @DisplayName("to a server in its VPC, if it is allowed to and its subnets are dual-stack")
    void inside(Account account) throws Exception {
        var ec2 = Sdk.of(account).ec2();
        String vpc = ec2.createVpc(r -> r.cidrBlock("10.0.0.0/16").amazonProvidedIpv6CidrBlock(true)).vpc().vpcId();
        String block = ec2.describeVpcs(r -> r.vpcIds(vpc))
                .vpcs()
                .getFirst()
                .ipv6CidrBlockAssociationSet()
                .getFirst()
                .ipv6CidrBlock();
        String subnet = ec2.createSubnet(
                        r -> r.vpcId(vpc).cidrBlock("10.0.1.0/24").ipv6CidrBlock(block.replace("/56", "/64")))
                .subnet()
                .subnetId();
        ec2.modifySubnetAttribute(r -> r.subnetId(subnet).assignIpv6AddressOnCreation(v -> v.value(true)));
        String group = ec2.createSecurityGroup(r -> r.vpcId(vpc).groupName("app").description("app")).groupId();
        account.aws(
                "ec2", "authorize-security-group-ingress", "--group-id", group, "--ip-permissions",
                "IpProtocol=tcp,FromPort=5432,ToPort=5432,UserIdGroupPairs=[{GroupId=" + group + "}]");
        var functions = Functions.of(account);
        String role = functions.role("r", Functions.VPC_ACCESS);
        for (boolean allowed : new boolean[] {true, false}) {
            functions.python("f" + allowed, role, CONNECT, f -> f.vpcConfig(VpcConfig.builder()
                    .subnetIds(subnet)
                    .securityGroupIds(group)
                    .ipv6AllowedForDualStack(allowed)
                    .build()));
        }
        try (var onHost = new ServerSocket(0, 16, InetAddress.getLoopbackAddress())) {
            Thread.ofPlatform().daemon().start(() -> Greeting.serve(onHost));
            Process bridge = Greeting.bridge(account, subnet, "5432", "--groups", group, "--to", "" + onHost.getLocalPort());
            try (var out = new BufferedReader(new InputStreamReader(bridge.getInputStream(), StandardCharsets.UTF_8))) {
                assertThat(out.readLine()).contains("10.0.1.");
                String host = ec2.describeNetworkInterfaces(
                                r -> r.filters(f -> f.name("requester-id").values("remora")))
                        .networkInterfaces()
                        .getFirst()
                        .ipv6Addresses()
                        .getFirst()
                        .ipv6Address();
                String event = "{\"seconds\":20,\"host\":\"" + host + "\"}";
                assertThat(functions.invoke("ftrue", event).payload()).isEqualTo("\"hello\"");
                assertThat(functions.invoke("ffalse", event).payload()).contains("failed");
            } finally {
                bridge.destroy();
                bridge.waitFor();
            }
        }
        assertThat(ec2.describeNetworkInterfaces(r -> r.filters(f -> f.name("interface-type").values("lambda")))
                        .networkInterfaces())
                .as("shared by both, with an address of each family")
                .singleElement()
                .satisfies(i -> assertThat(i.ipv6Addresses()).hasSize(1));
    }
}
