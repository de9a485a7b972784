package dev.remora.iam;

import dev.remora.store.Ids;
import dev.remora.store.Scope;
import dev.remora.store.Store;
import dev.remora.store.Transaction;
import dev.remora.store.View;
import dev.remora.wire.AwsError;
import dev.remora.wire.Call;
import dev.remora.wire.Page;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import software.amazon.awssdk.services.iam.model.AddRoleToInstanceProfileRequest;
import software.amazon.awssdk.services.iam.model.AddRoleToInstanceProfileResponse;
import software.amazon.awssdk.services.iam.model.CreateInstanceProfileRequest;
import software.amazon.awssdk.services.iam.model.CreateInstanceProfileResponse;
import software.amazon.awssdk.services.iam.model.DeleteInstanceProfileRequest;
import software.amazon.awssdk.services.iam.model.DeleteInstanceProfileResponse;
import software.amazon.awssdk.services.iam.model.GetInstanceProfileRequest;
import software.amazon.awssdk.services.iam.model.GetInstanceProfileResponse;
import software.amazon.awssdk.services.iam.model.ListInstanceProfileTagsRequest;
import software.amazon.awssdk.services.iam.model.ListInstanceProfileTagsResponse;
import software.amazon.awssdk.services.iam.model.ListInstanceProfilesForRoleRequest;
import software.amazon.awssdk.services.iam.model.ListInstanceProfilesForRoleResponse;
import software.amazon.awssdk.services.iam.model.ListInstanceProfilesRequest;
import software.amazon.awssdk.services.iam.model.ListInstanceProfilesResponse;
import software.amazon.awssdk.services.iam.model.RemoveRoleFromInstanceProfileRequest;
import software.amazon.awssdk.services.iam.model.RemoveRoleFromInstanceProfileResponse;
import software.amazon.awssdk.services.iam.model.Tag;
import software.amazon.awssdk.services.iam.model.TagInstanceProfileRequest;
import software.amazon.awssdk.services.iam.model.TagInstanceProfileResponse;
import software.amazon.awssdk.services.iam.model.UntagInstanceProfileRequest;
import software.amazon.awssdk.services.iam.model.UntagInstanceProfileResponse;

/** Instance profiles, by which an instance gets a role. */
final class InstanceProfiles {
    static final int MAX_PER_ACCOUNT = 1000;

    private final Store store;
    private final Ids ids;

    InstanceProfiles(Store store, Ids ids) {
        this.store = store;
        this.ids = ids;
    }

    CreateInstanceProfileResponse create(CreateInstanceProfileRequest request, Call call) {
        InstanceProfile created = store.write(tx -> {
            String name = request.instanceProfileName();
            if (find(name, tx, call).isPresent()) {
                throw new AwsError("EntityAlreadyExists", 409, "Instance Profile " + name + " already exists.");
            }
            if (tx.count(InstanceProfile.KIND, Scope.global(call.account())) >= MAX_PER_ACCOUNT) {
                throw new AwsError("LimitExceeded", 409,
                        "Cannot exceed quota for InstanceProfilesPerAccount: " + MAX_PER_ACCOUNT);
            }
            var profile = new InstanceProfile(call.account(), name, Listing.prefix(request.path()),
                    UniqueId.random("AIPA", ids), call.time().truncatedTo(ChronoUnit.SECONDS), List.of(),
                    Tags.OF_OTHERS.with(Map.of(), request.tags()));
            put(tx, profile);
            return profile;
        });
        var shape = shape(created, store.view());
        return CreateInstanceProfileResponse.builder()
                .instanceProfile((created.tags().isEmpty() ? shape : shape.tags(Tags.list(created.tags()))).build())
                .build();
    }

    GetInstanceProfileResponse get(GetInstanceProfileRequest request, Call call) {
        View view = store.view();
        InstanceProfile profile = required(request.instanceProfileName(), view, call);
        return GetInstanceProfileResponse.builder()
                .instanceProfile(shape(profile, view).tags(Tags.list(profile.tags())).build())
                .build();
    }

    ListInstanceProfilesResponse list(ListInstanceProfilesRequest request, Call call) {
        View view = store.view();
        String prefix = Listing.prefix(request.pathPrefix());
        List<InstanceProfile> profiles = view.all(InstanceProfile.KIND, Scope.global(call.account())).stream()
                .filter(profile -> profile.path().startsWith(prefix))
                .toList();
        Page<InstanceProfile> page =
                Listing.page(call, profiles, profile -> InstanceProfile.key(profile.name()), request.marker(),
                        request.maxItems());
        return ListInstanceProfilesResponse.builder()
                .instanceProfiles(page.items().stream().map(profile -> shape(profile, view).build()).toList())
                .isTruncated(page.nextToken().isPresent())
                .marker(page.nextToken().orElse(null))
                .build();
    }

    ListInstanceProfilesForRoleResponse listForRole(ListInstanceProfilesForRoleRequest request, Call call) {
        View view = store.view();
        Role role = Roles.required(view, call.account(), request.roleName());
        Page<InstanceProfile> page = Listing.page(call, of(role, view), profile -> InstanceProfile.key(profile.name()),
                request.marker(), request.maxItems());
        return ListInstanceProfilesForRoleResponse.builder()
                .instanceProfiles(page.items().stream().map(profile -> shape(profile, view).build()).toList())
                .isTruncated(page.nextToken().isPresent())
                .marker(page.nextToken().orElse(null))
                .build();
    }

