package dev.remora.iam;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.iam.model.AddUserToGroupRequest;
import software.amazon.awssdk.services.iam.model.AttachGroupPolicyRequest;
import software.amazon.awssdk.services.iam.model.CreateGroupRequest;
import software.amazon.awssdk.services.iam.model.CreateGroupResponse;
import software.amazon.awssdk.services.iam.model.CreateUserRequest;
import software.amazon.awssdk.services.iam.model.DeleteGroupPolicyRequest;
import software.amazon.awssdk.services.iam.model.DeleteGroupRequest;
import software.amazon.awssdk.services.iam.model.DetachGroupPolicyRequest;
import software.amazon.awssdk.services.iam.model.GetGroupPolicyRequest;
import software.amazon.awssdk.services.iam.model.GetGroupPolicyResponse;
import software.amazon.awssdk.services.iam.model.GetGroupRequest;
import software.amazon.awssdk.services.iam.model.GetGroupResponse;
import software.amazon.awssdk.services.iam.model.Group;
import software.amazon.awssdk.services.iam.model.ListAttachedGroupPoliciesRequest;
import software.amazon.awssdk.services.iam.model.ListAttachedGroupPoliciesResponse;
import software.amazon.awssdk.services.iam.model.ListGroupPoliciesRequest;
import software.amazon.awssdk.services.iam.model.ListGroupPoliciesResponse;
import software.amazon.awssdk.services.iam.model.ListGroupsForUserRequest;
import software.amazon.awssdk.services.iam.model.ListGroupsForUserResponse;
import software.amazon.awssdk.services.iam.model.ListGroupsRequest;
import software.amazon.awssdk.services.iam.model.ListGroupsResponse;
import software.amazon.awssdk.services.iam.model.PutGroupPolicyRequest;
import software.amazon.awssdk.services.iam.model.RemoveUserFromGroupRequest;
import software.amazon.awssdk.services.iam.model.UpdateGroupRequest;
import software.amazon.awssdk.services.iam.model.User;

class GroupsTest extends RunsAsRoot {
    private static final String ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess";

    @BeforeEach
    void user() {
        run(CreateUserRequest.builder().userName("anna").build());
    }

    private Group create(String name) {
        return lab.iam(CreateGroupRequest.builder().groupName(name).build(), CreateGroupResponse.class).group();
    }

    private static AddUserToGroupRequest add(String user, String group) {
        return AddUserToGroupRequest.builder().userName(user).groupName(group).build();
    }

    private static RemoveUserFromGroupRequest remove(String user, String group) {
        return RemoveUserFromGroupRequest.builder().userName(user).groupName(group).build();
    }

    private GetGroupResponse get(String name) {
        return lab.iam(GetGroupRequest.builder().groupName(name).build(), GetGroupResponse.class);
    }

    private List<String> groupsOf(String user) {
        return lab.iam(ListGroupsForUserRequest.builder().userName(user).build(), ListGroupsForUserResponse.class).groups()
                .stream().map(Group::groupName).toList();
    }

    @Test
    void groupsAreMadeFoundAndListed() {
        Group devs = create("Devs");
        assertThat(devs.arn()).isEqualTo("arn:aws:iam::111122223333:group/Devs");
        assertThat(devs.groupId()).matches("AGPA[A-Z2-7]{17}");
        run(CreateGroupRequest.builder().groupName("ops").path("/x/").build());
        assertThat(get("devs").group()).isEqualTo(devs);
        assertThat(get("devs").hasUsers()).isTrue();
        assertThat(lab.iam(ListGroupsRequest.builder().build(), ListGroupsResponse.class).groups())
                .extracting(Group::groupName).containsExactly("Devs", "ops");
        assertThat(lab.iam(ListGroupsRequest.builder().pathPrefix("/x/").build(), ListGroupsResponse.class).groups())
                .extracting(Group::groupName).containsExactly("ops");
        assertThat(lab.iam(ListGroupsRequest.builder().maxItems(1).build(), ListGroupsResponse.class).isTruncated()).isTrue();
        assertThat(fault(CreateGroupRequest.builder().groupName("devs").build()))
                .isEqualTo("409 EntityAlreadyExists: Group with name devs already exists.");
        assertThat(fault(GetGroupRequest.builder().groupName("none").build()))
                .isEqualTo("404 NoSuchEntity: The group with name none cannot be found.");
    }

