package dev.remora.iam;

import dev.remora.store.Scope;
import dev.remora.store.Store;
import dev.remora.store.View;
import java.util.Optional;

/** What other services of ours ask about instance profiles. */
public final class ProfileAccess {
    private final Store store;

    ProfileAccess(Store store) {
        this.store = store;
    }

    /** @param roleArn empty if the profile has no role */
    public record Profile(String arn, String id, String roleArn) {}

    /** The profile of an account with that name or that ARN. */
    public Optional<Profile> find(String account, String nameOrArn) {
        View view = store.view();
        Scope scope = Scope.global(account);
        String name = nameOrArn.substring(nameOrArn.lastIndexOf('/') + 1);
        return view.get(InstanceProfile.KIND, scope, InstanceProfile.key(name))
                .filter(profile -> !nameOrArn.startsWith("arn:") || profile.arn().equals(nameOrArn))
                .map(profile -> new Profile(
                        profile.arn(),
                        profile.id(),
                        profile.roles().stream()
                                .flatMap(key -> view.get(Role.KIND, scope, key).stream())
                                .map(Role::arn)
                                .findFirst()
                                .orElse("")));
    }
}
