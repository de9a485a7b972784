package dev.remora.lambda;

import dev.remora.ec2.Networks;
import dev.remora.iam.RoleAccess;
import dev.remora.net.Topology;
import dev.remora.store.Ids;
import dev.remora.store.Scope;
import dev.remora.store.Store;
import dev.remora.store.Transaction;
import dev.remora.store.View;
import dev.remora.wire.AwsError;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;

/**
 * Hyperplane interfaces: made when the first function needs a key, shared by all that need it, taken away when the last one goes.
 *
 * <p>There is no counter. The interfaces are EC2's documents; who uses a key is what the versions' own documents say. So
 * nothing can drift, and a restart has nothing to repair but to go on: versions that are not settled are settled, and
 * {@link Reclaim} records, written in the very transaction that took a key's last use away, are carried out.
 *
 * <p>Making and taking away are ordered by a lock per key (keys share a fixed number of them). A reclaim looks again, inside
 * the lock, whether the key is used: a function that came in between keeps the interface, or finds it gone and makes a new one.
 *
 * <p>An interface is made and deleted with the execution role's rights. Whether it may be deleted is decided when the last use
 * ends, not when the work is done: a script that deletes a function and then its role is not a race. A role that had lost the
 * right by then leaves the interface behind.
 */
final class HyperplaneEnis {
    /** "Lambda quotas": network interfaces per VPC, shared by Lambda and the like. */
    static final int PER_VPC_MAX = 500;

    static final String TYPE = "lambda";

    private static final int LOCKS = 256;

    /** Why an interface cannot be had, as a state's reason. */
    static final class Unavailable extends Exception {
        private final VersionDocument.Reason reason;

        Unavailable(String code, String text) {
            super(text, null, false, false);
            this.reason = new VersionDocument.Reason(code, text);
        }

        VersionDocument.Reason reason() {
            return reason;
        }
    }

    private final Store store;
    private final Networks networks;
    private final RoleAccess roles;
    private final ExecutionRoles rights;
    private final Ids ids;
    private final InstantSource clock;
    private final Duration inForce;
    private final List<ReentrantLock> locks = Stream.generate(ReentrantLock::new).limit(LOCKS).toList();

    HyperplaneEnis(
            Store store,
            Networks networks,
            RoleAccess roles,
            ExecutionRoles rights,
            Ids ids,
            InstantSource clock,
            Duration inForce) {
        this.store = store;
        this.networks = networks;
        this.roles = roles;
        this.rights = rights;
        this.ids = ids;
        this.clock = clock;
        this.inForce = inForce;
    }

    /** Sees to it that each key of the settings has an interface and that the kernel holds it. Waits. */
    void prepare(Scope scope, String function, Settings settings) throws Unavailable {
        for (HyperplaneKey key : settings.keys()) {
            String id = interfaceOf(scope, function, settings, key);
            if (!networks.awaitInForce(scope, id, inForce)) {
                throw new Unavailable("InternalError", "The network interface " + id + " was not in force after " + inForce
                        + ".");
            }
        }
    }

    private String interfaceOf(Scope scope, String function, Settings settings, HyperplaneKey key) throws Unavailable {
        ReentrantLock lock = lock(scope, key);
        lock.lock();
        try {
            List<Networks.Interface> existing = interfaces(scope, key);
            String id = existing.isEmpty() ? create(scope, function, settings, key) : existing.getFirst().id();
            networks.addIpv6(scope, id);
            return id;
        } finally {
            lock.unlock();
        }
    }

    /** Makes a further interface of a key, unless it has more than {@code had} by now, or nothing uses it any more. */
    void another(Scope scope, HyperplaneKey key, int had) throws Unavailable {
        ReentrantLock lock = lock(scope, key);
        lock.lock();
        try {
            Optional<VersionDocument> user =
                    store.view().find(VersionDocument.KIND, scope, "eni", key.text()).stream().findFirst();
            if (user.isPresent() && interfaces(scope, key).size() == had) {
                networks.addIpv6(scope, create(scope, user.get().function(), user.get().shown(), key));
            }
        } finally {
            lock.unlock();
        }
    }

