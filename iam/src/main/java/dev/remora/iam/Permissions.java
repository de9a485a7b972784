package dev.remora.iam;

import dev.remora.iam.ControlPolicies.Policy;
import dev.remora.iam.ControlPolicies.Standing;
import dev.remora.iam.PolicySet.Attached;
import dev.remora.store.Reading;
import dev.remora.store.Scope;
import dev.remora.store.Store;
import dev.remora.store.View;
import dev.remora.wire.Authorizer.PolicyType;
import dev.remora.wire.Principal;
import dev.remora.wire.SessionTerms;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Function;

/**
 * The compiled policies of identities, sessions and accounts.
 *
 * <p>An identity's policies are compiled when it first does something, and again when they changed. Each entry knows the
 * documents that it was made of, and the store's revision at which they were last found the same: while the store has not moved
 * on, a decision costs one map look-up and one comparison; when it has, the entry's own documents are looked up, and it is made
 * anew only if one of them is another object. A change is therefore in force for the first request after its transaction; there
 * is no feed to wait for and no entry that could be forgotten. Following the change feed was rejected for that reason: it is
 * behind the answer by a moment.
 */
final class Permissions {
    /** How many compiled forms of each sort are kept; beyond that all are dropped and made again on demand. */
    private static final int KEPT = 10_000;

    private final Store store;

    /** Roles and users by their unique ids. */
    private final ConcurrentMap<String, Reading.Kept<Granted>> identities = new ConcurrentHashMap<>();

    private final ConcurrentMap<Limits, Reading.Kept<PolicySet>> sessions = new ConcurrentHashMap<>();
    private final ConcurrentMap<String, Levels> accounts = new ConcurrentHashMap<>();
    private final ConcurrentMap<String, Guard> guards = new ConcurrentHashMap<>();
    private final ConcurrentMap<String, PolicyDocument> documents = new ConcurrentHashMap<>();

    Permissions(Store store) {
        this.store = store;
    }

    /**
     * An identity and what it may do, as of now.
     *
     * @param trust of a role; says nothing of a user
     */
    record Granted(Identity identity, Authority authority, PolicySet trust) {
        Role role() {
            return (Role) identity;
        }
    }

    /** A session's own policies. */
    private record Limits(String policy, List<String> arns) {}

    private record Levels(List<List<Policy>> policies, List<PolicySet> sets) {}

    private record Guard(List<Policy> policies, PolicySet set) {}

    /** Of the role of an ARN, path and all. */
    Optional<Granted> role(String roleArn) {
        return find(roleArn, store.view()).flatMap(role -> role(roleArn, role.id()));
    }

    /** Of a session's role, unless it is another one of the same name. */
    Optional<Granted> role(Principal.RoleSession caller) {
        return role(caller.roleArn(), caller.roleId());
    }

    private Optional<Granted> role(String roleArn, String id) {
        Reading.Kept<Granted> known = identities.get(id);
        return known != null && known.current(store.view()) ? known.value() : made(identities, id, reading -> parsed(roleArn)
                .flatMap(name -> reading.get(Role.KIND, name.scope(), name.key()))
                .filter(role -> role.arn().equals(roleArn) && role.id().equals(id))
                .map(role -> granted(role, reading, trust(role))));
    }

    /** Of a user, unless it is another one of the same name. */
    Optional<Granted> user(Principal.User caller) {
        Reading.Kept<Granted> known = identities.get(caller.id());
        return known != null && known.current(store.view()) ? known.value() : made(identities, caller.id(), reading -> reading
                .get(User.KIND, Scope.global(caller.account()), User.key(caller.name()))
                .filter(user -> user.id().equals(caller.id()))
                .map(user -> granted(user, reading, PolicySet.EMPTY)));
    }

    /** What limits a session. */
    PolicySet session(SessionTerms terms) {
        if (!terms.limited()) {
            return PolicySet.UNLIMITED;
        }
        var limits = new Limits(terms.policy(), terms.policyArns());
        Reading.Kept<PolicySet> known = sessions.get(limits);
        if (known != null && known.current(store.view())) {
            return known.value().orElseThrow();
        }
        return made(sessions, limits, reading -> {
            var policies = new ArrayList<Attached>();
            if (!limits.policy().isEmpty()) {
                policies.add(new Attached(PolicyType.SESSION, "", "", compiled(limits.policy())));
            }
            limits.arns().forEach(arn -> managed(arn, reading).ifPresent(
                    document -> policies.add(new Attached(PolicyType.SESSION, arn, "", document))));
            return Optional.of(new PolicySet(policies));
        }).orElseThrow();
    }

    /**
     * What an account's control policies say of a caller in it: of service-linked roles nothing ("SCP effects on
     * permissions").
     */
    List<PolicySet> control(Principal caller, Standing standing) {
        if (standing.levels().isEmpty() || serviceLinked(caller)) {
            return List.of();
        }
        Levels known = accounts.get(caller.account());
        if (known == null || known.policies() != standing.levels()) {
            known = new Levels(standing.levels(),
                    standing.levels().stream().map(level -> set(PolicyType.CONTROL, level)).toList());
            bound(accounts);
            accounts.put(caller.account(), known);
        }
        return known.sets();
    }

