package dev.remora.rds;

import dev.remora.fleet.Member.Status;
import dev.remora.rds.Proxy.Pool;
import dev.remora.rds.Proxy.Target;
import dev.remora.store.Scope;
import dev.remora.wire.Call;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.rds.model.ConnectionPoolConfiguration;
import software.amazon.awssdk.services.rds.model.ConnectionPoolConfigurationInfo;
import software.amazon.awssdk.services.rds.model.DBProxyTarget;
import software.amazon.awssdk.services.rds.model.DBProxyTargetGroup;
import software.amazon.awssdk.services.rds.model.DeregisterDbProxyTargetsRequest;
import software.amazon.awssdk.services.rds.model.DeregisterDbProxyTargetsResponse;
import software.amazon.awssdk.services.rds.model.DescribeDbProxyTargetGroupsRequest;
import software.amazon.awssdk.services.rds.model.DescribeDbProxyTargetGroupsResponse;
import software.amazon.awssdk.services.rds.model.DescribeDbProxyTargetsRequest;
import software.amazon.awssdk.services.rds.model.DescribeDbProxyTargetsResponse;
import software.amazon.awssdk.services.rds.model.ModifyDbProxyTargetGroupRequest;
import software.amazon.awssdk.services.rds.model.ModifyDbProxyTargetGroupResponse;
import software.amazon.awssdk.services.rds.model.RegisterDbProxyTargetsRequest;
import software.amazon.awssdk.services.rds.model.RegisterDbProxyTargetsResponse;
import software.amazon.awssdk.services.rds.model.TargetHealth;

/** The one target group of each proxy, called {@code default}, and the one instance in it. */
final class ProxyTargets {
    private static final String GROUP = "default";
    private static final int PERCENT = 100;
    private static final int BORROW_SECONDS_MAX = 3600;
    private final DbProxies proxies;
    private final DbInstances instances;
    private final ProxyView view;

    ProxyTargets(DbProxies proxies, DbInstances instances, ProxyView view) {
        this.proxies = proxies;
        this.instances = instances;
        this.view = view;
    }

    RegisterDbProxyTargetsResponse register(RegisterDbProxyTargetsRequest request, Call call) {
        Scope scope = DbInstances.scope(call);
        Proxy proxy = require(scope, request.dbProxyName(), request.targetGroupName());
        Database instance = instances.require(scope, one(request.dbInstanceIdentifiers()));
        if (instance.server().engine() != DbEngine.POSTGRES) {
            throw RdsErrors.combination("The engine family of DBProxy " + proxy.id() + " does not match the engine "
                    + instance.server().engine().text() + " of the target.");
        }
        if (!instance.place().vpcId().equals(proxy.place().vpcId())) {
            throw RdsErrors.combination(
                    "DBProxy " + proxy.id() + " and DB instance " + instance.id() + " are in different VPCs.");
        }
        if (instance.status() != Status.AVAILABLE) {
            throw RdsErrors.instanceState("Database instance is not in available state.");
        }
        var target = new Target(instance.id(), instance.resourceId());
        Proxy changed = proxies.change(scope, proxy.id(), (tx, now) -> {
            now.target()
                    .flatMap(old -> tx.get(Database.KIND, scope, old.instanceId())
                            .filter(d -> d.resourceId().equals(old.resourceId())))
                    .ifPresent(old -> {
                        throw ProxyErrors.targetExists(old.id());
                    });
            return now.with(Optional.of(target), call.time());
        });
        return RegisterDbProxyTargetsResponse.builder()
                .dbProxyTargets(shape(scope, changed, instance, ProxyView.Health.REGISTERING))
                .build();
    }

    DeregisterDbProxyTargetsResponse deregister(DeregisterDbProxyTargetsRequest request, Call call) {
        Scope scope = DbInstances.scope(call);
        Proxy proxy = require(scope, request.dbProxyName(), request.targetGroupName());
        String instance = one(request.dbInstanceIdentifiers());
        proxies.change(scope, proxy.id(), (tx, now) -> {
            now.target().filter(t -> t.instanceId().equals(instance)).orElseThrow(() -> ProxyErrors.noTarget(instance));
            return now.with(Optional.<Target>empty(), call.time());
        });
        return DeregisterDbProxyTargetsResponse.builder().build();
    }

    private static String one(List<String> asked) {
        if (asked.size() != 1) {
            throw RdsErrors.invalid("A target group has one DB instance: give one of DBInstanceIdentifiers.");
        }
        return DbInstances.idOf(asked.getFirst());
    }

    DescribeDbProxyTargetsResponse targets(DescribeDbProxyTargetsRequest request, Call call) {
        Scope scope = DbInstances.scope(call);
        Proxy proxy = require(scope, request.dbProxyName(), request.targetGroupName());
        return DescribeDbProxyTargetsResponse.builder()
                .targets(view.instance(scope, proxy)
                        .map(d -> List.of(shape(scope, proxy, d, view.health(scope, proxy, d))))
                        .orElse(List.of()))
                .build();
    }

