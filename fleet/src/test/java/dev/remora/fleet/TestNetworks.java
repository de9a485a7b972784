package dev.remora.fleet;

import dev.remora.ec2.HyperplaneInterfaces;
import dev.remora.ec2.Networks;
import dev.remora.net.Ipv4;
import dev.remora.net.NatKey;
import dev.remora.store.Scope;
import dev.remora.wire.AwsError;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Two VPCs in memory, for the tests of every service that has servers: {@code subnet-a}, {@code subnet-b} and {@code subnet-a2}
 * in zones a, b, a of one, {@code subnet-x} of another; the groups {@code sg-db}, {@code sg-cache} and {@code sg-other} of the
 * one, {@code sg-foreign} of the other.
 */
public final class TestNetworks implements Networks {
    /** Those that were made and not deleted, by id. */
    public final Map<String, Interface> interfaces = new ConcurrentHashMap<>();

    /** Subnets without a free address. */
    public final Set<String> full = ConcurrentHashMap.newKeySet();

    public boolean noDefaultVpc;
    private int made;

    @Override
    public Optional<Subnet> subnet(Scope scope, String id) {
        return switch (id) {
            case "subnet-a", "subnet-a2" -> Optional.of(new Subnet(id, "vpc-1", scope.region() + "a", false));
            case "subnet-b" -> Optional.of(new Subnet(id, "vpc-1", scope.region() + "b", false));
            case "subnet-x" -> Optional.of(new Subnet(id, "vpc-2", scope.region() + "b", false));
            default -> Optional.empty();
        };
    }

    @Override
    public List<Subnet> defaultSubnets(Scope scope) {
        return noDefaultVpc ? List.of() : List.of(subnet(scope, "subnet-x").orElseThrow());
    }

    @Override
    public Optional<Group> group(Scope scope, String id) {
        return switch (id) {
            case "sg-db", "sg-cache", "sg-other" -> Optional.of(new Group(id, "vpc-1", id));
            case "sg-foreign" -> Optional.of(new Group(id, "vpc-2", id));
            default -> Optional.empty();
        };
    }

    @Override
    public boolean dedicated(Scope scope, String vpcId) {
        return false;
    }

    @Override
    public String defaultGroup(Scope scope, String vpcId) {
        return "sg-default-of-" + vpcId;
    }

    @Override
    public synchronized Interface create(Scope scope, Wanted wanted) {
        if (full.contains(wanted.subnetId())) {
            throw new AwsError("InsufficientFreeAddressesInSubnet", 400, "full");
        }
        made++;
        var subnet = subnet(scope, wanted.subnetId()).orElseThrow();
        var result = new Interface(
                "eni-" + made,
                wanted.subnetId(),
                subnet.vpcId(),
                Ipv4.parse("10.0.0." + (10 + made)),
                wanted.groups(),
                wanted.description());
        interfaces.put(result.id(), result);
        return result;
    }

    @Override
    public void addIpv6(Scope scope, String interfaceId) {
        throw new AssertionError("managed servers have no IPv6 addresses");
    }

    @Override
    public void regroup(Scope scope, String id, Set<String> groups) {
        interfaces.computeIfPresent(
                id, (k, i) -> new Interface(i.id(), i.subnetId(), i.vpcId(), i.address(), groups, i.description()));
    }

    @Override
    public boolean awaitInForce(Scope scope, String id, Duration atMost) {
        return true;
    }

    @Override
    public void delete(Scope scope, String id) {
        interfaces.remove(id);
    }

    @Override
    public void abandon(Scope scope, String id) {
        throw new UnsupportedOperationException();
    }

    @Override
    public List<Interface> interfaces(Scope scope, String type) {
        return new ArrayList<>(interfaces.values());
    }

    @Override
    public int connections(Scope scope, Interface of, int atLeast) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void spare(NatKey key, Set<String> interfaceIds) {
        throw new UnsupportedOperationException();
    }

    @Override
    public HyperplaneInterfaces hyperplane() {
        throw new AssertionError("these are Lambda's");
    }

    @Override
    public String router(Scope scope, String vpcId) {
        return scope.account() + "/" + scope.region() + "/" + vpcId;
    }
}
