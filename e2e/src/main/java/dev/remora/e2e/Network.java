package dev.remora.e2e;

import java.util.List;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.UserIdGroupPair;
import software.amazon.awssdk.services.rds.model.DBInstance;

/** The network of most tests: a VPC 10.0.0.0/16, two private subnets in two zones, groups {@code app} and {@code db}. */
public record Network(Sdk sdk, String vpc, String subnetA, String subnetB, String app, String db) {
    public static Network create(Account account) {
        var sdk = Sdk.of(account);
        Ec2Client ec2 = sdk.ec2();
        String vpc = ec2.createVpc(r -> r.cidrBlock("10.0.0.0/16")).vpc().vpcId();
        String a = ec2.createSubnet(r -> r.vpcId(vpc).cidrBlock("10.0.1.0/24").availabilityZone("us-east-1a"))
                .subnet()
                .subnetId();
        String b = ec2.createSubnet(r -> r.vpcId(vpc).cidrBlock("10.0.2.0/24").availabilityZone("us-east-1b"))
                .subnet()
                .subnetId();
        String app = ec2.createSecurityGroup(r -> r.vpcId(vpc).groupName("app").description("functions"))
                .groupId();
        String db = ec2.createSecurityGroup(r -> r.vpcId(vpc).groupName("db").description("databases"))
                .groupId();
        var network = new Network(sdk, vpc, a, b, app, db);
        network.allow(5432);
        return network;
    }

    /** Lets the group {@code app} reach {@code db} on a TCP port. */
    public void allow(int port) {
        sdk.ec2().authorizeSecurityGroupIngress(r -> r.groupId(db).ipPermissions(p -> p.ipProtocol("tcp")
                .fromPort(port)
                .toPort(port)
                .userIdGroupPairs(UserIdGroupPair.builder().groupId(app).build())));
    }

    /** Takes that back. */
    public void revoke(int port) {
        sdk.ec2().revokeSecurityGroupIngress(r -> r.groupId(db).ipPermissions(p -> p.ipProtocol("tcp")
                .fromPort(port)
                .toPort(port)
                .userIdGroupPairs(UserIdGroupPair.builder().groupId(app).build())));
    }

    public List<String> subnets() {
        return List.of(subnetA, subnetB);
    }

    /** A running PostgreSQL in the private subnets, in group {@code db}; its endpoint's name. */
    public String database(String id) {
        return database(id, "postgres");
    }

    /** A running database of an engine, in the private subnets, in group {@code db}; its endpoint's name. */
    public String database(String id, String engine) {
        var rds = sdk.rds();
        rds.createDBSubnetGroup(
                r -> r.dbSubnetGroupName(id).dbSubnetGroupDescription("private").subnetIds(subnets()));
        rds.createDBInstance(r -> r.dbInstanceIdentifier(id)
                .engine(engine)
                .dbInstanceClass("db.t3.micro")
                .allocatedStorage(20)
                .masterUsername("remora")
                .masterUserPassword("correct-horse")
                .dbName("shop")
                .dbSubnetGroupName(id)
                .vpcSecurityGroupIds(db));
        // The SDK's waiter asks every thirty seconds.
        Eventually.holds("the database is there", () -> instance(id).dbInstanceStatus().equals("available"));
        return instance(id).endpoint().address();
    }

    private DBInstance instance(String id) {
        return sdk.rds().describeDBInstances(r -> r.dbInstanceIdentifier(id)).dbInstances().getFirst();
    }
}
