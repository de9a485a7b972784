package dev.remora.benchmark;

import dev.remora.e2e.Account;
import dev.remora.e2e.Functions;
import dev.remora.e2e.Network;
import dev.remora.e2e.Server;
import dev.remora.net.Fabric;
import dev.remora.net.FabricConfig;
import dev.remora.net.InternetMode;
import dev.remora.net.KernelFabric;
import dev.remora.net.Topology;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import software.amazon.awssdk.http.SdkHttpMethod;

/**
 * One more and one less member of a group that has ten thousand, against one that has ten, until the kernel judges by it; and a
 * rule more and less that names such a group, from the request until its answer, which leaves when the kernel judges by it.
 */
final class BigGroup implements Benchmark {
    private static final int MANY = 10_000;
    private static final int FEW = 10;
    private static final int SAMPLES = 100;
    private static final int REQUESTS = 200;

    @Override
    public void run(Consumer<Row> rows) throws Exception {
        try (Fabric fabric = KernelFabric.open(FabricConfig.defaults(InternetMode.CLOSED));
                Fabric small = KernelFabric.open(FabricConfig.defaults(InternetMode.CLOSED))) {
            rows.accept(Sampled.alternate(
                    "change of a group with 10,000 members / with 10 members",
                    "us",
                    "<= 1.2",
                    10,
                    SAMPLES,
                    Sampled.micros(toggle(fabric, MANY)),
                    Sampled.micros(toggle(small, FEW))));
        }
        rules(rows);
    }

    private static void rules(Consumer<Row> rows) throws Exception {
        try (var server = Server.start("--ephemeral");
                var line = new HttpLine(Integer.parseInt(server.endpoint().replaceAll(".*:", "")))) {
            rows.accept(Sampled.alternate(
                    "rule that names a group with 10,000 members, request until in force / with 10 members",
                    "us",
                    "<= 1.2",
                    50,
                    REQUESTS,
                    Sampled.micros(rule(server, line, MANY)),
                    Sampled.micros(rule(server, line, FEW))));
        }
    }

    /** In an account of its own, with a function, so that there is a router. */
    private static Sampled.Work rule(Server server, HttpLine line, int members) throws Exception {
        var account = Account.fresh(server);
        var functions = Functions.of(account);
        var network = Network.create(account);
        functions.python(
                "f",
                functions.role("r", Functions.VPC_ACCESS),
                "def handler(event, context): return event",
                f -> f.vpcConfig(Functions.in(network)));
        String subnet = network.sdk()
                .ec2()
                .createSubnet(r -> r.vpcId(network.vpc()).cidrBlock("10.0.128.0/17"))
                .subnet()
                .subnetId();
        ManyInterfaces.make(network.sdk(), subnet, List.of(network.app()), members);
        byte[] authorize = request(server, account, network.app(), "AuthorizeSecurityGroupIngress");
        byte[] revoke = request(server, account, network.app(), "RevokeSecurityGroupIngress");
        boolean[] there = {false};
        return () -> {
            line.exchange(there[0] ? revoke : authorize);
            there[0] ^= true;
        };
    }

    private static byte[] request(Server server, Account account, String group, String action) {
        return HttpLine.signed(
                server.endpoint(),
                account.id(),
                "ec2",
                SdkHttpMethod.POST,
                "/",
                Map.of("Content-Type", "application/x-www-form-urlencoded"),
                "Action=" + action + "&Version=2016-11-15&GroupId=" + group
                        + "&IpPermissions.1.IpProtocol=tcp&IpPermissions.1.FromPort=9000&IpPermissions.1.ToPort=9000"
                        + "&IpPermissions.1.Groups.1.GroupId=" + group);
    }

    private static Sampled.Work toggle(Fabric fabric, int members) {
        Map<String, Topology.Port> ports = new HashMap<>();
        for (int i = 0; i < members; i++) {
            ports.put("eni-m" + i, member(i));
        }
        Topology without = OneVpc.topology(0, ports);
        Topology with = plus(without, member(members));
        fabric.apply(without);
        boolean[] there = {false};
        return () -> {
            there[0] ^= true;
            fabric.apply(there[0] ? with : without);
        };
    }

    /** Made as the compiler makes a topology: of the one before it. */
    private static Topology plus(Topology t, Topology.Port port) {
        return new Topology(
                t.router(), t.blocks(), t.subnets(), t.routeTables(), t.acls(), t.groups(), t.foreignMembers(),
                t.ports().plus(port.id(), port), t.gateways(), t.dns(), t.metered());
    }

    private static Topology.Port member(int i) {
        String address = "10.0." + (64 + i / 200) + "." + (10 + i % 200);
        return OneVpc.port("eni-m" + i, "subnet-c", address, "sg-app", new Topology.Attachment.None());
    }
}
