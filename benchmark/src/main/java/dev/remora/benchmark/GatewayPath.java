package dev.remora.benchmark;

import dev.remora.linux.Netns;
import dev.remora.net.Cidr;
import dev.remora.net.Cidr6;
import dev.remora.net.Fabric;
import dev.remora.net.FabricConfig;
import dev.remora.net.InternetMode;
import dev.remora.net.InternetPlan;
import dev.remora.net.Ip;
import dev.remora.net.Ipv4;
import dev.remora.net.Ipv6;
import dev.remora.net.KernelFabric;
import dev.remora.net.Topology;
import dev.remora.net.Topology.Attachment;
import dev.remora.net.Topology.Port;
import dev.remora.net.Topology.Route;
import dev.remora.net.Topology.Target;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * From a slot to the internet by a NAT gateway: shard, router, NAT gateway, router, internet gateway; and by IPv6 to a server in
 * the VPC. Against two namespaces and a plain IPv4 router between them.
 */
final class GatewayPath implements Benchmark {
    private static final int ROUNDS = 9;
    private static final String BARE_SERVER = "10.9.0.2";
    private static final Ipv4 NAT = Ipv4.parse("10.0.2.9");
    private static final Cidr6 SIX = new Cidr6(InternetPlan.VPCS6.base(), 56);
    private static final Ipv6 SERVER6 = SIX.base().plus(0x10);

    @Override
    public void run(Consumer<Row> rows) throws Exception {
        try (Fabric fabric = KernelFabric.open(FabricConfig.defaults(InternetMode.CLOSED));
                var bare = new BareNetwork();
                var tool = new PathTool();
                Netns near = bare.attach(10, Ipv4.parse("10.9.0.1").bytes());
                // Another client for the second set of rows: a closed connection keeps its port for a minute.
                Netns another = bare.attach(11, Ipv4.parse("10.9.0.3").bytes());
                Netns far = bare.attach(12, Ipv4.parse(BARE_SERVER).bytes())) {
            fabric.apply(topology());
            try (var slot = fabric.slots().take(fabric.slots().shardOf(OneVpc.KEY))) {
                slot.bind(OneVpc.KEY, true);
                tool.serve(fabric.workload(OneVpc.ROUTER, "eni-server"));
                tool.serve(fabric.internet());
                tool.serve(far);
                rows(rows, tool, slot.namespace(), near, "a NAT gateway", InternetPlan.API, "<= 3", ">= 0.3", ">= 0.5");
                rows(rows, tool, slot.namespace(), another, "interface + groups, IPv6", SERVER6, "<= 1.7", ">= 0.5", ">= 0.7");
            }
        }
    }

    private static void rows(
            Consumer<Row> rows,
            PathTool tool,
            Netns slot,
            Netns near,
            String what,
            Ip server,
            String roundTrip,
            String connections,
            String throughput)
            throws Exception {
        String through = " through " + what + " / plain routed veth";
        rows.accept(row(tool, slot, near, "round trip" + through, "rr", 10_000, "us", roundTrip, server));
        rows.accept(row(tool, slot, near, "connections/s" + through, "crr", 2_000, "/s", connections, server));
        rows.accept(row(tool, slot, near, "throughput" + through, "stream", 1_500, "Gb/s", throughput, server));
    }

    private static Row row(
            PathTool tool, Netns slot, Netns near, String name, String mode, int n, String unit, String goal, Ip server)
            throws Exception {
        return Sampled.alternate(
                name,
                unit,
                goal,
                1,
                ROUNDS,
                () -> tool.run(slot, mode, server.toString(), n),
                () -> tool.run(near, mode, BARE_SERVER, n));
    }

    /** A private subnet with the function, a public one with the server and the NAT gateway. */
    private static Topology topology() {
        Cidr block = Cidr.parse("10.0.0.0/16");
        Cidr all = Cidr.parse("0.0.0.0/0");
        var out = new Topology.Rule(-1, -1, -1, new Topology.Peer.Block(all));
        var out6 = new Topology.Rule(-1, -1, -1, new Topology.Peer.Block(Cidr6.parse("::/0")));
        var in = new Topology.Rule(6, 7000, 7000, new Topology.Peer.Members("sg-app"));
        var local = new Route(block, new Target.Local());
        var local6 = new Route(SIX, new Target.Local());
        var nat = new Route(all, new Target.ToPort("eni-nat"));
        var igw = new Route(all, new Target.By("igw"));
        List<Ip> function = List.of(Ipv4.parse("10.0.1.10"), SIX.base().plus(0x1_0000));
        return new Topology(
                OneVpc.ROUTER,
                List.of(block, SIX),
                Map.of(
                        "a", new Topology.Subnet("a", Cidr.parse("10.0.1.0/24"), "private"),
                        "b", new Topology.Subnet("b", Cidr.parse("10.0.2.0/24"), "public")),
                Map.of(
                        "private", new Topology.RouteTable("private", List.of(local, local6, nat)),
                        "public", new Topology.RouteTable("public", List.of(local, local6, igw))),
                Map.of(),
                Map.of(
                        "sg-app", new Topology.Group("sg-app", Set.of(), Set.of(out, out6)),
                        "sg-db", new Topology.Group("sg-db", Set.of(in), Set.of(out, out6))),
                Map.of(),
                Map.of(
                        "eni-function",
                        new Port("eni-function", "a", function, Set.of("sg-app"), true, new Attachment.Hyperplane(OneVpc.KEY)),
                        "eni-server",
                        new Port(
                                "eni-server", "b", List.of(Ipv4.parse(OneVpc.SERVER), SERVER6), Set.of("sg-db"), true,
                                new Attachment.Workload()),
                        "eni-nat",
                        new Port("eni-nat", "b", List.of(NAT), Set.of(), false, new Attachment.Translator())),
                Map.of("igw", new Topology.Gateway.Internet(Map.of(NAT, InternetPlan.PUBLIC.base().plus(9)), List.of(SIX))),
                Topology.Dns.PLAIN,
                false);
    }
}
