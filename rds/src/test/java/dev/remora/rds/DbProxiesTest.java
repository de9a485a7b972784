package dev.remora.rds;

import static dev.remora.rds.RdsFixture.CALL;
import static dev.remora.rds.RdsFixture.SCOPE;
import static dev.remora.rds.RdsFixture.refused;
import static org.assertj.core.api.Assertions.assertThat;

import dev.remora.fleet.Member.Status;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.rds.model.ConnectionPoolConfiguration;
import software.amazon.awssdk.services.rds.model.CreateDbProxyRequest;
import software.amazon.awssdk.services.rds.model.DBProxy;
import software.amazon.awssdk.services.rds.model.DBProxyTarget;
import software.amazon.awssdk.services.rds.model.DeleteDbProxyRequest;
import software.amazon.awssdk.services.rds.model.DeregisterDbProxyTargetsRequest;
import software.amazon.awssdk.services.rds.model.DescribeDbProxiesRequest;
import software.amazon.awssdk.services.rds.model.DescribeDbProxyTargetsRequest;
import software.amazon.awssdk.services.rds.model.ModifyDbProxyTargetGroupRequest;
import software.amazon.awssdk.services.rds.model.RegisterDbProxyTargetsRequest;
import software.amazon.awssdk.services.rds.model.UserAuthConfig;

class DbProxiesTest {
    private static final String SECRET = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:shop-AbCdEf";
    private final RdsFixture rds = new RdsFixture();

    @BeforeEach
    void instance() {
        rds.group("private", "subnet-a", "subnet-b");
        rds.create(r -> r);
        rds.reached("orders", Status.AVAILABLE);
    }

    @AfterEach
    void close() {
        rds.close();
    }

    private DBProxy create(UnaryOperator<CreateDbProxyRequest.Builder> more) {
        var request = CreateDbProxyRequest.builder()
                .dbProxyName("Pool")
                .engineFamily("POSTGRESQL")
                .auth(UserAuthConfig.builder().secretArn(SECRET).iamAuth("DISABLED").build())
                .roleArn(TestRoles.ROLE)
                .vpcSubnetIds("subnet-a", "subnet-b")
                .vpcSecurityGroupIds("sg-other");
        return rds.proxies.create(more.apply(request).build(), CALL).dbProxy();
    }

    private void available() {
        rds.store.write(tx -> {
            tx.put(Proxy.KIND, SCOPE, "pool", tx.get(Proxy.KIND, SCOPE, "pool").orElseThrow().with(Status.AVAILABLE));
            return true;
        });
    }

    private List<DBProxyTarget> register(String instance) {
        var request = RegisterDbProxyTargetsRequest.builder()
                .dbProxyName("pool")
                .dbInstanceIdentifiers(instance)
                .build();
        return rds.targets.register(request, CALL).dbProxyTargets();
    }

    private List<DBProxyTarget> targets() {
        var request = DescribeDbProxyTargetsRequest.builder().dbProxyName("pool").build();
        return rds.targets.targets(request, CALL).targets();
    }

    @Test
    void areBeingCreatedFirst() {
        var proxy = create(r -> r);

        assertThat(proxy.dbProxyName()).isEqualTo("pool");
        assertThat(proxy.statusAsString()).isEqualTo("creating");
        assertThat(proxy.endpoint()).matches("pool\\.proxy-[a-z0-9]{12}\\.eu-west-1\\.rds\\.amazonaws\\.com");
        assertThat(proxy.dbProxyArn()).matches("arn:aws:rds:eu-west-1:123456789012:db-proxy:prx-[0-9a-f]{17}");
        assertThat(proxy.idleClientTimeout()).isEqualTo(1800);
        assertThat(rds.proxyView.attended).containsExactly("pool");
        assertThat(rds.networks.interfaces.values())
                .anySatisfy(i -> assertThat(i.description()).isEqualTo("Network interface for DBProxy"));
        refused(() -> create(r -> r), "DBProxyAlreadyExistsFault", "A DBProxy with the name pool already exists.");
    }