    @Test
    void usersComeAndGo() {
        create("devs");
        create("ops");
        run(CreateUserRequest.builder().userName("bob").build());
        run(add("anna", "devs"));
        run(add("anna", "devs"));
        run(add("bob", "devs"));
        run(add("anna", "ops"));
        assertThat(get("devs").users()).extracting(User::userName).containsExactly("anna", "bob");
        assertThat(groupsOf("anna")).containsExactly("devs", "ops");
        var page = lab.iam(GetGroupRequest.builder().groupName("devs").maxItems(1).build(), GetGroupResponse.class);
        assertThat(page.isTruncated()).isTrue();
        run(remove("anna", "devs"));
        run(remove("anna", "devs"));
        assertThat(groupsOf("anna")).containsExactly("ops");
        assertThat(fault(add("nobody", "devs"))).isEqualTo("404 NoSuchEntity: The user with name nobody cannot be found.");
        assertThat(fault(add("anna", "none"))).isEqualTo("404 NoSuchEntity: The group with name none cannot be found.");
        assertThat(fault(remove("nobody", "none"))).contains("The user with name nobody");
    }

    @Test
    void aUserIsInTenGroupsAtMost() {
        for (int i = 0; i < 11; i++) {
            create("g" + i);
        }
        for (int i = 0; i < 10; i++) {
            run(add("anna", "g" + i));
        }
        assertThat(fault(add("anna", "g10"))).isEqualTo("409 LimitExceeded: Cannot exceed quota for GroupsPerUser: 10");
        run(add("anna", "g3"));
    }

    @Test
    void aRenamedGroupKeepsItsUsers() {
        Group devs = create("devs");
        create("ops");
        run(add("anna", "devs"));
        assertThat(fault(UpdateGroupRequest.builder().groupName("devs").newGroupName("OPS").build()))
                .isEqualTo("409 EntityAlreadyExists: Group with name OPS already exists.");
        run(UpdateGroupRequest.builder().groupName("devs").newGroupName("makers").newPath("/x/").build());
        assertThat(get("makers").group().groupId()).isEqualTo(devs.groupId());
        assertThat(get("makers").group().arn()).isEqualTo("arn:aws:iam::111122223333:group/x/makers");
        assertThat(get("makers").users()).extracting(User::userName).containsExactly("anna");
        assertThat(groupsOf("anna")).containsExactly("makers");
        assertThat(fault(GetGroupRequest.builder().groupName("devs").build())).contains("NoSuchEntity");
    }

    @Test
    void deletionNamesWhatIsInItsWay() {
        create("devs");
        run(add("anna", "devs"));
        run(AttachGroupPolicyRequest.builder().groupName("devs").policyArn(ADMINISTRATOR).build());
        run(PutGroupPolicyRequest.builder().groupName("devs").policyName("p").policyDocument(Lab.allow("s3:*", "*")).build());
        var delete = DeleteGroupRequest.builder().groupName("devs").build();
        String conflict = "409 DeleteConflict: Cannot delete entity, must ";
        assertThat(fault(delete)).isEqualTo(conflict + "remove users from group first.");
        run(remove("anna", "devs"));
        assertThat(fault(delete)).isEqualTo(conflict + "detach all policies first.");
        run(DetachGroupPolicyRequest.builder().groupName("devs").policyArn(ADMINISTRATOR).build());
        assertThat(fault(delete)).isEqualTo(conflict + "delete policies first.");
        run(DeleteGroupPolicyRequest.builder().groupName("devs").policyName("p").build());
        run(delete);
        assertThat(fault(delete)).isEqualTo("404 NoSuchEntity: The group with name devs cannot be found.");
    }

    @Test
    void policiesOfGroupsAreLikeThoseOfRoles() {
        create("devs");
        run(PutGroupPolicyRequest.builder().groupName("devs").policyName("p").policyDocument(Lab.allow("s3:*", "*")).build());
        GetGroupPolicyResponse got = lab.iam(GetGroupPolicyRequest.builder().groupName("DEVS").policyName("p").build(),
                GetGroupPolicyResponse.class);
        assertThat(got.groupName()).isEqualTo("devs");
        assertThat(Lab.decoded(got.policyDocument())).isEqualTo(Lab.allow("s3:*", "*"));
        assertThat(lab.iam(ListGroupPoliciesRequest.builder().groupName("devs").build(), ListGroupPoliciesResponse.class)
                .policyNames()).containsExactly("p");
        assertThat(fault(GetGroupPolicyRequest.builder().groupName("devs").policyName("q").build()))
                .isEqualTo("404 NoSuchEntity: The group policy with name q cannot be found.");
        run(AttachGroupPolicyRequest.builder().groupName("devs").policyArn(ADMINISTRATOR).build());
        assertThat(lab.iam(ListAttachedGroupPoliciesRequest.builder().groupName("devs").build(),
                ListAttachedGroupPoliciesResponse.class).attachedPolicies()).hasSize(1);
        String big = Lab.allow("s3:*", "arn:aws:s3:::" + "b".repeat(5200));
        assertThat(fault(PutGroupPolicyRequest.builder().groupName("devs").policyName("q").policyDocument(big).build()))
                .isEqualTo("409 LimitExceeded: Maximum policy size of 5120 bytes exceeded for group devs");
    }
}