    /**
     * What the resource control policies of an account say of a call on a resource of it: of calls of service-linked roles, and
     * of who may assume such a role, nothing ("Resources and entities not restricted by RCPs").
     *
     * @param account whose place it is
     */
    PolicySet guard(String account, Standing standing, Principal caller, String resource) {
        if (standing.resources().isEmpty() || serviceLinked(caller) || ServiceLinkedRoles.linked(resource)) {
            return PolicySet.EMPTY;
        }
        Guard known = guards.get(account);
        if (known == null || known.policies() != standing.resources()) {
            known = new Guard(standing.resources(), set(PolicyType.RESOURCE_CONTROL, standing.resources()));
            bound(guards);
            guards.put(account, known);
        }
        return known.set();
    }

    private static boolean serviceLinked(Principal caller) {
        return caller instanceof Principal.RoleSession session && ServiceLinkedRoles.linked(session.roleArn());
    }

    private PolicySet set(PolicyType type, List<Policy> policies) {
        return new PolicySet(policies.stream()
                .map(policy -> new Attached(type, policy.arn(), "", compiled(policy.document())))
                .toList());
    }

    private <K, T> Optional<T> made(ConcurrentMap<K, Reading.Kept<T>> map, K key, Function<Reading, Optional<T>> make) {
        var reading = new Reading(store.view());
        Optional<T> made = make.apply(reading);
        if (made.isEmpty()) {
            map.remove(key);
        } else {
            bound(map);
            map.put(key, reading.keep(made.get()));
        }
        return made;
    }

    private record Name(Scope scope, String key) {}

    private static Optional<Name> parsed(String roleArn) {
        String[] parts = roleArn.split(":", 6);
        if (parts.length != 6 || !parts[5].startsWith("role/")) {
            return Optional.empty();
        }
        String name = parts[5].substring(parts[5].lastIndexOf('/') + 1);
        return Optional.of(new Name(Scope.global(parts[4]), Role.key(name)));
    }

    /** The role of an ARN, path and all. */
    static Optional<Role> find(String roleArn, View view) {
        return parsed(roleArn).flatMap(name -> view.get(Role.KIND, name.scope(), name.key()))
                .filter(role -> role.arn().equals(roleArn));
    }

    private static List<Group> groups(User user, Reading reading) {
        var groups = new ArrayList<Group>();
        for (String key : user.groups()) {
            reading.get(Group.KIND, Scope.global(user.account()), key).ifPresent(groups::add);
        }
        return groups;
    }

    private PolicySet trust(Role role) {
        return new PolicySet(List.of(new Attached(PolicyType.TRUST, role.arn(), "", compiled(role.trust()))));
    }

    private Granted granted(Identity identity, Reading reading, PolicySet trust) {
        PolicySet limit = identity.boundary().isEmpty()
                ? PolicySet.UNLIMITED : new PolicySet(boundary(identity.boundary(), reading));
        var authority = new Authority(List.of(), new PolicySet(policies(identity, reading)), limit, PolicySet.UNLIMITED);
        return new Granted(identity, authority, trust);
    }

    private void collect(Identity identity, Reading reading, List<Attached> into) {
        String holder = identity.arn();
        identity.inline().forEach(
                (name, document) -> into.add(new Attached(PolicyType.IDENTITY, name, holder, compiled(document))));
        for (String arn : identity.attached()) {
            managed(arn, reading).ifPresent(document -> into.add(new Attached(PolicyType.IDENTITY, arn, holder, document)));
        }
    }

    /** All policies that give an identity something: its own, and its groups'. */
    List<Attached> policies(Identity identity, View view) {
        return policies(identity, new Reading(view));
    }

    private List<Attached> policies(Identity identity, Reading reading) {
        var policies = new ArrayList<Attached>();
        collect(identity, reading, policies);
        if (identity instanceof User user) {
            groups(user, reading).forEach(group -> collect(group, reading, policies));
        }
        return policies;
    }

    /** The policy that limits an identity; none if nothing does. */
    List<Attached> boundary(Identity identity, View view) {
        return boundary(identity.boundary(), new Reading(view));
    }

    private List<Attached> boundary(String arn, Reading reading) {
        return managed(arn, reading).stream()
                .map(document -> new Attached(PolicyType.BOUNDARY, arn, "", document))
                .toList();
    }

    private Optional<PolicyDocument> managed(String arn, Reading reading) {
        return Policies.find(arn, reading).map(policy -> compiled(policy.document()));
    }

    private PolicyDocument compiled(String text) {
        PolicyDocument known = documents.get(text);
        if (known == null) {
            known = PolicyDocument.compile(text);
            bound(documents);
            documents.put(text, known);
        }
        return known;
    }

    private static void bound(ConcurrentMap<?, ?> map) {
        if (map.size() >= KEPT) {
            map.clear();
        }
    }
}