    @Test
    void leadToOneInstance() {
        create(r -> r);
        refused(
                () -> register("orders"),
                "InvalidDBProxyStateFault",
                "DBProxy pool is not in available state, but creating.");
        available();

        assertThat(register("orders").getFirst().targetHealth().stateAsString()).isEqualTo("REGISTERING");
        assertThat(rds.proxyView.reloaded).containsExactly("pool");
        assertThat(targets().getFirst().targetHealth().stateAsString()).isEqualTo("AVAILABLE");
        assertThat(targets().getFirst().rdsResourceId()).isEqualTo("orders");
        refused(
                () -> register("orders"),
                "DBProxyTargetAlreadyRegisteredFault",
                "The target group has a registered target already: orders.");

        var deregister = DeregisterDbProxyTargetsRequest.builder()
                .dbProxyName("pool")
                .dbInstanceIdentifiers("orders")
                .build();
        rds.targets.deregister(deregister, CALL);
        assertThat(targets()).isEmpty();
        refused(
                () -> rds.targets.deregister(deregister, CALL),
                "DBProxyTargetNotFoundFault",
                "DBProxyTarget orders not found.");
    }

    @Test
    void sayWhyATargetIsNotThere() {
        create(r -> r);
        available();
        register("orders");

        rds.proxyView.health = ProxyView.Health.NO_CREDENTIALS;
        assertThat(targets().getFirst().targetHealth().reasonAsString()).isEqualTo("AUTH_FAILURE");
        rds.proxyView.health = ProxyView.Health.UNREACHABLE;
        assertThat(targets().getFirst().targetHealth().reasonAsString()).isEqualTo("UNREACHABLE");
    }

    @Test
    void haveAPoolThatCanBeChanged() {
        create(r -> r);
        available();
        var request = ModifyDbProxyTargetGroupRequest.builder()
                .dbProxyName("pool")
                .targetGroupName("default")
                .connectionPoolConfig(ConnectionPoolConfiguration.builder()
                        .maxConnectionsPercent(20)
                        .connectionBorrowTimeout(5)
                        .build());

        var pool = rds.targets.modify(request.build(), CALL).dbProxyTargetGroup().connectionPoolConfig();
        assertThat(pool.maxConnectionsPercent()).isEqualTo(20);
        assertThat(pool.maxIdleConnectionsPercent()).isEqualTo(20);
        assertThat(pool.connectionBorrowTimeout()).isEqualTo(5);
        refused(
                () -> rds.targets.modify(request.targetGroupName("other").build(), CALL),
                "DBProxyTargetGroupNotFoundFault",
                "DBProxyTargetGroup other not found.");
    }

    @Test
    void refuseWhatTheyCannotDo() {
        refused(
                () -> create(r -> r.engineFamily("MYSQL")),
                "InvalidParameterCombination",
                "Proxies of the engine family MYSQL are not supported here: a proxy is PgBouncer, which speaks to PostgreSQL"
                        + " alone.");
        refused(
                () -> create(r -> r.auth(
                        UserAuthConfig.builder().secretArn(SECRET).iamAuth("REQUIRED").build())),
                "InvalidParameterCombination",
                "IAM authentication of proxies is not supported here: IAMAuth must be DISABLED.");
        refused(
                () -> create(r -> r.vpcSubnetIds("subnet-a", "subnet-a2")),
                "InvalidSubnet",
                "The subnets of a DB proxy must be in at least two Availability Zones.");
        refused(
                () -> create(r -> r.roleArn("arn:aws:iam::123456789012:role/other")),
                "InvalidParameterValue",
                "RDS is not authorized to assume the role arn:aws:iam::123456789012:role/other: its trust policy must allow"
                        + " rds.amazonaws.com.");
        refused(
                () -> create(r -> r.roleArn("arn:aws:iam::999999999999:role/proxy")),
                "AccessDenied",
                "Cross-account pass role is not allowed.");
        assertThat(rds.proxyView.attended).isEmpty();
        assertThat(rds.networks.interfaces).hasSize(1);
    }

    @Test
    void areDeletedWhenTheyAreThere() {
        create(r -> r);
        var delete = DeleteDbProxyRequest.builder().dbProxyName("POOL").build();
        refused(
                () -> rds.proxies.delete(delete, CALL),
                "InvalidDBProxyStateFault",
                "DBProxy pool is not in available state, but creating.");
        available();

        assertThat(rds.proxies.delete(delete, CALL).dbProxy().statusAsString()).isEqualTo("deleting");
        var unknown = DescribeDbProxiesRequest.builder().dbProxyName("none").build();
        refused(() -> rds.proxies.describe(unknown, CALL), "DBProxyNotFoundFault", "DBProxy none not found.");
    }
}
