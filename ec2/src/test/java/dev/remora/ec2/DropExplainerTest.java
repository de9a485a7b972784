package dev.remora.ec2;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remora.net.Drop;
import dev.remora.net.Drop.Cause;
import dev.remora.net.Ipv4;
import dev.remora.net.Ipv6;
import dev.remora.net.NatKey;
import dev.remora.net.Topology;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import software.amazon.awssdk.services.ec2.model.AssociateRouteTableRequest;
import software.amazon.awssdk.services.ec2.model.AssociateRouteTableResponse;
import software.amazon.awssdk.services.ec2.model.CreateRouteRequest;
import software.amazon.awssdk.services.ec2.model.CreateRouteResponse;
import software.amazon.awssdk.services.ec2.model.CreateRouteTableRequest;
import software.amazon.awssdk.services.ec2.model.CreateRouteTableResponse;
import software.amazon.awssdk.services.ec2.model.DetachInternetGatewayRequest;
import software.amazon.awssdk.services.ec2.model.DetachInternetGatewayResponse;

class DropExplainerTest {
    private final Ec2Lab ec2 = new Ec2Lab();
    private String vpc = "";
    private String app = "";
    private String db = "";
    private Networks.Interface function = new Networks.Interface("", "", "", new Ipv4(0), Set.of(), "");
    private Networks.Interface database = function;

    @BeforeEach
    void makeJourney() {
        vpc = ec2.vpc("10.0.0.0/16");
        String subnet = ec2.subnet(vpc, "10.0.1.0/24");
        app = ec2.group(vpc, "app");
        db = ec2.group(vpc, "db");
        function = ec2.serviceInterface(subnet, new Topology.Attachment.Hyperplane(new NatKey("key")), "lambda", app);
        database = ec2.serviceInterface(subnet, new Topology.Attachment.Workload(), "interface", db);
    }

    @AfterEach
    void close() {
        ec2.close();
    }

    private Drop drop(Cause cause, Optional<String> port, Ipv4 destination) {
        return new Drop(
                Ec2Lab.NOW, cause, ec2.service.networks().router(Ec2Lab.SCOPE, vpc), Optional.of("s1"), port, Optional.empty(), 6,
                function.address(), 40000, destination, 5432);
    }

    @Test
    void ingress_names_the_receivers_groups_and_who_came() {
        var why = ec2.service.explain(drop(Cause.GROUP_INGRESS, Optional.of(database.id()), database.address()));
        assertThat(why.vpcId()).contains(vpc);
        assertThat(why.interfaceId()).contains(database.id());
        assertThat(why.groups()).extracting(Networks.Group::name).containsExactly("db");
        assertThat(why.sentence())
                .isEqualTo("no ingress rule of " + db + " (db) allows TCP 5432 from 10.0.1.4 (" + app + " app)");
    }

    @Test
    void egress_names_the_senders_groups_and_where_it_went() {
        var why = ec2.service.explain(drop(Cause.GROUP_EGRESS, Optional.of(function.id()), Ipv4.parse("8.8.8.8")));
        assertThat(why.sentence()).isEqualTo("no egress rule of " + app + " (app) allows TCP 5432 to 8.8.8.8");
    }

    @Test
    void without_a_port_the_addresses_say_whose_rules_they_were() {
        assertThat(ec2.service.explain(drop(Cause.GROUP_INGRESS, Optional.empty(), database.address())).interfaceId())
                .contains(database.id());
        assertThat(ec2.service.explain(drop(Cause.GROUP_EGRESS, Optional.empty(), database.address())).interfaceId())
                .contains(function.id());
    }

    @Test
    void a_missing_route_names_the_table() {
        var why = ec2.service.explain(drop(Cause.ROUTE, Optional.of(function.id()), Ipv4.parse("8.8.8.8")));
        assertThat(why.sentence()).matches("rtb-[0-9a-f]{17} has no way to 8\\.8\\.8\\.8");
    }

