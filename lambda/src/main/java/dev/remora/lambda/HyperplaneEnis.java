package dev.remora.lambda;

import dev.remora.ec2.HyperplaneInterfaces;
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
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hyperplane interfaces: made when the first function needs a key, shared by all that need it, taken away when the last one goes.
 *
 * <p>There is no counter. The interfaces are EC2's documents; who uses a key is what the versions' own documents say. So
 * nothing can drift, and a restart has nothing to repair but to go on: versions that are not settled are settled, and
 * {@link Reclaim} records, written in the very transaction that took a key's last use away, are carried out.
 *
 * <p>Whether a key is used and whether it has an interface are decided in one transaction: the one that puts a version makes
 * the interface that it lacks, and the one that takes an interface away sees that no version uses it. So a function that comes
 * in between keeps the interface, or finds it gone and makes a new one.
 *
 * <p>An interface is made and deleted with the execution role's rights. Whether it may be deleted is decided when the last use
 * ends, not when the work is done: a script that deletes a function and then its role is not a race. A role that had lost the
 * right by then leaves the interface behind.
 */
final class HyperplaneEnis {
    /** "Lambda quotas": network interfaces per VPC, shared by Lambda and the like. */
    static final int PER_VPC_MAX = 500;

    static final String TYPE = "lambda";

    private static final Logger LOG = LoggerFactory.getLogger(HyperplaneEnis.class);

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
    private final HyperplaneInterfaces shared;
    private final RoleAccess roles;
    private final ExecutionRoles rights;
    private final Ids ids;
    private final InstantSource clock;
    private final Duration inForce;

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
        this.shared = networks.hyperplane();
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
        List<Networks.Interface> existing = interfaces(store.view(), scope, key);
        String id = existing.isEmpty() ? create(scope, function, settings, key) : existing.getFirst().id();
        networks.addIpv6(scope, id);
        return id;
    }

    /** What a version needs beside its documents: the interfaces that are to be made for it, by key. */
    record Wants(Scope scope, Set<HyperplaneKey> keys, Map<HyperplaneKey, Networks.Wanted> missing) {}

    /** For a version whose role is known to have the rights. Asks before the transaction, which must not ask anybody. */
    Wants wants(Scope scope, String function, Settings settings) {
        Map<HyperplaneKey, Networks.Wanted> missing = new LinkedHashMap<>();
        Set<HyperplaneKey> keys = new LinkedHashSet<>(settings.keys());
        for (HyperplaneKey key : keys) {
            if (interfaces(store.view(), scope, key).isEmpty()) {
                missing.put(key, wanted(scope, function, settings.role(), key));
            }
        }
        return new Wants(scope, keys, missing);
    }

    /**
     * Makes what a version lacks, in the transaction that puts it. What cannot be made is left to {@link #prepare}, which says
     * why.
     *
     * @return whether all that it needs is in force already
     */
    boolean make(Transaction tx, Wants wants) {
        boolean ready = true;
        for (HyperplaneKey key : wants.keys()) {
            List<Networks.Interface> existing = interfaces(tx, wants.scope(), key);
            if (existing.isEmpty()) {
                ready = false;
                Networks.Wanted wanted = wants.missing().get(key);
                if (wanted != null) {
                    makeOne(tx, wants.scope(), key, wanted);
                }
            } else {
                ready &= shared.inForce(tx, wants.scope(), existing.getFirst().id());
            }
        }
        return ready;
    }

    private void makeOne(Transaction tx, Scope scope, HyperplaneKey key, Networks.Wanted wanted) {
        try {
            if (room(tx, scope, key).isEmpty()) {
                shared.make(tx, scope, wanted);
            }
        } catch (AwsError saidLater) {
            LOG.debug("{} has no interface yet: {}", key.text(), saidLater.getMessage());
        }
    }

    /** Makes a further interface of a key, unless it has more than {@code had} by now, or nothing uses it any more. */
    void another(Scope scope, HyperplaneKey key, int had) throws Unavailable {
        Optional<VersionDocument> user =
                store.view().find(VersionDocument.KIND, scope, "eni", key.text()).stream().findFirst();
        if (user.isPresent()) {
            create(scope, user.get().function(), user.get().shown(), key, had)
                    .ifPresent(id -> networks.addIpv6(scope, id));
        }
    }

    /** The key's interface; a new one, unless somebody else was faster. */
    private String create(Scope scope, String function, Settings settings, HyperplaneKey key) throws Unavailable {
        Optional<String> made = create(scope, function, settings, key, 0);
        return made.or(() -> interfaces(store.view(), scope, key).stream().map(Networks.Interface::id).findFirst())
                .orElseThrow(() -> new Unavailable("InternalError", "Nothing uses " + key.text() + " any more."));
    }

    private Optional<String> create(Scope scope, String function, Settings settings, HyperplaneKey key, int had)
            throws Unavailable {
        if (!rights.mayCreateInterfaces(scope, settings.role(), settings.vpc().orElseThrow())) {
            throw new Unavailable("InsufficientRolePermissions", ExecutionRoles.lacksText("CreateNetworkInterface"));
        }
        try {
            Networks.Wanted wanted = wanted(scope, function, settings.role(), key);
            Optional<Unavailable> full = room(store.view(), scope, key);
            if (full.isPresent()) {
                throw full.get();
            }
            return store.write(tx -> used(tx, scope, key) && interfaces(tx, scope, key).size() == had
                    ? Optional.of(shared.make(tx, scope, wanted).id())
                    : Optional.empty());
        } catch (AwsError e) {
            throw unavailable(key, e);
        }
    }

    private Networks.Wanted wanted(Scope scope, String function, String role, HyperplaneKey key) {
        String session = "awslambda_" + Math.floorMod(key.hashCode(), 1000) + "_" + clock.instant().toEpochMilli();
        return new Networks.Wanted(
                key.subnetId(),
                key.groupSet(),
                TYPE,
                "AWS Lambda VPC ENI-" + function + "-" + ids.uuid(),
                roles.issue(role, session, "", Duration.ofMinutes(15)).assumedRoleId(),
                false,
                new Topology.Attachment.Hyperplane(key.nat(scope)));
    }

    /** Why there cannot be another interface in the key's VPC. */
    private Optional<Unavailable> room(View view, Scope scope, HyperplaneKey key) {
        return networks.subnet(scope, key.subnetId())
                .filter(subnet -> shared.count(view, scope, subnet.vpcId()) >= PER_VPC_MAX)
                .map(subnet -> new Unavailable(
                        "EniLimitExceeded",
                        "You have exceeded the maximum limit for Lambda HyperPlane ENIs for your account/VPC."));
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

    private List<Networks.Interface> interfaces(View view, Scope scope, HyperplaneKey key) {
        return shared.of(view, scope, key.nat(scope)).stream().filter(i -> i.groups().equals(key.groupSet())).toList();
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
        List<Networks.Interface> gone = store.write(tx -> {
            Optional<Reclaim> note = tx.get(Reclaim.KIND, scope, key.text());
            tx.delete(Reclaim.KIND, scope, key.text());
            if (note.isEmpty() || used(tx, scope, key)) {
                return List.<Networks.Interface>of();
            }
            List<Networks.Interface> going = interfaces(tx, scope, key);
            for (Networks.Interface each : going) {
                if (note.get().allowed()) {
                    shared.delete(tx, scope, each.id());
                } else {
                    shared.abandon(tx, scope, each.id());
                }
            }
            return going;
        });
        gone.stream().map(Networks.Interface::vpcId).distinct().forEach(vpcId -> shared.settle(scope, vpcId));
    }
}
