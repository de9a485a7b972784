package dev.remora.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@Tag("e2e")
@ExtendWith(SharedServer.class)
@DisplayName("A network ACL is stateless: what it lets in needs an entry to get out again")
class NetworkAclIsStatelessTest {
    private static final String DIAL =
            """
        import socket
        def handler(event, context):
            try:
                with socket.create_connection((event['host'], 5432), timeout=event['seconds']): return 'reached'
            except OSError: return 'not reached'
        """;

    @Test
    @DisplayName("an ingress entry alone is not enough; with an egress entry for the client's ports it is; a lower number wins")
    void stateless(Account account) {
        var network = Network.create(account);
        String event = "{\"seconds\":%d,\"host\":\"" + network.database("db") + "\"}";
        String patiently = event.formatted(20);
        String briefly = event.formatted(1);
        var functions = Functions.of(account);
        functions.python("f", functions.role("r", Functions.VPC_ACCESS), DIAL, f -> f
                .vpcConfig(Functions.in(network)));
        assertThat(functions.invoke("f", patiently).payload()).as("the default ACL").isEqualTo("\"reached\"");

        // The functions get a subnet of their own, so that every packet crosses a boundary.
        String acl = account.aws("ec2", "create-network-acl", "--vpc-id", network.vpc())
                .get("NetworkAcl")
                .get("NetworkAclId")
                .asString();
        String functionsOnly = account.aws(
                        "ec2", "create-subnet", "--vpc-id", network.vpc(), "--cidr-block", "10.0.3.0/24")
                .get("Subnet")
                .get("SubnetId")
                .asString();
        functions.lambda()
                .updateFunctionConfiguration(r -> r.functionName("f")
                        .vpcConfig(Functions.in(List.of(functionsOnly), network.app())));
        functions.lambda().waiter().waitUntilFunctionUpdatedV2(r -> r.functionName("f"));
        assertThat(functions.invoke("f", patiently).payload()).as("another subnet").isEqualTo("\"reached\"");
        String association = account.aws(
                        "ec2", "describe-network-acls", "--filters", "Name=association.subnet-id,Values=" + functionsOnly,
                        "--query",
                        "NetworkAcls[0].Associations[?SubnetId=='" + functionsOnly + "']")
                .get(0)
                .get("NetworkAclAssociationId")
                .asString();
        account.aws(
                "ec2", "replace-network-acl-association", "--association-id", association, "--network-acl-id", acl);
        assertThat(functions.invoke("f", briefly).payload()).as("an ACL without entries").isEqualTo("\"not reached\"");

        entry(account, acl, "--egress", "100", "allow", "From=5432,To=5432");
        assertThat(functions.invoke("f", briefly).payload()).as("only the way there").isEqualTo("\"not reached\"");
        Eventually.holds(
                "the drop names the ACL",
                () -> NatGatewayGivesInternetTest.drops(account).contains("no entry of " + acl + " allows TCP"));

        entry(account, acl, "--ingress", "100", "allow", "From=1024,To=65535");
        assertThat(functions.invoke("f", patiently).payload()).as("both ways").isEqualTo("\"reached\"");

        entry(account, acl, "--egress", "99", "deny", "From=5432,To=5432");
        assertThat(functions.invoke("f", briefly).payload()).as("a lower number wins").isEqualTo("\"not reached\"");
        Eventually.holds(
                "the drop names the entry",
                () -> NatGatewayGivesInternetTest.drops(account).contains("entry 99 of " + acl + " denies TCP 5432"));
    }

    private static void entry(
            Account account, String acl, String direction, String number, String action, String ports) {
        var words = new ArrayList<>(List.of("ec2", "create-network-acl-entry", "--network-acl-id", acl, direction));
        words.addAll(List.of("--rule-number", number, "--rule-action", action, "--protocol", "tcp"));
        words.addAll(List.of("--port-range", ports, "--cidr-block", "10.0.0.0/16"));
        account.awsCommand(words.toArray(String[]::new)).mustSucceed();
    }
}
