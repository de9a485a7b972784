package dev.remora.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import software.amazon.awssdk.services.lambda.model.VpcConfig;

/**
 * The Python example of AWS's page on Lambda and VPCs, "Connect to IPv6 server", as it is printed there, with the import that it
 * needs: {@code connect_to_server.py}. It returns nothing, so the server tells what came.
 */
@Tag("e2e")
@ExtendWith(SharedServer.class)
@DisplayName("AWS's example of a function that connects to an IPv6 server")
class SeedHandlerConnectsOverIpv6Test {
    /** Keeps what a client at an IPv6 address says, and says it back. */
    private static final String SERVER = """
            #!/usr/bin/python3
            import os, socket
            listener = socket.create_server(('::', 7000), family=socket.AF_INET6)
            if os.fork():
                os._exit(0)
            while True:
                connection, client = listener.accept()
                with connection, open('/srv/received', 'a') as kept:
                    message = connection.recv(4096)
                    kept.write(client[0] + ' ' + message.decode() + '\\n')
                    kept.flush()
                    connection.sendall(message)
            """;

    @Test
    @DisplayName("runs as it is printed against an instance, from a dual-stack subnet, if the function may use IPv6")
    void asPrinted(Account account) throws Exception {
        var ec2 = Sdk.of(account).ec2();
        String vpc = ec2.createVpc(r -> r.cidrBlock("10.0.0.0/16").amazonProvidedIpv6CidrBlock(true)).vpc().vpcId();
        String block = ec2.describeVpcs(r -> r.vpcIds(vpc)).vpcs().getFirst()
                .ipv6CidrBlockAssociationSet().getFirst().ipv6CidrBlock();
        String subnet = ec2.createSubnet(
                        r -> r.vpcId(vpc).cidrBlock("10.0.1.0/24").ipv6CidrBlock(block.replace("/56", "/64")))
                .subnet()
                .subnetId();
        String group = ec2.createSecurityGroup(r -> r.vpcId(vpc).groupName("app").description("app")).groupId();
        account.aws(
                "ec2", "authorize-security-group-ingress", "--group-id", group, "--ip-permissions",
                "IpProtocol=tcp,FromPort=7000,ToPort=7000,UserIdGroupPairs=[{GroupId=" + group + "}]");
        String image = account.aws("ssm", "get-parameter", "--name", "/aws/service/debian/release/12/latest/amd64")
                .get("Parameter").get("Value").asString();
        var launched = account.aws(
                        "ec2", "run-instances", "--image-id", image, "--instance-type", "t3.micro", "--subnet-id", subnet,
                        "--security-group-ids", group, "--ipv6-address-count", "1", "--user-data", SERVER)
                .get("Instances").get(0);
        String id = launched.get("InstanceId").asString();
        String host = launched.get("NetworkInterfaces").get(0).get("Ipv6Addresses").get(0).get("Ipv6Address").asString();

        var functions = Functions.of(account);
        String role = functions.role("r", Functions.VPC_ACCESS);
        for (boolean allowed : new boolean[] {true, false}) {
            functions.create("f" + allowed, "python3.12", "index.connect_to_server", role, Zips.of(Map.of("index.py", example())),
                    f -> f.vpcConfig(VpcConfig.builder()
                            .subnetIds(subnet)
                            .securityGroupIds(group)
                            .ipv6AllowedForDualStack(allowed)
                            .build()));
        }
        String event = "{\"host\":\"" + host + "\",\"port\":\"7000\",\"message\":\"sent over IPv6\"}";
        Eventually.holds("the server listens", () -> functions.invoke("ftrue", event).payload().equals("null"));

        String from = ec2.describeNetworkInterfaces(r -> r.filters(f -> f.name("interface-type").values("lambda")))
                .networkInterfaces().getFirst().ipv6Addresses().getFirst().ipv6Address();
        assertThat(received(account, id)).isEqualTo(from + " sent over IPv6\n");
        assertThat(functions.invoke("ffalse", event).payload()).contains("Network is unreachable");
        assertThat(received(account, id)).as("nothing came of it").isEqualTo(from + " sent over IPv6\n");
    }

    private static String received(Account account, String instance) {
        return Command.run(Map.copyOf(account.environment()),
                        List.of(Project.REMORA.toString(), "exec", instance, "--", "cat", "/srv/received"))
                .mustSucceed()
                .out();
    }

    private static String example() throws IOException {
        try (InputStream in = SeedHandlerConnectsOverIpv6Test.class.getResourceAsStream("connect_to_server.py")) {
            return new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
