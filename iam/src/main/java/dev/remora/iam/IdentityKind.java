package dev.remora.iam;

import dev.remora.store.Kind;
import dev.remora.store.Scope;
import dev.remora.store.Transaction;
import dev.remora.store.View;
import dev.remora.wire.AwsError;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.stream.Stream;

/** What tells users, groups and roles apart where they are looked up and where policies are attached to them. */
final class IdentityKind<T extends Record & Identity> {
    static final IdentityKind<User> USER =
            new IdentityKind<>(User.KIND, "user", "PoliciesPerUser", 2048, User::withAttached, User::withInline);
    static final IdentityKind<Group> GROUP =
            new IdentityKind<>(Group.KIND, "group", "PoliciesPerGroup", 5120, Group::withAttached, Group::withInline);
    static final IdentityKind<Role> ROLE =
            new IdentityKind<>(Role.KIND, "role", "PoliciesPerRole", 10_240, Role::withAttached, Role::withInline);

    private final Kind<T> kind;
    private final String noun;
    private final String attachedQuota;
    private final int maxInlineSize;
    private final BiFunction<T, List<String>, T> withAttached;
    private final BiFunction<T, Map<String, String>, T> withInline;

    private IdentityKind(Kind<T> kind, String noun, String attachedQuota, int maxInlineSize,
            BiFunction<T, List<String>, T> withAttached, BiFunction<T, Map<String, String>, T> withInline) {
        this.kind = kind;
        this.noun = noun;
        this.attachedQuota = attachedQuota;
        this.maxInlineSize = maxInlineSize;
        this.withAttached = withAttached;
        this.withInline = withInline;
    }

    /** Names are unique without regard to case. */
    static String key(String name) {
        return name.toLowerCase(Locale.ROOT);
    }

    /** As ARNs and messages have it. */
    String noun() {
        return noun;
    }

    /** AWS's name of the limit on attached policies. */
    String attachedQuota() {
        return attachedQuota;
    }

    /** Characters of all inline policies of one identity together, white space not counted. */
    int maxInlineSize() {
        return maxInlineSize;
    }

    Optional<T> find(View view, String account, String name) {
        return view.get(kind, Scope.global(account), key(name));
    }

    /** @throws AwsError NoSuchEntity */
    T required(View view, String account, String name) {
        return find(view, account, name).orElseThrow(() -> absent(name));
    }

    AwsError absent(String name) {
        return new AwsError("NoSuchEntity", 404, "The " + noun + " with name " + name + " cannot be found.");
    }

    /** The kind that an ARN's {@code user/}, {@code group/} or {@code role/} says; empty for all else. */
    static Optional<IdentityKind<?>> named(String noun) {
        return Stream.<IdentityKind<?>>of(USER, GROUP, ROLE).filter(kind -> kind.noun.equals(noun)).findFirst();
    }

    /** One that its account may change: a role that is linked to a service is the service's. */
    T changeable(View view, String account, String name) {
        T identity = required(view, account, name);
        if (identity instanceof Role role) {
            ServiceLinkedRoles.protect(role);
        }
        return identity;
    }

    void put(Transaction tx, T identity) {
        tx.put(kind, Scope.global(identity.account()), key(identity.name()), identity);
    }

    T withAttached(T identity, List<String> arns) {
        return withAttached.apply(identity, arns);
    }

    T withInline(T identity, Map<String, String> documents) {
        return withInline.apply(identity, documents);
    }

    List<T> all(View view, String account) {
        return view.all(kind, Scope.global(account));
    }

    int count(View view, String account) {
        return view.count(kind, Scope.global(account));
    }

    int attachments(View view, ManagedPolicy policy, String account) {
        return view.count(kind, Scope.global(account), "policy", policy.arn());
    }
}
