package dev.remora.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@Tag("e2e")
@ExtendWith(SharedServer.class)
@DisplayName("A public subnet gives a function no internet, for its interface has no public address and can get none")
class PublicSubnetGivesNoInternetTest {
    @Test
    @DisplayName("the gateway drops what it sends, and remora drops says so")
    void none(Account account) {
        var network = Network.create(account);
        var ec2 = network.sdk().ec2();
        String gateway = ec2.createInternetGateway().internetGateway().internetGatewayId();
        ec2.attachInternetGateway(r -> r.internetGatewayId(gateway).vpcId(network.vpc()));
        String main = ec2.describeRouteTables(r -> r.filters(f -> f.name("vpc-id").values(network.vpc())))
                .routeTables()
                .getFirst()
                .routeTableId();
        ec2.createRoute(r -> r.routeTableId(main).destinationCidrBlock("0.0.0.0/0").gatewayId(gateway));
        var functions = Functions.of(account);
        functions.python(
                "f", functions.role("r", Functions.VPC_ACCESS), NatGatewayGivesInternetTest.DIAL, f -> f
                        .vpcConfig(Functions.in(network)));
        assertThat(functions.invoke("f", Functions.BRIEFLY).payload()).isEqualTo("\"not reached\"");
        Eventually.holds(
                "the drop names the gateway",
                () -> NatGatewayGivesInternetTest.drops(account)
                        .contains("has no public address, so " + gateway + " sends nothing for it"));

        String eni = ec2.describeNetworkInterfaces(r -> r.filters(f -> f.name("interface-type").values("lambda")))
                .networkInterfaces()
                .getFirst()
                .networkInterfaceId();
        String allocation = account.aws("ec2", "allocate-address").get("AllocationId").asString();
        assertThat(account.awsFails(
                        "ec2", "associate-address", "--allocation-id", allocation, "--network-interface-id", eni))
                .contains("OperationNotPermitted");
    }
}
