package dev.remora.organizations;

import dev.remora.store.Kind;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * A place in the tree of an organization: its root, an organizational unit, or an account.
 *
 * @param id r-…, ou-… or the twelve digits of an account
 * @param parent id of the place above; empty for the root
 * @param email of an account, else empty
 * @param invited for an account, whether it was invited; otherwise it was made
 * @param joined when it was made, or became a member
 * @param policies ids of the policies of every type that are attached, in the order of their attachment
 */
record Place(
        String organization,
        Type type,
        String id,
        String parent,
        String name,
        String email,
        boolean invited,
        Instant joined,
        List<String> policies,
        Map<String, String> tags) {
    enum Type {
        ROOT,
        ORGANIZATIONAL_UNIT,
        ACCOUNT
    }

    /** Found by id; by index {@code parent} what is below; by {@code policy} where one is attached; by {@code organization}. */
    static final Kind<Place> KIND = Kind.of("organizations.place", Place.class)
            .index("parent", place -> place.parent().isEmpty() ? List.of() : List.of(place.parent()))
            .index("policy", Place::policies)
            .index("organization", place -> List.of(place.organization()));

    /** AWS's own policies, which allow everything. */
    private static final List<String> EVERYTHING = ControlPolicy.awsManaged().map(ControlPolicy::id).toList();

    /** One that is new: it has AWS's own policies. */
    static Place made(Organization organization, Type type, String id, String parent, String name, Instant when) {
        return new Place(organization.id(), type, id, parent, name, "", false, when,
                EVERYTHING, Map.of());
    }

    /** An account that is new in its organization, below the root. */
    static Place account(Organization organization, String id, String name, String email, boolean invited, Instant when) {
        return new Place(organization.id(), Type.ACCOUNT, id, organization.rootId(), name, email, invited, when,
                EVERYTHING, Map.of());
    }

    Place withParent(String above) {
        return new Place(organization, type, id, above, name, email, invited, joined, policies, tags);
    }

    Place withName(String changed) {
        return new Place(organization, type, id, parent, changed, email, invited, joined, policies, tags);
    }

    Place withPolicies(List<String> attached) {
        return new Place(organization, type, id, parent, name, email, invited, joined, attached, tags);
    }

    Place withTags(Map<String, String> changed) {
        return new Place(organization, type, id, parent, name, email, invited, joined, policies, changed);
    }
}
