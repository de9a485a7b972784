package dev.remora.rds;

import dev.remora.wire.Operations;
import java.util.List;
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
    static void on(Operations operations, DbProxies proxies, ProxyTargets targets) {
        operations
                .on(CreateDbProxyRequest.class, proxies::create)
                .enforced("DBProxyName", "EngineFamily", "Auth", "RoleArn", "VpcSubnetIds", "VpcSecurityGroupIds")
                .enforced("RequireTLS", "IdleClientTimeout", "DebugLogging", "Tags")
                .refused("DefaultAuthScheme", "EndpointNetworkType", "TargetConnectionNetworkType")
                .resources((i, c) -> List.of(proxies.arn(i.dbProxyName(), c)));
        operations
                .on(DescribeDbProxiesRequest.class, proxies::describe)
                .enforced("DBProxyName", "Marker", "MaxRecords")
                .refused("Filters")
                .resources((i, c) -> List.of(proxies.arn(i.dbProxyName(), c)));
        operations
                .on(DeleteDbProxyRequest.class, proxies::delete)
                .enforced("DBProxyName")
                .resources((i, c) -> List.of(proxies.arn(i.dbProxyName(), c)));
        operations
                .on(RegisterDbProxyTargetsRequest.class, targets::register)
                .enforced("DBProxyName", "TargetGroupName", "DBInstanceIdentifiers")
                .refused("DBClusterIdentifiers")
                .resources((i, c) -> List.of(proxies.arn(i.dbProxyName(), c)));
        operations
                .on(DeregisterDbProxyTargetsRequest.class, targets::deregister)
                .enforced("DBProxyName", "TargetGroupName", "DBInstanceIdentifiers")
                .refused("DBClusterIdentifiers")
                .resources((i, c) -> List.of(proxies.arn(i.dbProxyName(), c)));
        operations
                .on(DescribeDbProxyTargetsRequest.class, targets::targets)
                .enforced("DBProxyName", "TargetGroupName", "Marker", "MaxRecords")
                .refused("Filters")
                .resources((i, c) -> List.of(proxies.arn(i.dbProxyName(), c)));
        operations
                .on(DescribeDbProxyTargetGroupsRequest.class, targets::groups)
                .enforced("DBProxyName", "TargetGroupName", "Marker", "MaxRecords")
                .refused("Filters")
                .resources((i, c) -> List.of(proxies.arn(i.dbProxyName(), c)));
        operations
                .on(ModifyDbProxyTargetGroupRequest.class, targets::modify)
                .enforced("DBProxyName", "TargetGroupName", "ConnectionPoolConfig")
                .refused("NewName")
                .resources((i, c) -> List.of(proxies.arn(i.dbProxyName(), c)));
    }

    private ProxyOperations() {}
}
