package dev.remora.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remora.wire.Authorizer.Reason;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The ends of denials' sentences: IAM User Guide, "Troubleshoot access denied error messages". */
class ReasonTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "CONTROL_DENY       | with an explicit deny in a service control policy",
        "NO_CONTROL_POLICY  | because no service control policy allows the codecommit:ListRepositories action",
        "RESOURCE_CONTROL_DENY | with an explicit deny in a resource control policy",
        "ENDPOINT_DENY      | with an explicit deny in a VPC endpoint policy",
        "NO_ENDPOINT_POLICY | because no VPC endpoint policy allows the codecommit:ListRepositories action",
        "BOUNDARY_DENY      | with an explicit deny in a permissions boundary",
        "NO_BOUNDARY        | because no permissions boundary allows the codecommit:ListRepositories action",
        "SESSION_DENY       | with an explicit deny in a session policy",
        "NO_SESSION_POLICY  | because no session policy allows the codecommit:ListRepositories action",
        "RESOURCE_DENY      | with an explicit deny in a resource-based policy",
        "NO_RESOURCE_POLICY | because no resource-based policy allows the codecommit:ListRepositories action",
        "TRUST_DENY         | with an explicit deny in the role trust policy",
        "NO_TRUST_POLICY    | because no role trust policy allows the codecommit:ListRepositories action",
        "EXPLICIT_DENY      | with an explicit deny in an identity-based policy",
        "NO_IDENTITY_POLICY | because no identity-based policy allows the codecommit:ListRepositories action",
    })
    void namesTheKindOfPolicy(Reason reason, String sentence) {
        assertThat(reason.because("codecommit:ListRepositories")).isEqualTo(" " + sentence);
        assertThat(reason.denies()).isEqualTo(sentence.startsWith("with an explicit deny"));
    }
}
