package dev.remora.iam;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.iam.model.AddRoleToInstanceProfileRequest;
import software.amazon.awssdk.services.iam.model.CreateInstanceProfileRequest;
import software.amazon.awssdk.services.iam.model.CreateInstanceProfileResponse;
import software.amazon.awssdk.services.iam.model.DeleteInstanceProfileRequest;
import software.amazon.awssdk.services.iam.model.DeleteRoleRequest;
import software.amazon.awssdk.services.iam.model.GetInstanceProfileRequest;
import software.amazon.awssdk.services.iam.model.GetInstanceProfileResponse;
import software.amazon.awssdk.services.iam.model.InstanceProfile;
import software.amazon.awssdk.services.iam.model.ListInstanceProfileTagsRequest;
import software.amazon.awssdk.services.iam.model.ListInstanceProfileTagsResponse;
import software.amazon.awssdk.services.iam.model.ListInstanceProfilesForRoleRequest;
import software.amazon.awssdk.services.iam.model.ListInstanceProfilesForRoleResponse;
import software.amazon.awssdk.services.iam.model.ListInstanceProfilesRequest;
import software.amazon.awssdk.services.iam.model.ListInstanceProfilesResponse;
import software.amazon.awssdk.services.iam.model.RemoveRoleFromInstanceProfileRequest;
import software.amazon.awssdk.services.iam.model.Role;
import software.amazon.awssdk.services.iam.model.Tag;
import software.amazon.awssdk.services.iam.model.TagInstanceProfileRequest;
import software.amazon.awssdk.services.iam.model.UntagInstanceProfileRequest;

class InstanceProfilesTest extends RunsAsRoot {
    private InstanceProfile create(String name, String path) {
        return lab.iam(CreateInstanceProfileRequest.builder().instanceProfileName(name).path(path).build(),
                CreateInstanceProfileResponse.class).instanceProfile();
    }

    private InstanceProfile get(String name) {
        return lab.iam(GetInstanceProfileRequest.builder().instanceProfileName(name).build(), GetInstanceProfileResponse.class)
                .instanceProfile();
    }

    private static AddRoleToInstanceProfileRequest add(String profile, String role) {
        return AddRoleToInstanceProfileRequest.builder().instanceProfileName(profile).roleName(role).build();
    }

    private static RemoveRoleFromInstanceProfileRequest remove(String profile, String role) {
        return RemoveRoleFromInstanceProfileRequest.builder().instanceProfileName(profile).roleName(role).build();
    }

    @Test
    void profilesAreMadeFoundAndListed() {
        InstanceProfile web = create("Web", "/x/");
        assertThat(web.arn()).isEqualTo("arn:aws:iam::111122223333:instance-profile/x/Web");
        assertThat(web.instanceProfileId()).matches("AIPA[A-Z2-7]{17}");
        assertThat(web.hasRoles()).isTrue();
        assertThat(web.hasTags()).isFalse();
        create("db", null);
        assertThat(get("web").hasTags()).isTrue();
        assertThat(lab.iam(ListInstanceProfilesRequest.builder().build(), ListInstanceProfilesResponse.class).instanceProfiles())
                .extracting(InstanceProfile::instanceProfileName).containsExactly("db", "Web");
        assertThat(lab.iam(ListInstanceProfilesRequest.builder().pathPrefix("/x/").build(), ListInstanceProfilesResponse.class)
                .instanceProfiles()).extracting(InstanceProfile::instanceProfileName).containsExactly("Web");
        assertThat(fault(CreateInstanceProfileRequest.builder().instanceProfileName("web").build()))
                .isEqualTo("409 EntityAlreadyExists: Instance Profile web already exists.");
        assertThat(fault(GetInstanceProfileRequest.builder().instanceProfileName("none").build()))
                .isEqualTo("404 NoSuchEntity: Instance Profile none cannot be found.");
    }

    @Test
    void aProfileHasOneRole() {
        lab.role("r", Lab.trust("{\"Service\":\"ec2.amazonaws.com\"}"));
        lab.role("s", Lab.LAMBDA_TRUST);
        create("web", null);
        run(add("web", "r"));
        assertThat(get("web").roles()).extracting(Role::roleName).containsExactly("r");
        assertThat(forRole("r")).containsExactly("web");
        assertThat(forRole("s")).isEmpty();
        assertThat(fault(add("web", "s")))
                .isEqualTo("409 LimitExceeded: Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1");
        assertThat(fault(remove("web", "s")))
                .isEqualTo("404 NoSuchEntity: Role s in Instance Profile web cannot be found.");
        String inUse = "409 DeleteConflict: Cannot delete entity, must remove roles from instance profile first.";
        assertThat(fault(DeleteRoleRequest.builder().roleName("r").build())).isEqualTo(inUse);
        assertThat(fault(DeleteInstanceProfileRequest.builder().instanceProfileName("web").build())).isEqualTo(inUse);
        run(remove("web", "r"));
        run(DeleteInstanceProfileRequest.builder().instanceProfileName("web").build());
        run(DeleteRoleRequest.builder().roleName("r").build());
        assertThat(fault(add("web", "s"))).isEqualTo("404 NoSuchEntity: Instance Profile web cannot be found.");
        create("web", null);
        assertThat(fault(add("web", "none"))).isEqualTo("404 NoSuchEntity: The role with name none cannot be found.");
    }

    private List<String> forRole(String role) {
        return lab.iam(ListInstanceProfilesForRoleRequest.builder().roleName(role).build(),
                ListInstanceProfilesForRoleResponse.class).instanceProfiles().stream()
                .map(InstanceProfile::instanceProfileName).toList();
    }

    @Test
    void tagsHaveCase() {
        create("web", null);
        run(TagInstanceProfileRequest.builder().instanceProfileName("web").tags(tag("k", "1"), tag("K", "2")).build());
        assertThat(get("web").tags()).containsExactly(tag("K", "2"), tag("k", "1"));
        run(UntagInstanceProfileRequest.builder().instanceProfileName("web").tagKeys("k").build());
        assertThat(lab.iam(ListInstanceProfileTagsRequest.builder().instanceProfileName("web").build(),
                ListInstanceProfileTagsResponse.class).tags()).containsExactly(tag("K", "2"));
    }

    private static Tag tag(String key, String value) {
        return Tag.builder().key(key).value(value).build();
    }
}
