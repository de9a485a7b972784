package dev.remora.rds;

import static dev.remora.rds.RdsFixture.CALL;
import static org.assertj.core.api.Assertions.assertThat;

import dev.remora.wire.Call;
import dev.remora.wire.Principal;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.rds.model.DeleteDbSubnetGroupRequest;
import software.amazon.awssdk.services.rds.model.DescribeDbInstancesRequest;
import software.amazon.awssdk.services.rds.model.DescribeDbSubnetGroupsRequest;
import software.amazon.awssdk.services.rds.model.ModifyDbSubnetGroupRequest;

class DbSubnetGroupsTest {
    private final RdsFixture rds = new RdsFixture();

    @AfterEach
    void close() {
        rds.close();
    }

    @Test
    void isDescribedAsItWasMade() {
        rds.group("Private", "subnet-a", "subnet-b");

        var group = rds.groups.describe(named("private"), CALL).dbSubnetGroups().getFirst();

        assertThat(group.dbSubnetGroupName()).isEqualTo("private");
        assertThat(group.vpcId()).isEqualTo("vpc-1");
        assertThat(group.subnetGroupStatus()).isEqualTo("Complete");
        assertThat(group.dbSubnetGroupArn()).isEqualTo("arn:aws:rds:eu-west-1:123456789012:subgrp:private");
        assertThat(group.subnets())
                .extracting(s ->
                        s.subnetIdentifier() + " " + s.subnetAvailabilityZone().name())
                .containsExactly("subnet-a eu-west-1a", "subnet-b eu-west-1b");
    }

    @Test
    void needsTwoZones() {
        RdsFixture.refused(
                () -> rds.group("one", "subnet-a", "subnet-a2"),
                "DBSubnetGroupDoesNotCoverEnoughAZs",
                "The DB subnet group doesn't meet Availability Zone (AZ) coverage requirement. Current AZ coverage:"
                        + " eu-west-1a. Add subnets to cover at least 2 AZs.");
    }

    @Test
    void needsSubnetsThatExistInOneVpc() {
        RdsFixture.refused(
                () -> rds.group("g", "subnet-a", "subnet-none"),
                "InvalidParameterValue",
                "Some input subnets in :[subnet-a, subnet-none] are invalid.");
        RdsFixture.refused(
                () -> rds.group("g", "subnet-a", "subnet-x"),
                "InvalidParameterValue",
                "Some input subnets in :[subnet-a, subnet-x] are invalid.");
    }

    @Test
    void hasItsNameAlone() {
        rds.group("private", "subnet-a", "subnet-b");

        RdsFixture.refused(
                () -> rds.group("PRIVATE", "subnet-a", "subnet-b"),
                "DBSubnetGroupAlreadyExists",
                "The DB subnet group 'private' already exists.");
    }

    @Test
    void cannotBeDeletedWhileAnInstanceUsesIt() {
        rds.group("private", "subnet-a", "subnet-b");
        rds.create(UnaryOperator.identity());
        var delete = DeleteDbSubnetGroupRequest.builder()
                .dbSubnetGroupName("private")
                .build();

        RdsFixture.refused(
                () -> rds.groups.delete(delete, CALL),
                "InvalidDBSubnetGroupStateFault",
                "Cannot delete the subnet group 'private' because at least one database instance: orders is still"
                        + " using it.");
    }

    @Test
    void isGoneAfterItsDeletion() {
        rds.group("private", "subnet-a", "subnet-b");
        var delete = DeleteDbSubnetGroupRequest.builder()
                .dbSubnetGroupName("private")
                .build();
        rds.groups.delete(delete, CALL);

        RdsFixture.refused(
                () -> rds.groups.describe(named("private"), CALL),
                "DBSubnetGroupNotFoundFault",
                "DB subnet group 'private' does not exist.");
    }

    @Test
    void canTakeOtherSubnetsOfItsVpcOnly() {
        rds.group("private", "subnet-a", "subnet-b");
        var more = ModifyDbSubnetGroupRequest.builder()
                .dbSubnetGroupName("private")
                .subnetIds("subnet-a", "subnet-b", "subnet-a2")
                .build();

        assertThat(rds.groups.modify(more, CALL).dbSubnetGroup().subnets()).hasSize(3);
        RdsFixture.refused(
                () -> rds.groups.modify(more.toBuilder().subnetIds("subnet-a").build(), CALL),
                "DBSubnetGroupDoesNotCoverEnoughAZs",
                "The DB subnet group doesn't meet Availability Zone (AZ) coverage requirement. Current AZ coverage:"
                        + " eu-west-1a. Add subnets to cover at least 2 AZs.");
    }

    @Test
    void pagesInTheOrderOfNames() {
        for (int i = 0; i < 21; i++) {
            rds.group("group-" + (char) ('a' + i), "subnet-a", "subnet-b");
        }
        var first = rds.groups.describe(
                DescribeDbSubnetGroupsRequest.builder().maxRecords(20).build(), CALL);
        var second = rds.groups.describe(
                DescribeDbSubnetGroupsRequest.builder().marker(first.marker()).build(), CALL);

        assertThat(first.dbSubnetGroups()).hasSize(20);
        assertThat(second.dbSubnetGroups())
                .extracting(g -> g.dbSubnetGroupName())
                .containsExactly("group-u");
        assertThat(second.marker()).isNull();
    }

    @Test
    void aMarkerOfAnotherAccountOrRegionOrOfNobodyIsRefused() {
        for (int i = 0; i < 21; i++) {
            rds.group("group-" + (char) ('a' + i), "subnet-a", "subnet-b");
        }
        String marker = rds.groups
                .describe(DescribeDbSubnetGroupsRequest.builder().maxRecords(20).build(), CALL)
                .marker();
        var next = DescribeDbSubnetGroupsRequest.builder().marker(marker).build();
        var made = DescribeDbInstancesRequest.builder().marker("group-c").build();
        var elsewhere = new Call("request", "us-east-2", CALL.principal(), CALL.sourceIp(), CALL.time());
        var other = new Call("request", CALL.region(), new Principal.Root("444455556666"), CALL.sourceIp(), CALL.time());

        RdsFixture.refused(
                () -> rds.groups.describe(next, elsewhere), "InvalidParameterValue", "Invalid marker: " + marker);
        RdsFixture.refused(() -> rds.groups.describe(next, other), "InvalidParameterValue", "Invalid marker: " + marker);
        RdsFixture.refused(
                () -> rds.instances.describe(made, CALL), "InvalidParameterValue", "Invalid marker: group-c");
    }

    private static DescribeDbSubnetGroupsRequest named(String name) {
        return DescribeDbSubnetGroupsRequest.builder().dbSubnetGroupName(name).build();
    }
}
