package dev.remora.rds;

import dev.remora.wire.Call;
import dev.remora.wire.Operations;
import dev.remora.wire.Permission;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.services.rds.model.CreateDbProxyRequest;
import software.amazon.awssdk.services.rds.model.DeleteDbProxyRequest;
import software.amazon.awssdk.services.rds.model.DeregisterDbProxyTargetsRequest;
import software.amazon.awssdk.services.rds.model.DescribeDbProxiesRequest;
import software.amazon.awssdk.services.rds.model.DescribeDbProxyTargetGroupsRequest;
import software.amazon.awssdk.services.rds.model.DescribeDbProxyTargetsRequest;
import software.amazon.awssdk.services.rds.model.ModifyDbProxyTargetGroupRequest;
import software.amazon.awssdk.services.rds.model.RegisterDbProxyTargetsRequest;

/** What of RDS Proxy is supported. */
final class ProxyOperations {
    static void on(Operations operations, DbProxies proxies, ProxyTargets targets, RdsKeys keys) {
        operations
                .on(CreateDbProxyRequest.class, proxies::create)
                .enforced("DBProxyName", "EngineFamily", "Auth", "RoleArn", "VpcSubnetIds", "VpcSecurityGroupIds")
                .enforced("RequireTLS", "IdleClientTimeout", "DebugLogging", "Tags")
                .refused("DefaultAuthScheme", "EndpointNetworkType", "TargetConnectionNetworkType")
                .permissions(ProxyOperations::creating)
                .context((i, c) -> RdsKeys.requested(i.tags()).map());
        operations
                .on(DescribeDbProxiesRequest.class, proxies::describe)
                .enforced("DBProxyName", "Marker", "MaxRecords")
                .refused("Filters")
                .permissions((i, c) -> List.of(proxies.proxy("rds:DescribeDBProxies", i.dbProxyName(), c)));
        operations
                .on(DeleteDbProxyRequest.class, proxies::delete)
                .enforced("DBProxyName")
                .permissions((i, c) -> List.of(proxies.proxy("rds:DeleteDBProxy", i.dbProxyName(), c)));
        operations
                .on(RegisterDbProxyTargetsRequest.class, targets::register)
                .enforced("DBProxyName", "TargetGroupName", "DBInstanceIdentifiers")
                .refused("DBClusterIdentifiers")
                .permissions((i, c) -> registering(i, c, proxies, keys));
        operations
                .on(DeregisterDbProxyTargetsRequest.class, targets::deregister)
                .enforced("DBProxyName", "TargetGroupName", "DBInstanceIdentifiers")
                .refused("DBClusterIdentifiers")
                .permissions((i, c) -> deregistering(i, c, proxies, keys));
        operations
                .on(DescribeDbProxyTargetsRequest.class, targets::targets)
                .enforced("DBProxyName", "TargetGroupName", "Marker", "MaxRecords")
                .refused("Filters")
                .permissions((i, c) -> List.of(
                        proxies.proxy("rds:DescribeDBProxyTargets", i.dbProxyName(), c),
                        proxies.targetGroup("rds:DescribeDBProxyTargets", i.dbProxyName(), c)));
        operations
                .on(DescribeDbProxyTargetGroupsRequest.class, targets::groups)
                .enforced("DBProxyName", "TargetGroupName", "Marker", "MaxRecords")
                .refused("Filters")
                .permissions((i, c) -> List.of(proxies.proxy("rds:DescribeDBProxyTargetGroups", i.dbProxyName(), c)));
        operations
                .on(ModifyDbProxyTargetGroupRequest.class, targets::modify)
                .enforced("DBProxyName", "TargetGroupName", "ConnectionPoolConfig")
                .refused("NewName")
                .permissions((i, c) -> List.of(proxies.targetGroup("rds:ModifyDBProxyTargetGroup", i.dbProxyName(), c)));
    }

    static List<Permission> creating(CreateDbProxyRequest request, Call call) {
        var needed = new ArrayList<>(List.of(new Permission("rds:CreateDBProxy", "*", Map.of())));
        needed.addAll(ProxyRole.passing(call, request.roleArn()));
        return needed;
    }

    private static List<Permission> registering(
            RegisterDbProxyTargetsRequest request, Call call, DbProxies proxies, RdsKeys keys) {
        String action = "rds:RegisterDBProxyTargets";
        var needed = new ArrayList<Permission>();
        needed.add(proxies.targetGroup(action, request.dbProxyName(), call));
        request.dbInstanceIdentifiers().forEach(id -> needed.add(keys.instance(action, call, id)));
        return needed;
    }

    private static List<Permission> deregistering(
            DeregisterDbProxyTargetsRequest request, Call call, DbProxies proxies, RdsKeys keys) {
        String action = "rds:DeregisterDBProxyTargets";
        var needed = new ArrayList<Permission>();
        needed.add(proxies.proxy(action, request.dbProxyName(), call));
        needed.add(proxies.targetGroup(action, request.dbProxyName(), call));
        request.dbInstanceIdentifiers().forEach(id -> needed.add(keys.instance(action, call, id)));
        return needed;
    }

    private ProxyOperations() {}
}
