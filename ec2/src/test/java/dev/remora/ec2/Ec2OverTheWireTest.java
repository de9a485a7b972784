package dev.remora.ec2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.remora.wire.AccessKeys;
import dev.remora.wire.Authorizer.Decision;
import dev.remora.wire.Authorizer.Reason;
import dev.remora.wire.Dispatcher;
import dev.remora.wire.InProcessClient;
import dev.remora.wire.Principal;
import java.net.URI;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.Filter;
import software.amazon.awssdk.services.ec2.model.IpPermission;
import software.amazon.awssdk.services.ec2.model.NetworkInterface;
import software.amazon.awssdk.services.ec2.model.ResourceType;

/** The service behind the dispatcher, called by AWS's own client. */
class Ec2OverTheWireTest {
    private final Ec2Lab lab = new Ec2Lab();
    private final List<String> denied = new ArrayList<>();
    private final Ec2Client ec2;

    Ec2OverTheWireTest() {
        AccessKeys keys = (id, token, now) -> AccessKeys.Absent.UNKNOWN;
        var dispatcher = new Dispatcher(
                List.of(lab.service.operations()),
                keys,
                (principal, action, resources, context) -> denied.contains(action)
                        ? new Decision(false, resources.getFirst(), Reason.NO_IDENTITY_POLICY)
                        : Decision.ALLOWED,
                InstantSource.system());
        ec2 = Ec2Client.builder()
                .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create(Ec2Lab.ACCOUNT, "test")))
                .region(software.amazon.awssdk.regions.Region.EU_WEST_1)
                .endpointOverride(URI.create("http://remora.internal"))
                .httpClient(new InProcessClient(dispatcher, new Principal.Root(Ec2Lab.ACCOUNT)))
                .build();
    }

    @AfterEach
    void close() {
        ec2.close();
        lab.close();
    }

    private static AwsServiceException refused(ThrowingCallable call) {
        AwsServiceException refusal = catchThrowableOfType(AwsServiceException.class, call);
        assertThat(refusal).as("refusal").isNotNull();
        return refusal;
    }

    @Test
    void a_network_is_built_shown_and_taken_down() {
        String vpc = ec2.createVpc(r -> r.cidrBlock("10.0.0.0/16")
                        .tagSpecifications(t -> t.resourceType(ResourceType.VPC).tags(tag -> tag.key("Name").value("main"))))
                .vpc()
                .vpcId();
        ec2.waiter().waitUntilVpcAvailable(r -> r.vpcIds(vpc));
        String subnet = ec2.createSubnet(r -> r.vpcId(vpc).cidrBlock("10.0.1.0/24")).subnet().subnetId();
        String app = ec2.createSecurityGroup(r -> r.vpcId(vpc).groupName("app").description("app")).groupId();
        String db = ec2.createSecurityGroup(r -> r.vpcId(vpc).groupName("db").description("db")).groupId();
        var fromApp = IpPermission.builder()
                .ipProtocol("tcp")
                .fromPort(5432)
                .toPort(5432)
                .userIdGroupPairs(g -> g.groupId(app))
                .build();
        assertThat(ec2.authorizeSecurityGroupIngress(r -> r.groupId(db).ipPermissions(fromApp)).securityGroupRules())
                .singleElement()
                .satisfies(r -> assertThat(r.referencedGroupInfo().groupId()).isEqualTo(app));
        String eni = ec2.createNetworkInterface(r -> r.subnetId(subnet).groups(db)).networkInterface().networkInterfaceId();

        assertThat(ec2.describeVpcs(r -> r.filters(Filter.builder().name("tag:Name").values("main").build())).vpcs())
                .singleElement()
                .satisfies(v -> assertThat(v.vpcId()).isEqualTo(vpc));
        assertThat(ec2.describeNetworkInterfaces(r -> r.networkInterfaceIds(eni)).networkInterfaces())
                .singleElement()
                .satisfies(i -> assertThat(i.groups()).singleElement().satisfies(g -> assertThat(g.groupName()).isEqualTo("db")));
        AwsServiceException inUse = refused(() -> ec2.deleteSubnet(r -> r.subnetId(subnet)));
        assertThat(inUse.statusCode()).isEqualTo(400);
        assertThat(inUse.awsErrorDetails().errorCode()).isEqualTo("DependencyViolation");
        assertThat(inUse.awsErrorDetails().errorMessage())
                .isEqualTo("The subnet '" + subnet + "' has dependencies and cannot be deleted.");

        ec2.deleteNetworkInterface(r -> r.networkInterfaceId(eni));
        ec2.revokeSecurityGroupIngress(r -> r.groupId(db).ipPermissions(fromApp));
        ec2.deleteSecurityGroup(r -> r.groupId(app));
        ec2.deleteSecurityGroup(r -> r.groupId(db));
        ec2.deleteSubnet(r -> r.subnetId(subnet));
        ec2.deleteVpc(r -> r.vpcId(vpc));
    }

    @Test
    void a_way_to_the_internet_is_built_shown_and_taken_down() {
        String vpc = lab.vpc("10.0.0.0/16");
        String subnet = lab.subnet(vpc, "10.0.1.0/24");
        String gateway = ec2.createInternetGateway().internetGateway().internetGatewayId();
        ec2.attachInternetGateway(r -> r.internetGatewayId(gateway).vpcId(vpc));
        String allocation = ec2.allocateAddress(r -> r.domain("vpc")).allocationId();
        String nat = ec2.createNatGateway(r -> r.subnetId(subnet)
                        .allocationId(allocation)
                        .tagSpecifications(t -> t.resourceType("natgateway").tags(tag -> tag.key("Name").value("out"))))
                .natGateway()
                .natGatewayId();
        ec2.waiter().waitUntilNatGatewayAvailable(r -> r.natGatewayIds(nat));
        String table = ec2.createRouteTable(r -> r.vpcId(vpc)).routeTable().routeTableId();
        String list = ec2.createManagedPrefixList(r -> r.prefixListName("theirs")
                        .addressFamily("IPv4")
                        .maxEntries(3)
                        .entries(e -> e.cidr("192.0.2.0/24").description("a")))
                .prefixList()
                .prefixListId();
        ec2.createRoute(r -> r.routeTableId(table).destinationCidrBlock("0.0.0.0/0").natGatewayId(nat));
        ec2.createRoute(r -> r.routeTableId(table).destinationPrefixListId(list).gatewayId(gateway));
        assertThat(ec2.describeRouteTables(r -> r.routeTableIds(table)).routeTables().getFirst().routes())
                .extracting(r -> r.natGatewayId() + " " + r.destinationPrefixListId() + " " + r.stateAsString())
                .containsExactly("null null active", nat + " null active", "null " + list + " active");
        String acl = ec2.createNetworkAcl(r -> r.vpcId(vpc)).networkAcl().networkAclId();
        ec2.createNetworkAclEntry(r -> r.networkAclId(acl)
                .egress(false)
                .ruleNumber(100)
                .protocol("58")
                .icmpTypeCode(i -> i.type(128).code(0))
                .ruleAction("allow")
                .ipv6CidrBlock("::/0"));
        assertThat(ec2.describeNetworkAcls(r -> r.networkAclIds(acl)).networkAcls().getFirst().entries())
                .anyMatch(e -> e.icmpTypeCode() != null && e.icmpTypeCode().type() == 128);
        assertThat(ec2.getManagedPrefixListEntries(r -> r.prefixListId(list)).entries())
                .singleElement()
                .satisfies(e -> assertThat(e.description()).isEqualTo("a"));

        ec2.deleteNatGateway(r -> r.natGatewayId(nat));
        ec2.waiter().waitUntilNatGatewayDeleted(r -> r.natGatewayIds(nat));
        ec2.releaseAddress(r -> r.allocationId(allocation));
        ec2.deleteNetworkAcl(r -> r.networkAclId(acl));
        ec2.deleteRouteTable(r -> r.routeTableId(table));
        ec2.deleteManagedPrefixList(r -> r.prefixListId(list));
        ec2.detachInternetGateway(r -> r.internetGatewayId(gateway).vpcId(vpc));
        ec2.deleteInternetGateway(r -> r.internetGatewayId(gateway));
        ec2.deleteSubnet(r -> r.subnetId(subnet));
        ec2.deleteVpc(r -> r.vpcId(vpc));
    }

    @Test
    void a_nat_gateway_needs_permission_on_its_subnet_and_its_address_too() {
        denied.add("ec2:CreateNatGateway");
        String subnet = lab.subnet(lab.vpc("10.0.0.0/16"), "10.0.1.0/24");
        AwsServiceException denial = refused(() -> ec2.createNatGateway(r -> r.subnetId(subnet).allocationId("eipalloc-1")));
        assertThat(denial.statusCode()).isEqualTo(403);
        assertThat(denial.awsErrorDetails().errorMessage()).contains("natgateway/*");
        AwsServiceException dry = refused(() -> ec2.allocateAddress(r -> r.dryRun(true)));
        assertThat(dry.awsErrorDetails().errorCode()).isEqualTo("DryRunOperation");
        assertThat(ec2.describeAddresses().addresses()).isEmpty();
    }

    @Test
    void the_clients_paginator_reads_every_page() {
        String subnet = lab.subnet(lab.vpc("10.0.0.0/16"), "10.0.1.0/24");
        for (int i = 0; i < 12; i++) {
            ec2.createNetworkInterface(r -> r.subnetId(subnet));
        }
        assertThat(ec2.describeNetworkInterfacesPaginator(r -> r.maxResults(5)).networkInterfaces().stream())
                .hasSize(12)
                .extracting(NetworkInterface::networkInterfaceId)
                .doesNotHaveDuplicates();
    }

    @Test
    void a_dry_run_changes_nothing() {
        AwsServiceException dry = refused(() -> ec2.createVpc(r -> r.cidrBlock("10.0.0.0/16").dryRun(true)));
        assertThat(dry.statusCode()).isEqualTo(412);
        assertThat(dry.awsErrorDetails().errorCode()).isEqualTo("DryRunOperation");
        assertThat(ec2.describeVpcs().vpcs()).allMatch(v -> v.isDefault());
    }

    @Test
    void what_is_not_permitted_is_not_done() {
        denied.add("ec2:CreateVpc");
        AwsServiceException denial = refused(() -> ec2.createVpc(r -> r.cidrBlock("10.0.0.0/16")));
        assertThat(denial.statusCode()).isEqualTo(403);
        assertThat(denial.awsErrorDetails().errorCode()).isEqualTo("UnauthorizedOperation");
        assertThat(denial.awsErrorDetails().errorMessage()).contains("arn:aws:ec2:eu-west-1:000000000000:vpc/*");
    }

    @Test
    void a_refused_parameter_is_named() {
        AwsServiceException refusal =
                refused(() -> ec2.createVpc(r -> r.cidrBlock("10.0.0.0/16").ipv6CidrBlock("2001:db8::/56")));
        assertThat(refusal.statusCode()).isEqualTo(400);
        assertThat(refusal.awsErrorDetails().errorMessage()).contains("Ipv6CidrBlock");
    }
}
