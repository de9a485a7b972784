package dev.remora.rds;

import static dev.remora.rds.RdsFixture.CALL;
import static dev.remora.rds.RdsFixture.SCOPE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.remora.fleet.Member.Status;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.rds.model.DeleteDbInstanceRequest;
import software.amazon.awssdk.services.rds.model.DescribeDbInstancesRequest;
import software.amazon.awssdk.services.rds.model.Filter;
import software.amazon.awssdk.services.rds.model.ModifyDbInstanceRequest;
import software.amazon.awssdk.services.rds.model.StopDbInstanceRequest;

class DbInstancesTest {
    private final RdsFixture rds = new RdsFixture();

    @BeforeEach
    void subnetGroup() {
        rds.group("private", "subnet-a", "subnet-b");
    }

    @AfterEach
    void close() {
        rds.close();
    }

    @Test
    void isBeingCreatedFirstAndHasNoEndpointYet() {
        var created = rds.create(UnaryOperator.identity());

        assertThat(created.dbInstanceStatus()).isEqualTo("creating");
        assertThat(created.dbInstanceIdentifier()).isEqualTo("orders");
        assertThat(created.endpoint()).isNull();
        assertThat(created.dbiResourceId()).matches("db-[A-Z0-9]{26}");
        assertThat(rds.attended).containsExactly("orders");
    }

    @Test
    void isReachableByNameOnceItIsAvailable() {
        rds.create(UnaryOperator.identity());
        rds.reached("orders", Status.AVAILABLE);

        var instance =
                rds.instances.describe(named("ORDERS"), CALL).dbInstances().getFirst();

        assertThat(instance.dbInstanceStatus()).isEqualTo("available");
        assertThat(instance.endpoint().address()).matches("orders\\.[a-z0-9]{12}\\.eu-west-1\\.rds\\.amazonaws\\.com");
        assertThat(instance.endpoint().port()).isEqualTo(5432);
        assertThat(instance.vpcSecurityGroups())
                .extracting(g -> g.vpcSecurityGroupId())
                .containsExactly("sg-db");
        assertThat(instance.dbSubnetGroup().vpcId()).isEqualTo("vpc-1");
        assertThat(instance.engineVersion()).isEqualTo("18.6");
        assertThat(instance.instanceCreateTime()).isEqualTo(CALL.time());
    }

    @Test
    void keepsNoPassword() {
        rds.create(UnaryOperator.identity());

        assertThat(rds.store
                        .view()
                        .get(Database.KIND, SCOPE, "orders")
                        .orElseThrow()
                        .toString())
                .doesNotContain("correct-horse")
                .contains("SCRAM-SHA-256$4096:");
    }

    @Test
    void hasAnInterfaceOfItsOwnInASubnetOfTheGroup() {
        var created = rds.create(UnaryOperator.identity());

        var made = rds.networks.interfaces.values().iterator().next();
        assertThat(made.description()).isEqualTo("RDSNetworkInterface");
        assertThat(made.groups()).containsExactly("sg-db");
        assertThat(created.availabilityZone()).isEqualTo("eu-west-1a");
    }

    @Test
    void goesToTheZoneAskedForAndToTheSubnetThatHasRoom() {
        assertThat(rds.create(r -> r.availabilityZone("eu-west-1b")).availabilityZone())
                .isEqualTo("eu-west-1b");

        rds.networks.full.add("subnet-a");
        assertThat(rds.create(r -> r.dbInstanceIdentifier("second")).availabilityZone())
                .isEqualTo("eu-west-1b");
    }

    @Test
    void leavesNothingWhenNoSubnetHasRoom() {
        rds.networks.full.add("subnet-a");
        rds.networks.full.add("subnet-b");

        RdsFixture.refused(
                () -> rds.create(UnaryOperator.identity()),
                "InvalidVPCNetworkStateFault",
                "There are not enough free IP addresses in the subnets of the DB subnet group private.");
        assertThat(rds.store.view().all(Database.KIND, SCOPE)).isEmpty();
        assertThat(rds.attended).isEmpty();
    }

    @Test
    void takesTheDefaultGroupOfTheVpc() {
        var created = rds.create(r -> r.vpcSecurityGroupIds(List.of()));

        assertThat(created.vpcSecurityGroups())
                .extracting(g -> g.vpcSecurityGroupId())
                .containsExactly("sg-default-of-vpc-1");
    }

    @Test
    void refusesGroupsThatDoNotFit() {
        RdsFixture.refused(
                () -> rds.create(r -> r.vpcSecurityGroupIds("sg-foreign")),
                "InvalidParameterCombination",
                "The DB instance and EC2 security group are in different VPCs. The DB instance is in vpc-1 and the EC2"
                        + " security group is in vpc-2");
        RdsFixture.refused(
                () -> rds.create(r -> r.vpcSecurityGroupIds("sg-none")),
                "InvalidParameterValue",
                "Invalid security group , groupId= sg-none, groupName=.");
    }

