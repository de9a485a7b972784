package dev.remora.organizations;

import dev.remora.store.Kind;
import dev.remora.store.Scope;
import java.util.List;

/**
 * An organization.
 *
 * @param id o-…
 * @param master the account that manages it, which no policy of it limits
 * @param allFeatures false for consolidated billing, which has no policies
 * @param rootId r-…
 * @param controlled whether service control policies are enabled in the root
 */
record Organization(String id, String master, boolean allFeatures, String rootId, boolean controlled) {
    /** Organizations reach over accounts, so none of their documents belongs to one. */
    static final Scope EVERYWHERE = Scope.global("organizations");

    /** Found by id, and by index {@code master} by the managing account. */
    static final Kind<Organization> KIND = Kind.of("organizations.organization", Organization.class)
            .index("master", organization -> List.of(organization.master()));

    Organization withControlled(boolean enabled) {
        return new Organization(id, master, allFeatures, rootId, enabled);
    }

    /** @param what e.g. {@code account}, {@code root}, {@code ou} */
    String arn(String what, String of) {
        return "arn:aws:organizations::" + master + ":" + what + "/" + id + "/" + of;
    }

    String arn() {
        return "arn:aws:organizations::" + master + ":organization/" + id;
    }
}