    private String create(Scope scope, String function, Settings settings, HyperplaneKey key) throws Unavailable {
        Settings.Vpc vpc = settings.vpc().orElseThrow();
        if (!rights.mayCreateInterfaces(scope, settings.role(), vpc)) {
            throw new Unavailable("InsufficientRolePermissions", ExecutionRoles.lacksText("CreateNetworkInterface"));
        }
        if (networks.interfaces(scope, TYPE).stream().filter(i -> i.vpcId().equals(vpc.vpcId())).count() >= PER_VPC_MAX) {
            throw new Unavailable(
                    "EniLimitExceeded", "You have exceeded the maximum limit for Lambda HyperPlane ENIs for your account/VPC.");
        }
        try {
            String session = "awslambda_" + Math.floorMod(key.hashCode(), 1000) + "_" + clock.instant().toEpochMilli();
            String requester = roles.issue(settings.role(), session, "", Duration.ofMinutes(15)).assumedRoleId();
            return networks.create(
                            scope,
                            new Networks.Wanted(
                                    key.subnetId(),
                                    key.groupSet(),
                                    TYPE,
                                    "AWS Lambda VPC ENI-" + function + "-" + ids.uuid(),
                                    requester,
                                    false,
                                    new Topology.Attachment.Hyperplane(key.nat(scope))))
                    .id();
        } catch (AwsError e) {
            throw unavailable(key, e);
        }
    }

    private static Unavailable unavailable(HyperplaneKey key, AwsError e) {
        return switch (e.code()) {
            case "InsufficientFreeAddressesInSubnet" ->
                new Unavailable(
                        "SubnetOutOfIPAddresses",
                        "Lambda was not able to create a network interface because the subnet " + key.subnetId()
                                + " has no free IP address.");
            case "InvalidSubnetID.NotFound" ->
                new Unavailable("InvalidSubnet", "The subnet ID '" + key.subnetId() + "' does not exist");
            case "InvalidGroup.NotFound", "InvalidSecurityGroupID.NotFound" -> new Unavailable("InvalidSecurityGroup", e.text());
            case "NetworkInterfaceLimitExceeded" -> new Unavailable("EniLimitExceeded", e.text());
            case "NoSuchEntity" ->
                new Unavailable("InsufficientRolePermissions", "The role defined for the function cannot be assumed by Lambda.");
            default -> new Unavailable("InternalError", e.code() + ": " + e.text());
        };
    }

    private List<Networks.Interface> interfaces(Scope scope, HyperplaneKey key) {
        return networks.interfaces(scope, TYPE).stream()
                .filter(i -> i.subnetId().equals(key.subnetId()) && i.groups().equals(key.groupSet()))
                .toList();
    }

    /** Whether any version runs, or is to run, with the key. */
    static boolean used(View view, Scope scope, HyperplaneKey key) {
        return view.any(VersionDocument.KIND, scope, "eni", key.text());
    }

    /**
     * Notes for each key that nothing uses any more that its interfaces are to go. Called inside the transaction that took a
     * use away.
     *
     * @param allowed whether the role that used them may delete interfaces
     */
    static void note(Transaction tx, Scope scope, Collection<HyperplaneKey> keys, boolean allowed) {
        for (HyperplaneKey key : keys) {
            if (!used(tx, scope, key)) {
                tx.put(Reclaim.KIND, scope, key.text(), new Reclaim(key.subnetId(), key.groups(), allowed));
            }
        }
    }

    /** Carries out one note, after the sandboxes that used the key are gone. */
    void reclaim(Scope scope, HyperplaneKey key) {
        ReentrantLock lock = lock(scope, key);
        lock.lock();
        try {
            var note = store.view().get(Reclaim.KIND, scope, key.text());
            if (note.isEmpty()) {
                return;
            }
            if (!used(store.view(), scope, key)) {
                for (Networks.Interface each : interfaces(scope, key)) {
                    if (note.get().allowed()) {
                        networks.delete(scope, each.id());
                    } else {
                        networks.abandon(scope, each.id());
                    }
                }
            }
            store.write(tx -> {
                tx.delete(Reclaim.KIND, scope, key.text());
                return true;
            });
        } finally {
            lock.unlock();
        }
    }

    private ReentrantLock lock(Scope scope, HyperplaneKey key) {
        return locks.get(Math.floorMod(Objects.hash(scope, key), LOCKS));
    }
}
