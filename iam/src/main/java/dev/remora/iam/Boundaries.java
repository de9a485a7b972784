package dev.remora.iam;

import dev.remora.store.View;
import dev.remora.wire.AwsError;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.iam.model.AttachedPermissionsBoundary;

/** Permissions boundaries of users and roles: a managed policy that says what they may do at most. */
final class Boundaries {
    /** What IAM's answers say; the documentation has PermissionsBoundaryPolicy. */
    private static final String TYPE = "Policy";

    private Boundaries() {}

    /** @throws AwsError InvalidInput for what is no policy's ARN, NoSuchEntity for a policy that is not there */
    static String checked(String arn, View view, String account) {
        if (!Policies.isArn(arn)) {
            throw new AwsError("InvalidInput", 400, "ARN " + arn + " is not valid.");
        }
        if (Policies.visible(arn, view, account).filter(policy -> !AwsPolicies.ofServiceLinkedRoles(policy)).isEmpty()) {
            throw new AwsError("NoSuchEntity", 404, "Scope ARN: " + arn + " does not exist or is not attachable.");
        }
        return arn;
    }

    static @Nullable AttachedPermissionsBoundary shape(Identity identity) {
        return identity.boundary().isEmpty() ? null : AttachedPermissionsBoundary.builder()
                .permissionsBoundaryType(TYPE)
                .permissionsBoundaryArn(identity.boundary())
                .build();
    }

    /** The condition key of a boundary that a request sets. */
    static Map<String, List<String>> requested(@Nullable String arn) {
        return arn == null ? Map.of() : Map.of("iam:PermissionsBoundary", List.of(arn));
    }
}
