package dev.remora.lambda;

import dev.remora.ec2.HyperplaneInterfaces;
import dev.remora.ec2.Networks;
import dev.remora.net.Ipv4;
import dev.remora.net.NatKey;
import dev.remora.net.Topology;
import dev.remora.store.Scope;
import dev.remora.store.Transaction;
import dev.remora.store.View;
import dev.remora.wire.AwsError;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;

/** A VPC with two subnets and a few groups, another one, and a gate that holds new interfaces. */
final class LabNetworks implements Networks {
    static final String SUBNET_A = "subnet-0000000000000000a";
    static final String SUBNET_B = "subnet-0000000000000000b";
    static final String SUBNET_OTHER_VPC = "subnet-0000000000000000f";
    static final String SUBNET_DEDICATED = "subnet-0000000000000000d";
    static final String SUBNET_DUAL = "subnet-00000000000000006";
    static final String SUBNET_IPV6_ONLY = "subnet-00000000000000066";
    static final String GROUP_1 = "sg-00000000000000001";
    static final String GROUP_2 = "sg-00000000000000002";
    static final String GROUP_OTHER_VPC = "sg-0000000000000000f";
    static final String GROUP_DEDICATED = "sg-0000000000000000d";
    static final String VPC = "vpc-00000000000000001";

    private final Map<String, Subnet> subnets = new TreeMap<>(Map.of(
            SUBNET_A, new Subnet(SUBNET_A, VPC, "eu-west-1a", false),
            SUBNET_B, new Subnet(SUBNET_B, VPC, "eu-west-1b", false),
            SUBNET_DUAL, new Subnet(SUBNET_DUAL, VPC, "eu-west-1b", true),
            SUBNET_IPV6_ONLY, new Subnet(SUBNET_IPV6_ONLY, VPC, "eu-west-1b", false, true),
            SUBNET_OTHER_VPC, new Subnet(SUBNET_OTHER_VPC, "vpc-other", "eu-west-1a", false),
            SUBNET_DEDICATED, new Subnet(SUBNET_DEDICATED, "vpc-dedicated", "eu-west-1a", false)));
    private final Map<String, Group> groups = new TreeMap<>(Map.of(
            GROUP_1, new Group(GROUP_1, VPC, "one"),
            GROUP_2, new Group(GROUP_2, VPC, "two"),
            GROUP_OTHER_VPC, new Group(GROUP_OTHER_VPC, "vpc-other", "other"),
            GROUP_DEDICATED, new Group(GROUP_DEDICATED, "vpc-dedicated", "dedicated")));
    final Map<String, Wanted> made = new TreeMap<>();
    final Map<String, Wanted> abandoned = new TreeMap<>();
    final Set<String> askedForIpv6 = new TreeSet<>();
    final Map<String, Integer> connections = new ConcurrentHashMap<>();
    final Map<String, Set<String>> spared = new ConcurrentHashMap<>();
    final List<String> created = new ArrayList<>();
    String failWith = "";
    private CountDownLatch gate = new CountDownLatch(0);
    private Runnable changed = () -> {};
    private int last;

    void onChange(Runnable listener) {
        changed = listener;
    }

    /** From now on nothing new comes in force until the latch is counted down. */
    CountDownLatch hold() {
        gate = new CountDownLatch(1);
        return gate;
    }

    @Override
    public List<Subnet> defaultSubnets(Scope scope) {
        return List.of();
    }

    @Override
    public Optional<Subnet> subnet(Scope scope, String subnetId) {
        return Optional.ofNullable(subnets.get(subnetId));
    }

    @Override
    public Optional<Group> group(Scope scope, String groupId) {
        return Optional.ofNullable(groups.get(groupId));
    }

    @Override
    public boolean dedicated(Scope scope, String vpcId) {
        return vpcId.equals("vpc-dedicated");
    }

    @Override
    public String defaultGroup(Scope scope, String vpcId) {
        return GROUP_1;
    }

    @Override
    public synchronized Interface create(Scope scope, Wanted wanted) {
        if (!failWith.isEmpty()) {
            throw new AwsError(failWith, 400, "The request failed with " + failWith);
        }
        String id = "eni-" + ++last;
        made.put(id, wanted);
        created.add(id);
        changed.run();
        return view(id, wanted);
    }

    @Override
    public void addIpv6(Scope scope, String interfaceId) {
        askedForIpv6.add(interfaceId);
    }

    @Override
    public void regroup(Scope scope, String interfaceId, Set<String> groups) {
        throw new UnsupportedOperationException();
    }

    @Override
    public boolean awaitInForce(Scope scope, String interfaceId, Duration atMost) {
        try {
            gate.await();
            return true;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public synchronized void delete(Scope scope, String interfaceId) {
        made.remove(interfaceId);
        changed.run();
    }

    @Override
    public synchronized void abandon(Scope scope, String interfaceId) {
        Wanted wanted = made.remove(interfaceId);
        if (wanted != null) {
            abandoned.put(interfaceId, wanted);
        }
        changed.run();
    }

    @Override
    public synchronized List<Interface> interfaces(Scope scope, String interfaceType) {
        return made.entrySet().stream()
                .filter(e -> e.getValue().interfaceType().equals(interfaceType))
                .map(e -> view(e.getKey(), e.getValue()))
                .toList();
    }

    private Interface view(String id, Wanted wanted) {
        Subnet subnet = Objects.requireNonNull(subnets.get(wanted.subnetId()));
        return new Interface(
                id, wanted.subnetId(), subnet.vpcId(), new Ipv4(last), wanted.groups(), wanted.description());
    }

    @Override
    public int connections(Scope scope, Interface of, int atLeast) {
        return connections.getOrDefault(of.id(), 0);
    }

    @Override
    public void spare(NatKey key, Set<String> interfaceIds) {
        spared.put(key.name(), Set.copyOf(interfaceIds));
    }

    /** The same interfaces; nothing of them is undone if a transaction is. */
    @Override
    public HyperplaneInterfaces hyperplane() {
        return new HyperplaneInterfaces() {
            @Override
            public List<Interface> of(View view, Scope scope, NatKey key) {
                synchronized (LabNetworks.this) {
                    return made.entrySet().stream()
                            .filter(e -> e.getValue().attachment().equals(new Topology.Attachment.Hyperplane(key)))
                            .map(e -> LabNetworks.this.view(e.getKey(), e.getValue()))
                            .toList();
                }
            }

            @Override
            public int count(View view, Scope scope, String vpcId) {
                return (int) interfaces(scope, "lambda").stream().filter(i -> i.vpcId().equals(vpcId)).count();
            }

            @Override
            public Interface make(Transaction tx, Scope scope, Wanted wanted) {
                return create(scope, wanted);
            }

            @Override
            public boolean inForce(View view, Scope scope, String interfaceId) {
                return gate.getCount() == 0;
            }

            @Override
            public void delete(Transaction tx, Scope scope, String interfaceId) {
                LabNetworks.this.delete(scope, interfaceId);
            }

            @Override
            public void abandon(Transaction tx, Scope scope, String interfaceId) {
                LabNetworks.this.abandon(scope, interfaceId);
            }

            @Override
            public void settle(Scope scope, String vpcId) {}
        };
    }

    @Override
    public String router(Scope scope, String vpcId) {
        return scope.account() + "/" + scope.region() + "/" + vpcId;
    }
}