    DescribeDbProxyTargetGroupsResponse groups(DescribeDbProxyTargetGroupsRequest request, Call call) {
        Scope scope = DbInstances.scope(call);
        Proxy proxy = require(scope, request.dbProxyName(), request.targetGroupName());
        return DescribeDbProxyTargetGroupsResponse.builder()
                .targetGroups(shape(scope, proxy))
                .build();
    }

    ModifyDbProxyTargetGroupResponse modify(ModifyDbProxyTargetGroupRequest request, Call call) {
        Scope scope = DbInstances.scope(call);
        Proxy proxy = require(scope, request.dbProxyName(), request.targetGroupName());
        var asked = request.connectionPoolConfig();
        if (asked == null) {
            return ModifyDbProxyTargetGroupResponse.builder()
                    .dbProxyTargetGroup(shape(scope, proxy))
                    .build();
        }
        Pool pool = pool(asked, proxy.pool());
        Proxy changed = proxies.change(scope, proxy.id(), (tx, now) -> now.with(pool, call.time()));
        return ModifyDbProxyTargetGroupResponse.builder()
                .dbProxyTargetGroup(shape(scope, changed))
                .build();
    }

    private static Pool pool(ConnectionPoolConfiguration asked, Pool now) {
        int max = or(asked.maxConnectionsPercent(), now.maxPercent());
        int idle = or(asked.maxIdleConnectionsPercent(), Math.min(now.maxIdlePercent(), max));
        int borrow = or(asked.connectionBorrowTimeout(), now.borrowSeconds());
        String init = or(asked.initQuery(), now.initQuery());
        if (max < 1 || max > PERCENT) {
            throw RdsErrors.invalid("MaxConnectionsPercent must be between 1 and 100.");
        }
        if (idle < 0 || idle > max) {
            throw RdsErrors.invalid("MaxIdleConnectionsPercent must be between 0 and MaxConnectionsPercent.");
        }
        if (borrow < 0 || borrow > BORROW_SECONDS_MAX) {
            throw RdsErrors.invalid("ConnectionBorrowTimeout must be between 0 and " + BORROW_SECONDS_MAX + ".");
        }
        if (!asked.sessionPinningFilters().isEmpty()) {
            throw RdsErrors.combination("SessionPinningFilters are for the engine family MYSQL.");
        }
        if (init.indexOf('\n') >= 0 || init.indexOf('\r') >= 0) {
            throw RdsErrors.invalid("InitQuery must be one line.");
        }
        return new Pool(max, idle, borrow, init);
    }

    private static <T> T or(@Nullable T value, T otherwise) {
        return value == null ? otherwise : value;
    }

    private Proxy require(Scope scope, @Nullable String proxy, @Nullable String group) {
        Proxy found = proxies.require(scope, proxy);
        if (group != null && !group.equals(GROUP)) {
            throw ProxyErrors.noTargetGroup(group);
        }
        return found;
    }

    private static DBProxyTargetGroup shape(Scope scope, Proxy proxy) {
        var pool = proxy.pool();
        return DBProxyTargetGroup.builder()
                .dbProxyName(proxy.id())
                .targetGroupName(GROUP)
                .targetGroupArn(
                        DbProxies.arn(scope, "target-group", DbProxies.targetGroupId(proxy)))
                .isDefault(true)
                .status(DbProxies.text(proxy.status()))
                .connectionPoolConfig(ConnectionPoolConfigurationInfo.builder()
                        .maxConnectionsPercent(pool.maxPercent())
                        .maxIdleConnectionsPercent(pool.maxIdlePercent())
                        .connectionBorrowTimeout(pool.borrowSeconds())
                        .sessionPinningFilters(List.of())
                        .initQuery(pool.initQuery().isEmpty() ? null : pool.initQuery())
                        .build())
                .createdDate(proxy.created())
                .updatedDate(proxy.updated())
                .build();
    }

    private static DBProxyTarget shape(Scope scope, Proxy proxy, Database instance, ProxyView.Health health) {
        return DBProxyTarget.builder()
                .type("RDS_INSTANCE")
                .rdsResourceId(instance.id())
                .targetArn(InstanceShapes.arn(scope, instance.id()))
                .endpoint(instance.place().endpoint())
                .port(instance.server().port())
                .role("READ_WRITE")
                .targetHealth(health(proxy, health))
                .build();
    }

    private static TargetHealth health(Proxy proxy, ProxyView.Health health) {
        var shape = TargetHealth.builder();
        return switch (health) {
            case REGISTERING -> shape.state("REGISTERING").build();
            case AVAILABLE -> shape.state("AVAILABLE").build();
            case NO_CREDENTIALS ->
                shape.state("UNAVAILABLE")
                        .reason("AUTH_FAILURE")
                        .description("Proxy does not have any registered credentials")
                        .build();
            case UNREACHABLE ->
                shape.state("UNAVAILABLE")
                        .reason("UNREACHABLE")
                        .description("The database does not answer the proxy at " + proxy.place().address()
                                + ": it is stopped, or a security group is in the way")
                        .build();
        };
    }
}
