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

@Tag("e2e")
@ExtendWith(SharedServer.class)
@DisplayName("Peered VPCs reach each other")
class PeeredVpcsReachEachOtherTest {
    private static final String READ = """
            import socket
            def handler(event, context):
                try:
                    with socket.create_connection((event['host'], 5432), timeout=event['seconds']) as s:
                        return s.recv(100).decode()
                except OSError as e: return type(e).__name__
            """;

    @Test
    @DisplayName("a function reaches a dedicated VPC over peering, by routes on both sides and a group of the peer")
    void dedicated(Account account) throws Exception {
        var network = Network.create(account);
        var functions = Functions.of(account);
        functions.python(
                "reader", functions.role("reader", Functions.VPC_ACCESS), READ,
                f -> f.vpcConfig(Functions.in(network)));
        var ec2 = network.sdk().ec2();
        String peer = ec2.createVpc(r -> r.cidrBlock("10.7.0.0/16").instanceTenancy("dedicated")).vpc().vpcId();
        String subnet = ec2.createSubnet(r -> r.vpcId(peer).cidrBlock("10.7.1.0/24")).subnet().subnetId();
        String group = ec2.createSecurityGroup(r -> r.vpcId(peer).groupName("db").description("db")).groupId();
        String pcx = account.aws(
                        "ec2", "create-vpc-peering-connection", "--vpc-id", network.vpc(), "--peer-vpc-id", peer)
                .get("VpcPeeringConnection")
                .get("VpcPeeringConnectionId")
                .asString();
        account.aws("ec2", "accept-vpc-peering-connection", "--vpc-peering-connection-id", pcx);
        account.aws(
                "ec2", "authorize-security-group-ingress", "--group-id", group, "--ip-permissions",
                "IpProtocol=tcp,FromPort=5432,ToPort=5432,UserIdGroupPairs=[{GroupId=" + network.app() + "}]");

        try (var onHost = new ServerSocket(0, 16, InetAddress.getLoopbackAddress())) {
            Thread.ofPlatform().daemon().start(() -> Greeting.serve(onHost));
            Process bridge = Greeting.bridge(account, subnet, "5432", "--groups", group, "--to", "" + onHost.getLocalPort());
            try (var out = new BufferedReader(new InputStreamReader(bridge.getInputStream(), StandardCharsets.UTF_8))) {
                assertThat(out.readLine()).contains("10.7.1.");
                String event = "{\"seconds\":%d,\"host\":\"" + address(account) + "\"}";
                String patiently = event.formatted(20);
                String briefly = event.formatted(1);
                assertThat(functions.invoke("reader", briefly).payload()).as("no routes").contains("imeout");
                route(account, network.vpc(), "10.7.0.0/16", pcx);
                assertThat(functions.invoke("reader", briefly).payload()).as("no way back").contains("imeout");
                route(account, peer, "10.0.0.0/16", pcx);
                assertThat(functions.invoke("reader", patiently).payload()).contains("hello");
                account.aws("ec2", "delete-vpc-peering-connection", "--vpc-peering-connection-id", pcx);
                assertThat(functions.invoke("reader", briefly).payload()).as("deleted").contains("imeout");
            } finally {
                bridge.destroy();
                bridge.waitFor();
            }
        }
        assertThat(account.aws("ec2", "describe-stale-security-groups", "--vpc-id", peer).get("StaleSecurityGroupSet"))
                .hasSize(1);
    }

    private static void route(Account account, String vpc, String block, String pcx) {
        String table = account.aws("ec2", "describe-route-tables", "--filters", "Name=vpc-id,Values=" + vpc)
                .get("RouteTables")
                .get(0)
                .get("RouteTableId")
                .asString();
        account.aws(
                "ec2", "create-route", "--route-table-id", table, "--destination-cidr-block", block,
                "--vpc-peering-connection-id", pcx);
    }

    private static String address(Account account) {
        return account.aws("ec2", "describe-network-interfaces", "--filters", "Name=requester-id,Values=remora")
                .get("NetworkInterfaces")
                .get(0)
                .get("PrivateIpAddress")
                .asString();
    }
}
