package dev.remora.app;

import dev.remora.cloudtrail.CloudTrailService;
import dev.remora.ec2.Ec2Service;
import dev.remora.ec2.FlowDelivery;
import dev.remora.ec2.Gate;
import dev.remora.elasticache.ElastiCacheService;
import dev.remora.fleet.Certificates;
import dev.remora.fleet.Engines;
import dev.remora.fleet.Surroundings;
import dev.remora.iam.IamService;
import dev.remora.iam.RoleAccess;
import dev.remora.lambda.LambdaOptions;
import dev.remora.lambda.LambdaService;
import dev.remora.logs.LogsService;
import dev.remora.net.Fabric;
import dev.remora.net.Names;
import dev.remora.organizations.AccountRoles;
import dev.remora.organizations.OrganizationsService;
import dev.remora.rds.RdsService;
import dev.remora.s3.S3Service;
import dev.remora.sandbox.Confinement;
import dev.remora.sandbox.Sandboxes;
import dev.remora.secretsmanager.SecretsManagerService;
import dev.remora.sqs.SqsService;
import dev.remora.ssm.PublicParameters;
import dev.remora.ssm.SsmService;
import dev.remora.store.Blobs;
import dev.remora.store.DataFolder;
import dev.remora.store.Ids;
import dev.remora.store.SqliteStore;
import dev.remora.store.Store;
import dev.remora.store.Streams;
import dev.remora.wire.Operations;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;

/** The services as the server builds them, on a kernel and on sandboxes that are never asked for anything. */
final class ServiceTables {
    interface Check {
        void of(List<Operations> services) throws IOException;
    }

    private ServiceTables() {}

    static void with(Path folder, Check check) throws IOException {
        var clock = InstantSource.system();
        var ids = Ids.random();
        Fabric fabric = never(Fabric.class);
        try (var data = DataFolder.open(folder.resolve("data"));
                var store = SqliteStore.inMemory(Server.kinds());
                var streams = Streams.open(data, clock);
                var ec2 = new Ec2Service(store, fabric, ids, clock, Gate.OPEN, never(FlowDelivery.class));
                var logs = new LogsService(store, streams, clock);
                var sqs = new SqsService(store, streams, clock, ids);
                var rds = new RdsService(
                        surroundings(store, ec2, fabric, folder),
                        never(RoleAccess.class),
                        new SecretsManagerService(store, ids, clock));
                var elasticache = new ElastiCacheService(surroundings(store, ec2, fabric, folder))) {
            var iam = new IamService(store, ids, clock, true);
            var s3 = new S3Service(store, folder, ids, clock, iam.authorizer());
            var parts = new LambdaService.Parts(
                    store,
                    Blobs.open(data),
                    streams,
                    ec2.networks(),
                    iam.roles(),
                    iam.authorizer(),
                    logs.sink(),
                    sqs.source(),
                    s3,
                    never(Sandboxes.class),
                    clock,
                    ids);
            try (var lambda = new LambdaService(parts, folder.resolve("code"), () -> "", LambdaOptions.DEFAULTS)) {
                check.of(List.of(
                        iam.iamOperations(),
                        iam.stsOperations(),
                        ec2.operations(),
                        rds.operations(),
                        elasticache.operations(),
                        new SecretsManagerService(store, ids, clock).operations(),
                        logs.operations(),
                        sqs.operations(),
                        s3.operations(),
                        new CloudTrailService().operations(),
                        new OrganizationsService(store, ids, never(AccountRoles.class)).operations(),
                        new SsmService(store, ids, clock, PublicParameters.NONE).operations(),
                        lambda.operations()));
            }
        }
    }

    private static Surroundings surroundings(Store store, Ec2Service ec2, Fabric fabric, Path folder) {
        return new Surroundings(
                store,
                ec2.networks(),
                fabric,
                new Names(fabric),
                never(Confinement.class),
                new Engines(folder),
                never(Certificates.class),
                Ids.random(),
                folder);
    }

    private static <T> T never(Class<T> type) {
        return type.cast(
                Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> {
                    throw new IllegalStateException("nothing should call " + method);
                }));
    }
}