    /** The profiles that a role is in. */
    static List<InstanceProfile> of(Role role, View view) {
        return view.find(InstanceProfile.KIND, Scope.global(role.account()), "role", Role.key(role.name()));
    }

    DeleteInstanceProfileResponse delete(DeleteInstanceProfileRequest request, Call call) {
        store.write(tx -> {
            InstanceProfile profile = required(request.instanceProfileName(), tx, call);
            if (!profile.roles().isEmpty()) {
                throw new AwsError("DeleteConflict", 409, "Cannot delete entity, must remove roles from instance profile first.");
            }
            tx.delete(InstanceProfile.KIND, Scope.global(call.account()), InstanceProfile.key(profile.name()));
            return profile;
        });
        return DeleteInstanceProfileResponse.builder().build();
    }

    AddRoleToInstanceProfileResponse add(AddRoleToInstanceProfileRequest request, Call call) {
        store.write(tx -> {
            InstanceProfile profile = required(request.instanceProfileName(), tx, call);
            Role role = IdentityKind.ROLE.changeable(tx, call.account(), request.roleName());
            if (!profile.roles().isEmpty()) {
                throw new AwsError("LimitExceeded", 409, "Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1");
            }
            put(tx, profile.withRoles(List.of(Role.key(role.name()))));
            return profile;
        });
        return AddRoleToInstanceProfileResponse.builder().build();
    }

    RemoveRoleFromInstanceProfileResponse remove(RemoveRoleFromInstanceProfileRequest request, Call call) {
        store.write(tx -> {
            InstanceProfile profile = required(request.instanceProfileName(), tx, call);
            Role role = Roles.required(tx, call.account(), request.roleName());
            if (!profile.roles().contains(Role.key(role.name()))) {
                throw new AwsError("NoSuchEntity", 404,
                        "Role " + role.name() + " in Instance Profile " + profile.name() + " cannot be found.");
            }
            put(tx, profile.withRoles(List.of()));
            return profile;
        });
        return RemoveRoleFromInstanceProfileResponse.builder().build();
    }

    TagInstanceProfileResponse tag(TagInstanceProfileRequest request, Call call) {
        change(request.instanceProfileName(), call,
                profile -> profile.withTags(Tags.OF_OTHERS.with(profile.tags(), request.tags())));
        return TagInstanceProfileResponse.builder().build();
    }

    UntagInstanceProfileResponse untag(UntagInstanceProfileRequest request, Call call) {
        change(request.instanceProfileName(), call,
                profile -> profile.withTags(Tags.OF_OTHERS.without(profile.tags(), request.tagKeys())));
        return UntagInstanceProfileResponse.builder().build();
    }

    ListInstanceProfileTagsResponse listTags(ListInstanceProfileTagsRequest request, Call call) {
        InstanceProfile profile = required(request.instanceProfileName(), store.view(), call);
        Page<Tag> page = Listing.page(call, Tags.list(profile.tags()), Tag::key, request.marker(), request.maxItems());
        return ListInstanceProfileTagsResponse.builder()
                .tags(page.items())
                .isTruncated(page.nextToken().isPresent())
                .marker(page.nextToken().orElse(null))
                .build();
    }

    private void change(String name, Call call, UnaryOperator<InstanceProfile> edit) {
        store.write(tx -> {
            InstanceProfile changed = edit.apply(required(name, tx, call));
            put(tx, changed);
            return changed;
        });
    }

    private static void put(Transaction tx, InstanceProfile profile) {
        tx.put(InstanceProfile.KIND, Scope.global(profile.account()), InstanceProfile.key(profile.name()), profile);
    }

    private static Optional<InstanceProfile> find(String name, View view, Call call) {
        return view.get(InstanceProfile.KIND, Scope.global(call.account()), InstanceProfile.key(name));
    }

    private static InstanceProfile required(String name, View view, Call call) {
        return find(name, view, call).orElseThrow(
                () -> new AwsError("NoSuchEntity", 404, "Instance Profile " + name + " cannot be found."));
    }

    /** The profile's ARN with its path where it exists, for what a policy's Resource is matched with. */
    String arn(String name, Call call) {
        return find(name, store.view(), call).map(InstanceProfile::arn)
                .orElse("arn:aws:iam::" + call.account() + ":instance-profile/" + name);
    }

    Map<String, List<String>> keys(String name, Call call) {
        return find(name, store.view(), call).map(profile -> Tags.owned(profile.tags())).orElse(Map.of());
    }

    /** What lists show: without tags. */
    static software.amazon.awssdk.services.iam.model.InstanceProfile.Builder shape(InstanceProfile profile, View view) {
        return software.amazon.awssdk.services.iam.model.InstanceProfile.builder()
                .path(profile.path())
                .instanceProfileName(profile.name())
                .instanceProfileId(profile.id())
                .arn(profile.arn())
                .createDate(profile.created())
                .roles(profile.roles().stream()
                        .flatMap(key -> view.get(Role.KIND, Scope.global(profile.account()), key).stream())
                        .map(role -> Roles.brief(role).build())
                        .toList());
    }
}
