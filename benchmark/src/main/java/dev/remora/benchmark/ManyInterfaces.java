package dev.remora.benchmark;

import dev.remora.e2e.Sdk;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Ten thousand interfaces in one VPC, made over the API. */
final class ManyInterfaces {
    static final int COUNT = 10_000;
    private static final int CLIENTS = 4;

    /** The id of one of them. */
    static String create(Sdk sdk) throws Exception {
        var ec2 = sdk.ec2();
        String vpc = ec2.createVpc(r -> r.cidrBlock("10.0.0.0/16")).vpc().vpcId();
        String subnet = ec2.createSubnet(r -> r.vpcId(vpc).cidrBlock("10.0.0.0/17"))
                .subnet()
                .subnetId();
        return make(sdk, subnet, List.of(), COUNT).get(COUNT / 2);
    }

    /** @param groups none for the VPC's default group */
    static List<String> make(Sdk sdk, String subnet, List<String> groups, int count) throws Exception {
        var ec2 = sdk.ec2();
        List<Future<String>> made = new ArrayList<>();
        try (var clients = Executors.newFixedThreadPool(CLIENTS)) {
            for (int i = 0; i < count; i++) {
                made.add(clients.submit(() -> ec2.createNetworkInterface(r -> r.subnetId(subnet).groups(groups))
                        .networkInterface()
                        .networkInterfaceId()));
            }
        }
        List<String> ids = new ArrayList<>();
        for (var one : made) {
            ids.add(one.get());
        }
        return ids;
    }

    private ManyInterfaces() {}
}