    @Test
    void a_route_to_a_gateway_that_is_gone_is_named_with_it() {
        String gateway = ec2.internetGateway(vpc);
        String table = ec2.held(vpc).subnets().values().iterator().next().routeTable();
        ec2.call(
                CreateRouteRequest.builder().routeTableId(table).destinationCidrBlock("0.0.0.0/0").gatewayId(gateway).build(),
                CreateRouteResponse.class);
        Ipv4 outside = Ipv4.parse("8.8.8.8");
        assertThat(ec2.service.explain(drop(Cause.NO_PUBLIC_ADDRESS, Optional.of(function.id()), outside)).sentence())
                .isEqualTo("10.0.1.4 has no public address, so " + gateway + " sends nothing for it");
        ec2.call(
                DetachInternetGatewayRequest.builder().internetGatewayId(gateway).vpcId(vpc).build(),
                DetachInternetGatewayResponse.class);
        assertThat(ec2.service.explain(drop(Cause.ROUTE, Optional.of(function.id()), outside)).sentence())
                .isEqualTo("the route of " + table + " for 0.0.0.0/0 leads to " + gateway
                        + ", which is not there: a black hole");
    }

    @Test
    void an_address_of_the_vpc_that_nobody_has_is_told_apart() {
        var why = ec2.service.explain(drop(Cause.ROUTE, Optional.of(function.id()), Ipv4.parse("10.0.9.9")));
        assertThat(why.sentence()).isEqualTo("no interface of " + vpc + " has the address 10.0.9.9");
    }

    @Test
    void what_comes_in_is_told_the_route_of_the_gateway() {
        String gateway = ec2.internetGateway(vpc);
        String table = ec2.call(CreateRouteTableRequest.builder().vpcId(vpc).build(), CreateRouteTableResponse.class)
                .routeTable()
                .routeTableId();
        ec2.call(
                CreateRouteRequest.builder()
                        .routeTableId(table)
                        .destinationCidrBlock("10.0.1.0/24")
                        .networkInterfaceId(database.id())
                        .build(),
                CreateRouteResponse.class);
        ec2.call(
                AssociateRouteTableRequest.builder().routeTableId(table).gatewayId(gateway).build(),
                AssociateRouteTableResponse.class);
        ec2.service.networks().delete(Ec2Lab.SCOPE, database.id());
        var drop = new Drop(
                Ec2Lab.NOW, Cause.ROUTE, ec2.service.networks().router(Ec2Lab.SCOPE, vpc), Optional.empty(), Optional.empty(),
                Optional.empty(), 6, Ipv4.parse("8.8.8.8"), 40000, function.address(), 80);
        assertThat(ec2.service.explain(drop).sentence())
                .isEqualTo("the route of " + table + " for 10.0.1.0/24 leads to " + database.id()
                        + ", which is not there: a black hole");
    }

    @Test
    void an_acl_names_its_entry() {
        var drop = new Drop(
                Ec2Lab.NOW, Cause.ACL_INGRESS, ec2.service.networks().router(Ec2Lab.SCOPE, vpc), Optional.empty(),
                Optional.of(database.id()), Optional.of(new Drop.Entry("acl-1", 100)), 6, Ipv6.parse("fd00::1"), 1,
                Ipv6.parse("fd00::2"), 443);
        assertThat(ec2.service.explain(drop).sentence()).isEqualTo("entry 100 of acl-1 denies TCP 443 from fd00::1");
    }

    @Test
    void an_interface_that_is_gone_is_still_named() {
        ec2.service.networks().delete(Ec2Lab.SCOPE, database.id());
        var why = ec2.service.explain(drop(Cause.GROUP_INGRESS, Optional.of(database.id()), database.address()));
        assertThat(why.interfaceId()).contains(database.id());
        assertThat(why.groups()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(Cause.class)
    void a_shards_drop_is_explained_without_a_vpc(Cause cause) {
        var drop = new Drop(
                Ec2Lab.NOW, cause, "", Optional.of("s1"), Optional.empty(), Optional.empty(), 17, function.address(), 1,
                database.address(), 53);
        var why = ec2.service.explain(drop);
        assertThat(why.vpcId()).isEmpty();
        assertThat(why.sentence()).isNotBlank();
    }
}
