package dev.remora.organizations;

import dev.remora.store.Kind;
import java.util.List;
import java.util.Map;

/**
 * A service control policy.
 *
 * @param organization whose it is; empty for AWS's own
 * @param id p-…
 */
record ControlPolicy(
        String organization, String id, String name, String description, String content, Map<String, String> tags) {
    /** What every new root, unit and account has attached. */
    static final ControlPolicy FULL_ACCESS = new ControlPolicy(
            "",
            "p-FullAWSAccess",
            "FullAWSAccess",
            "Allows access to every operation",
            "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\"}]}",
            Map.of());

    /** Found by id, and by index {@code organization}. */
    static final Kind<ControlPolicy> KIND = Kind.of("organizations.policy", ControlPolicy.class)
            .index("organization", policy -> List.of(policy.organization()));

    boolean ofAws() {
        return organization.isEmpty();
    }

    ControlPolicy with(String newName, String newDescription, String newContent) {
        return new ControlPolicy(organization, id, newName, newDescription, newContent, tags);
    }

    ControlPolicy withTags(Map<String, String> changed) {
        return new ControlPolicy(organization, id, name, description, content, changed);
    }
}
