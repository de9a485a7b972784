package dev.remora.iam;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remora.store.Scope;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.services.iam.model.CreateLoginProfileRequest;
import software.amazon.awssdk.services.iam.model.CreateLoginProfileResponse;
import software.amazon.awssdk.services.iam.model.CreateUserRequest;
import software.amazon.awssdk.services.iam.model.DeleteAccountPasswordPolicyRequest;
import software.amazon.awssdk.services.iam.model.DeleteLoginProfileRequest;
import software.amazon.awssdk.services.iam.model.GetAccountPasswordPolicyRequest;
import software.amazon.awssdk.services.iam.model.GetAccountPasswordPolicyResponse;
import software.amazon.awssdk.services.iam.model.GetLoginProfileRequest;
import software.amazon.awssdk.services.iam.model.GetLoginProfileResponse;
import software.amazon.awssdk.services.iam.model.PasswordPolicy;
import software.amazon.awssdk.services.iam.model.UpdateAccountPasswordPolicyRequest;
import software.amazon.awssdk.services.iam.model.UpdateLoginProfileRequest;

class LoginProfilesTest extends RunsAsRoot {
    private static final String VIOLATION =
            "400 PasswordPolicyViolation: Password does not conform to the account password policy.";

    @BeforeEach
    void user() {
        run(CreateUserRequest.builder().userName("anna").build());
    }

    private static CreateLoginProfileRequest create(String password) {
        return CreateLoginProfileRequest.builder().userName("anna").password(password).build();
    }

    private static UpdateLoginProfileRequest change(String password) {
        return UpdateLoginProfileRequest.builder().userName("anna").password(password).build();
    }

    @Test
    void aProfileComesAndGoes() {
        var made = lab.iam(create("Correct-horse1"), CreateLoginProfileResponse.class).loginProfile();
        assertThat(made.userName()).isEqualTo("anna");
        assertThat(made.passwordResetRequired()).isFalse();
        assertThat(fault(create("Correct-horse1")))
                .isEqualTo("409 EntityAlreadyExists: Login Profile for user anna already exists.");
        run(UpdateLoginProfileRequest.builder().userName("anna").passwordResetRequired(true).build());
        var get = GetLoginProfileRequest.builder().userName("anna").build();
        assertThat(lab.iam(get, GetLoginProfileResponse.class).loginProfile().passwordResetRequired()).isTrue();
        run(DeleteLoginProfileRequest.builder().userName("anna").build());
        String gone = "404 NoSuchEntity: Login Profile for User anna cannot be found.";
        assertThat(fault(get)).isEqualTo(gone);
        assertThat(fault(change("Correct-horse2"))).isEqualTo(gone);
        assertThat(fault(DeleteLoginProfileRequest.builder().userName("anna").build())).isEqualTo(gone);
        assertThat(fault(DeleteLoginProfileRequest.builder().userName("none").build()))
                .isEqualTo("404 NoSuchEntity: The user with name none cannot be found.");
    }

    @ParameterizedTest
    @CsvSource({"Short-1", "onlylowercase", "lower-case", "UPPERandlower"})
    void withoutAPolicyEightCharactersOfThreeKindsAreNeeded(String password) {
        assertThat(fault(create(password))).isEqualTo(VIOLATION);
        assertThat(fault(create(password + "-X1"))).isEqualTo("none");
    }

    @Test
    void theAccountsPolicyDecides() {
        run(UpdateAccountPasswordPolicyRequest.builder().minimumPasswordLength(10).requireNumbers(true).requireSymbols(true)
                .build());
        assertThat(fault(create("abcdefgh1-"))).isEqualTo("none");
        assertThat(fault(change("short1-"))).isEqualTo(VIOLATION);
        assertThat(fault(change("no-number-in-it"))).isEqualTo(VIOLATION);
        assertThat(fault(change("no1symbol2in3it"))).isEqualTo(VIOLATION);
    }

    @Test
    void passwordsAreNotUsedAgainTooSoon() {
        run(UpdateAccountPasswordPolicyRequest.builder().passwordReusePrevention(2).build());
        run(create("password-1"));
        assertThat(fault(change("password-1"))).isEqualTo(VIOLATION);
        run(change("password-2"));
        assertThat(fault(change("password-1"))).isEqualTo(VIOLATION);
        run(change("password-3"));
        assertThat(fault(change("password-1"))).isEqualTo("none");
    }

    @Test
    void passwordsAreNotStored() {
        run(create("Correct-horse1"));
        LoginProfile stored = lab.store.view().get(LoginProfile.KIND, Scope.global(Lab.ACCOUNT), "anna").orElseThrow();
        assertThat(stored.toString()).doesNotContain("horse");
        assertThat(Password.matches("Correct-horse1", stored.hashes().getFirst())).isTrue();
        assertThat(Password.matches("Correct-horse2", stored.hashes().getFirst())).isFalse();
    }

    @Test
    void aPolicyIsSetAsAWhole() {
        assertThat(fault(GetAccountPasswordPolicyRequest.builder().build()))
                .isEqualTo("404 NoSuchEntity: The Password Policy with domain name 111122223333 cannot be found.");
        run(UpdateAccountPasswordPolicyRequest.builder().minimumPasswordLength(12).requireSymbols(true).maxPasswordAge(60)
                .hardExpiry(true).passwordReusePrevention(3).allowUsersToChangePassword(true).build());
        PasswordPolicy set = policy();
        assertThat(set.minimumPasswordLength()).isEqualTo(12);
        assertThat(set.expirePasswords()).isTrue();
        assertThat(set.hardExpiry()).isTrue();
        assertThat(set.passwordReusePrevention()).isEqualTo(3);
        run(UpdateAccountPasswordPolicyRequest.builder().build());
        assertThat(policy()).isEqualTo(PasswordPolicy.builder().minimumPasswordLength(6).requireSymbols(false)
                .requireNumbers(false).requireUppercaseCharacters(false).requireLowercaseCharacters(false)
                .allowUsersToChangePassword(false).expirePasswords(false).build());
        run(DeleteAccountPasswordPolicyRequest.builder().build());
        assertThat(fault(DeleteAccountPasswordPolicyRequest.builder().build()))
                .isEqualTo("404 NoSuchEntity: The account policy with name PasswordPolicy cannot be found.");
    }

    private PasswordPolicy policy() {
        return lab.iam(GetAccountPasswordPolicyRequest.builder().build(), GetAccountPasswordPolicyResponse.class)
                .passwordPolicy();
    }
}
