package dev.remora.rds;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remora.wire.Permission;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.rds.model.CreateDbProxyRequest;
import software.amazon.awssdk.services.rds.model.ModifyDbInstanceRequest;
import software.amazon.awssdk.services.rds.model.Tag;

/** What calls need, and the condition keys that come with it. */
class RdsKeysTest {
    private static final String ARN = "arn:aws:rds:eu-west-1:123456789012:";

    private final RdsFixture rds = new RdsFixture();
    private final RdsKeys keys = new RdsKeys(rds.store, rds.versions);

    @AfterEach
    void close() {
        rds.close();
    }

    private static Tag tag(String key, String value) {
        return Tag.builder().key(key).value(value).build();
    }

    @Test
    void aNewInstanceTouchesItsGroupsWhichAreByDefaultTheDefaultOnes() {
        var request = RdsFixture.request(r -> r.iops(1000).multiAZ(true).tags(tag("k", "v")));
        List<Permission> needed = keys.creating(request, RdsFixture.CALL);
        assertThat(needed).extracting(p -> p.action() + " " + p.resource()).containsExactly(
                "rds:CreateDBInstance " + ARN + "db:orders",
                "rds:CreateDBInstance " + ARN + "subgrp:private",
                "rds:CreateDBInstance " + ARN + "pg:default.postgres" + PostgresBinaries.MAJOR,
                "rds:CreateDBInstance " + ARN + "og:default:postgres-" + PostgresBinaries.MAJOR,
                "rds:AddTagsToResource " + ARN + "db:orders");
        assertThat(needed.getFirst().keys()).isEqualTo(Map.of(
                "rds:DatabaseEngine", List.of("postgres"),
                "rds:DatabaseClass", List.of("db.t3.micro"),
                "rds:DatabaseName", List.of("shop"),
                "rds:Vpc", List.of("true"),
                "rds:MultiAz", List.of("true"),
                "rds:Piops", List.of("1000"),
                "rds:StorageEncrypted", List.of("false"),
                "rds:StorageSize", List.of("20")));
        assertThat(RdsKeys.requested(request)).isEqualTo(Map.of(
                "aws:RequestTag/k", List.of("v"), "aws:TagKeys", List.of("k"), "rds:req-tag/k", List.of("v")));
    }

    @Test
    void aNewProxyIsGivenARole() {
        String role = "arn:aws:iam::123456789012:role/proxy";
        assertThat(ProxyOperations.creating(CreateDbProxyRequest.builder().roleArn(role).build(), RdsFixture.CALL))
                .containsExactly(
                        new Permission("rds:CreateDBProxy", "*", Map.of()),
                        new Permission("iam:PassRole", role, Map.of("iam:PassedToService", List.of("rds.amazonaws.com"))));
        assertThat(ProxyOperations.creating(
                        CreateDbProxyRequest.builder().roleArn(role.replace("123456789012", "999999999999")).build(),
                        RdsFixture.CALL))
                .as("another account's role, which is refused")
                .hasSize(1);
    }

    @Test
    void anInstanceThatIsThereHasItsOwnKeys() {
        rds.group("private", "subnet-a", "subnet-b");
        rds.create(r -> r.tags(tag("team", "a")));
        Permission named = keys.instance("rds:DeleteDBInstance", RdsFixture.CALL, "Orders");
        assertThat(named.resource()).isEqualTo(ARN + "db:orders");
        assertThat(named.keys())
                .containsEntry("aws:ResourceTag/team", List.of("a"))
                .containsEntry("rds:db-tag/team", List.of("a"))
                .containsEntry("rds:DatabaseEngine", List.of("postgres"))
                .containsEntry("rds:StorageSize", List.of("20"));
        assertThat(keys.ofArn("rds:AddTagsToResource", RdsFixture.CALL, ARN + "db:orders").keys()).isEqualTo(named.keys());
        assertThat(keys.instance("rds:DescribeDBInstances", RdsFixture.CALL, null))
                .isEqualTo(new Permission("rds:DescribeDBInstances", ARN + "db:*", Map.of()));
        assertThat(keys.modifying(ModifyDbInstanceRequest.builder()
                        .dbInstanceIdentifier("orders").dbParameterGroupName("mine").build(), RdsFixture.CALL))
                .extracting(Permission::resource)
                .containsExactly(ARN + "db:orders", ARN + "pg:mine");
    }
}
