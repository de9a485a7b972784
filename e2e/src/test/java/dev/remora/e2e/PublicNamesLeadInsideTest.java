package dev.remora.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@Tag("e2e")
@ExtendWith(SharedServer.class)
@DisplayName("Public names lead inside")
class PublicNamesLeadInsideTest {
    private static final String RESOLVE = """
            import socket, time
            def handler(event, context):
                for attempt in range(12):
                    address = socket.gethostbyname(event['name'])
                    if address.startswith(event['like']): break
                    time.sleep(1)
                return address
            """;

    @Test
    @DisplayName("in their own VPC; in a peer only if their side of the peering says so; everywhere else to the public address")
    void names(Account account) {
        var ec2 = Sdk.of(account).ec2();
        var functions = Functions.of(account);
        String role = functions.role("r", Functions.VPC_ACCESS);
        String mine = vpc(account, "10.0.0.0/16");
        String peer = vpc(account, "10.1.0.0/16");
        String subnet = subnet(account, mine, "10.0.1.0/24");
        functions.python("inside", role, RESOLVE, f -> f.vpcConfig(v -> v.subnetIds(subnet)
                .securityGroupIds(group(account, mine))));
        functions.python("beyond", role, RESOLVE, f -> f.vpcConfig(v -> v
                .subnetIds(subnet(account, peer, "10.1.1.0/24")).securityGroupIds(group(account, peer))));
        functions.python("outside", role, RESOLVE, f -> f);

        String gateway = ec2.createInternetGateway().internetGateway().internetGatewayId();
        ec2.attachInternetGateway(r -> r.internetGatewayId(gateway).vpcId(mine));
        String eni = ec2.createNetworkInterface(r -> r.subnetId(subnet).privateIpAddress("10.0.1.99"))
                .networkInterface().networkInterfaceId();
        String allocation = ec2.allocateAddress().allocationId();
        ec2.associateAddress(r -> r.allocationId(allocation).networkInterfaceId(eni));
        String name = ec2.describeNetworkInterfaces(r -> r.networkInterfaceIds(eni))
                .networkInterfaces().getFirst().association().publicDnsName();
        assertThat(name).matches("ec2-198-18-\\d+-\\d+\\.compute-1\\.amazonaws\\.com");
        String outside = "\"" + name.substring(4, name.indexOf('.')).replace('-', '.') + "\"";

        assertThat(resolve(functions, "inside", name, "10.")).isEqualTo("\"10.0.1.99\"");
        assertThat(resolve(functions, "outside", name, "198.")).isEqualTo(outside);
        String pcx = account.aws("ec2", "create-vpc-peering-connection", "--vpc-id", mine, "--peer-vpc-id", peer)
                .get("VpcPeeringConnection").get("VpcPeeringConnectionId").asString();
        account.aws("ec2", "accept-vpc-peering-connection", "--vpc-peering-connection-id", pcx);
        assertThat(resolve(functions, "beyond", name, "198.")).isEqualTo(outside);
        account.aws(
                "ec2", "modify-vpc-peering-connection-options", "--vpc-peering-connection-id", pcx,
                "--requester-peering-connection-options", "AllowDnsResolutionFromRemoteVpc=true");
        assertThat(resolve(functions, "beyond", name, "10.")).isEqualTo("\"10.0.1.99\"");
    }

    private static String resolve(Functions functions, String function, String name, String like) {
        return functions.invoke(function, "{\"name\":\"" + name + "\",\"like\":\"" + like + "\"}").payload();
    }

    private static String vpc(Account account, String block) {
        String vpc = account.aws("ec2", "create-vpc", "--cidr-block", block).get("Vpc").get("VpcId").asString();
        account.aws("ec2", "modify-vpc-attribute", "--vpc-id", vpc, "--enable-dns-hostnames");
        return vpc;
    }

    private static String subnet(Account account, String vpc, String block) {
        return Sdk.of(account).ec2().createSubnet(r -> r.vpcId(vpc).cidrBlock(block)).subnet().subnetId();
    }

    private static String group(Account account, String vpc) {
        return Sdk.of(account).ec2().createSecurityGroup(r -> r.vpcId(vpc).groupName("app").description("app")).groupId();
    }
}