    @Test
    void hasItsIdentifierAlone() {
        rds.create(UnaryOperator.identity());

        RdsFixture.refused(
                () -> rds.create(r -> r.dbInstanceIdentifier("oRDERS")),
                "DBInstanceAlreadyExists",
                "DB instance already exists");
        assertThat(rds.networks.interfaces).hasSize(1);
    }

    @Test
    void needsASubnetGroupThatExists() {
        RdsFixture.refused(
                () -> rds.create(r -> r.dbSubnetGroupName("none")),
                "DBSubnetGroupNotFoundFault",
                "DB subnet group 'none' does not exist.");
    }

    @Test
    void isListedByFilter() {
        rds.create(UnaryOperator.identity());
        rds.create(r -> r.dbInstanceIdentifier("second"));

        assertThat(rds.instances
                        .describe(filtered("db-instance-id", "second"), CALL)
                        .dbInstances())
                .extracting(i -> i.dbInstanceIdentifier())
                .containsExactly("second");
        assertThat(rds.instances.describe(filtered("engine", "postgres"), CALL).dbInstances())
                .hasSize(2);
        RdsFixture.refused(
                () -> rds.instances.describe(filtered("colour", "red"), CALL),
                "InvalidParameterValue",
                "Unrecognized filter name: colour");
    }

    @Test
    void isUnknownToOtherAccountsAndAfterItsEnd() {
        RdsFixture.refused(
                () -> rds.instances.describe(named("orders"), CALL),
                "DBInstanceNotFound",
                "DBInstance orders not found.");
    }

    @Test
    void isDeletedOnlyWithAWordAboutItsSnapshot() {
        rds.create(UnaryOperator.identity());

        RdsFixture.refused(
                () -> rds.instances.delete(
                        DeleteDbInstanceRequest.builder()
                                .dbInstanceIdentifier("orders")
                                .build(),
                        CALL),
                "InvalidParameterCombination",
                "FinalDBSnapshotIdentifier is required unless SkipFinalSnapshot is specified.");
    }

    @Test
    void isDeletedOnce() {
        rds.create(UnaryOperator.identity());

        assertThat(rds.instances.delete(deletion(), CALL).dbInstance().dbInstanceStatus())
                .isEqualTo("deleting");
        RdsFixture.refused(
                () -> rds.instances.delete(deletion(), CALL),
                "InvalidDBInstanceState",
                "Instance orders is already being deleted.");
        assertThat(rds.attended).containsExactly("orders", "orders");
    }

    @Test
    void isNotDeletedWhileItIsProtected() {
        rds.create(r -> r.deletionProtection(true));

        RdsFixture.refused(
                () -> rds.instances.delete(deletion(), CALL),
                "InvalidParameterCombination",
                "Cannot delete protected DB Instance, please disable deletion protection and try again.");
    }

    @Test
    void isStoppedOnlyWhenAvailable() {
        rds.create(UnaryOperator.identity());
        var stop =
                StopDbInstanceRequest.builder().dbInstanceIdentifier("orders").build();

        RdsFixture.refused(
                () -> rds.instances.stop(stop, CALL),
                "InvalidDBInstanceState",
                "Instance orders is not in available state.");
        rds.reached("orders", Status.AVAILABLE);
        assertThat(rds.instances.stop(stop, CALL).dbInstance().dbInstanceStatus())
                .isEqualTo("stopping");
    }

    @Test
    void takesOtherGroupsAndAnotherPassword() {
        rds.create(UnaryOperator.identity());
        rds.reached("orders", Status.AVAILABLE);
        String before = verifier();

        var changed = rds.changes.modify(
                ModifyDbInstanceRequest.builder()
                        .dbInstanceIdentifier("orders")
                        .vpcSecurityGroupIds("sg-other")
                        .masterUserPassword("battery-staple")
                        .backupRetentionPeriod(7)
                        .build(),
                CALL);

        assertThat(changed.dbInstance().vpcSecurityGroups())
                .extracting(g -> g.vpcSecurityGroupId())
                .containsExactly("sg-other");
        assertThat(changed.dbInstance().backupRetentionPeriod()).isEqualTo(7);
        assertThat(rds.networks.interfaces.get("eni-1").groups()).containsExactly("sg-other");
        assertThat(rds.passwords).containsExactly(verifier()).doesNotContain(before);
    }

    private String verifier() {
        return rds.instances.require(SCOPE, "orders").master().verifier();
    }

    private static DeleteDbInstanceRequest deletion() {
        return DeleteDbInstanceRequest.builder()
                .dbInstanceIdentifier("orders")
                .skipFinalSnapshot(true)
                .build();
    }

    private static DescribeDbInstancesRequest named(String id) {
        return DescribeDbInstancesRequest.builder().dbInstanceIdentifier(id).build();
    }

    private static DescribeDbInstancesRequest filtered(String name, String value) {
        return DescribeDbInstancesRequest.builder()
                .filters(Filter.builder().name(name).values(value).build())
                .build();
    }
}
