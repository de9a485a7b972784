package dev.remora.organizations;

import dev.remora.organizations.ControlPolicy.Type;
import dev.remora.store.Kind;
import dev.remora.store.Scope;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * An organization.
 *
 * @param id o-…
 * @param master the account that manages it, which no policy of it limits
 * @param allFeatures false for consolidated billing, which has no policies
 * @param rootId r-…
 * @param enabled the types of policies that are enabled in the root
 */
record Organization(String id, String master, boolean allFeatures, String rootId, Set<Type> enabled) {
    /** Organizations reach over accounts, so none of their documents belongs to one. */
    static final Scope EVERYWHERE = Scope.global("organizations");

    /** Found by id, by index {@code master} by the managing account, and by index {@code enabled} by each type of policies. */
    static final Kind<Organization> KIND = Kind.of("organizations.organization", Organization.class)
            .index("master", organization -> List.of(organization.master()))
            .index("enabled", organization -> organization.enabled().stream().map(Type::name).toList());

    Organization {
        enabled = Set.copyOf(enabled);
    }

    boolean controls(Type type) {
        return enabled.contains(type);
    }

    /** With a type enabled that was not, or the other way round. */
    Organization switched(Type type) {
        var changed = new HashSet<>(enabled);
        if (!changed.remove(type)) {
            changed.add(type);
        }
        return new Organization(id, master, allFeatures, rootId, changed);
    }

    /** @param what e.g. {@code account}, {@code root}, {@code ou} */
    String arn(String what, String of) {
        return "arn:aws:organizations::" + master + ":" + what + "/" + id + "/" + of;
    }

    String arn() {
        return "arn:aws:organizations::" + master + ":organization/" + id;
    }
}
