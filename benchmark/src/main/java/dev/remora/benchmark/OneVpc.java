package dev.remora.benchmark;

import dev.remora.net.Cidr;
import dev.remora.net.Ipv4;
import dev.remora.net.NatKey;
import dev.remora.net.Topology;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A VPC with one Hyperplane interface and one server that lets only that interface's group in. */
final class OneVpc {
    static final String ROUTER = "000000000000/us-east-1/vpc-0bench";
    static final NatKey KEY = new NatKey("bench");
    static final String SERVER = "10.0.2.10";

    static Topology topology() {
        Cidr all = Cidr.parse("0.0.0.0/0");
        var everywhere = new Topology.Rule(-1, -1, -1, new Topology.Peer.Block(all));
        var fromApp = new Topology.Rule(6, 7000, 7000, new Topology.Peer.Members("sg-app"));
        var local = new Topology.Route(Cidr.parse("10.0.0.0/16"), new Topology.Target.Local());
        return new Topology(
                ROUTER,
                List.of(Cidr.parse("10.0.0.0/16")),
                Map.of(
                        "subnet-a",
                        new Topology.Subnet("subnet-a", Cidr.parse("10.0.1.0/24"), "rtb-main"),
                        "subnet-b",
                        new Topology.Subnet("subnet-b", Cidr.parse("10.0.2.0/24"), "rtb-main")),
                Map.of("rtb-main", new Topology.RouteTable("rtb-main", List.of(local))),
                Map.of(
                        "sg-app",
                        new Topology.Group("sg-app", Set.of(), Set.of(everywhere)),
                        "sg-db",
                        new Topology.Group("sg-db", Set.of(fromApp), Set.of(everywhere))),
                Map.of(
                        "eni-function",
                        new Topology.Port(
                                "eni-function",
                                "subnet-a",
                                Ipv4.parse("10.0.1.10"),
                                Set.of("sg-app"),
                                true,
                                new Topology.Attachment.Hyperplane(KEY)),
                        "eni-server",
                        new Topology.Port(
                                "eni-server",
                                "subnet-b",
                                Ipv4.parse(SERVER),
                                Set.of("sg-db"),
                                true,
                                new Topology.Attachment.Workload())));
    }

    private OneVpc() {}
}
