package dev.remora.organizations;

import dev.remora.iam.PolicyText;
import dev.remora.store.Kind;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * A policy that limits the identities of accounts, or what is done with their resources.
 *
 * @param organization whose it is; empty for AWS's own
 * @param id p-…
 */
record ControlPolicy(String organization, Type type, String id, String name, String description, String content,
        Map<String, String> tags) {
    enum Type {
        SERVICE_CONTROL_POLICY("FullAWSAccess", "Allows access to every operation", "", 10_000, PolicyText::checkIdentity),
        RESOURCE_CONTROL_POLICY("RCPFullAWSAccess", "Allows access to every resource", "\"Principal\":\"*\",", 1000,
                PolicyText::checkResourceControl);

        private final ControlPolicy everything;
        private final int most;
        private final Consumer<String> grammar;

        Type(String name, String description, String principal, int most, Consumer<String> grammar) {
            this.everything = new ControlPolicy("", this, "p-" + name, name, description,
                    "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\"," + principal
                            + "\"Action\":\"*\",\"Resource\":\"*\"}]}",
                    Map.of());
            this.most = most;
            this.grammar = grammar;
        }

        /** What every new root, unit and account has attached. */
        ControlPolicy everything() {
            return everything;
        }

        /** How many of them an organization may have. */
        int most() {
            return most;
        }

        /** @throws dev.remora.wire.AwsError if the text is no policy of this type */
        void check(String text) {
            grammar.accept(text);
        }

        /** As ARNs have it. */
        String segment() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Found by id, and by index {@code organization}. */
    static final Kind<ControlPolicy> KIND = Kind.of("organizations.policy", ControlPolicy.class)
            .index("organization", policy -> List.of(policy.organization()));

    /** AWS's own. */
    static Stream<ControlPolicy> awsManaged() {
        return Stream.of(Type.values()).map(Type::everything);
    }

    boolean ofAws() {
        return organization.isEmpty();
    }

    ControlPolicy with(String newName, String newDescription, String newContent) {
        return new ControlPolicy(organization, type, id, newName, newDescription, newContent, tags);
    }

    ControlPolicy withTags(Map<String, String> changed) {
        return new ControlPolicy(organization, type, id, name, description, content, changed);
    }
}
