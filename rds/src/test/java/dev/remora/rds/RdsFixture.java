package dev.remora.rds;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.remora.fleet.Engine;
import dev.remora.fleet.Engines;
import dev.remora.fleet.Member.Status;
import dev.remora.fleet.Surroundings;
import dev.remora.fleet.TestEngines;
import dev.remora.fleet.TestNetworks;
import dev.remora.store.Ids;
import dev.remora.store.Scope;
import dev.remora.store.SqliteStore;
import dev.remora.store.Store;
import dev.remora.wire.AwsError;
import dev.remora.wire.Call;
import dev.remora.wire.Principal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.assertj.core.api.Assertions;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import software.amazon.awssdk.services.rds.model.CreateDbInstanceRequest;
import software.amazon.awssdk.services.rds.model.CreateDbSubnetGroupRequest;
import software.amazon.awssdk.services.rds.model.DBInstance;

/** The operations on a store in memory, with a provisioner that only notes what it is asked to attend to. */
final class RdsFixture implements AutoCloseable {
    static final Scope SCOPE = new Scope("123456789012", "eu-west-1");
    static final Call CALL = new Call(
            "request",
            "eu-west-1",
            new Principal.Root("123456789012"),
            "127.0.0.1",
            Instant.parse("2026-01-02T03:04:05Z"));

    /** No more of the engines than their versions. */
    static final Engines ENGINES = TestEngines.saying(Map.of(
            Engine.MARIADB, "mariadbd  Ver 10.11.19-MariaDB-0+deb12u1 for debian-linux-gnu",
            Engine.PGBOUNCER, "PgBouncer 1.18.0"));

    final Store store = SqliteStore.inMemory(RdsService.kinds());
    final TestNetworks networks = new TestNetworks();
    final List<String> attended = new ArrayList<>();
    final List<String> passwords = new ArrayList<>();
    final Ids ids = new CountingIds();
    final DbSubnetGroups groups = new DbSubnetGroups(store, networks);
    final Provisioner provisioner = new Provisioner() {
        @Override
        public void attend(Scope scope, String id) {
            attended.add(id);
        }

        @Override
        public void password(Scope scope, Database database, String verifier) {
            passwords.add(verifier);
        }
    };
    final EngineVersions versions = new EngineVersions(ENGINES);
    final DbInstances instances = new DbInstances(store, networks, groups, versions, provisioner, ids);
    final InstanceChanges changes = new InstanceChanges(instances, networks, provisioner, ids);
    final Tags tags = new Tags(store);
    final TestProxies proxyView = new TestProxies(store);
    final TestRoles roles = new TestRoles();
    final DbProxies proxies = new DbProxies(
            store, networks, instances, ENGINES, proxyView, new ProxyRole(roles), ids);
    final ProxyTargets targets = new ProxyTargets(proxies, instances, proxyView);

    private static final class CountingIds implements Ids {
        private long next;

        @Override
        public String hex(int digits) {
            next++;
            String text = Long.toHexString(next);
            return "0".repeat(digits - text.length()) + text;
        }
    }

    RdsFixture group(String name, String... subnets) {
        groups.create(
                CreateDbSubnetGroupRequest.builder()
                        .dbSubnetGroupName(name)
                        .dbSubnetGroupDescription("for tests")
                        .subnetIds(subnets)
                        .build(),
                CALL);
        return this;
    }

    static CreateDbInstanceRequest request(UnaryOperator<CreateDbInstanceRequest.Builder> more) {
        return more.apply(CreateDbInstanceRequest.builder()
                        .dbInstanceIdentifier("Orders")
                        .engine("postgres")
                        .dbInstanceClass("db.t3.micro")
                        .allocatedStorage(20)
                        .masterUsername("app")
                        .masterUserPassword("correct-horse")
                        .dbName("shop")
                        .dbSubnetGroupName("private")
                        .vpcSecurityGroupIds("sg-db"))
                .build();
    }

    DBInstance create(UnaryOperator<CreateDbInstanceRequest.Builder> more) {
        return instances.create(request(more), CALL).dbInstance();
    }

    /** What the provisioner does when it is done. */
    void reached(String id, Status status) {
        instances.change(SCOPE, id, (tx, d) -> d.with(status));
    }

    static void refused(ThrowingCallable call, String code, String message) {
        assertThatThrownBy(call).isInstanceOfSatisfying(AwsError.class, error -> {
            Assertions.assertThat(error.code()).isEqualTo(code);
            Assertions.assertThat(error.text()).isEqualTo(message);
        });
    }

    /** Without what only servers need. */
    Surroundings around() {
        return new Surroundings(store, networks, null, null, null, ENGINES, null, ids, null);
    }

    @Override
    public void close() {
        store.close();
    }
}
