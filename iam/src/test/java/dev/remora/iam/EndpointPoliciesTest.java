package dev.remora.iam;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.remora.store.Ids;
import dev.remora.store.SqliteStore;
import dev.remora.store.Store;
import dev.remora.wire.Authorizer.Decision;
import dev.remora.wire.Authorizer.Reason;
import dev.remora.wire.AwsError;
import dev.remora.wire.Principal;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EndpointPoliciesTest {
    private static final Principal CALLER = new Principal.Root("000000000000");

    private final Store store = SqliteStore.inMemory(IamService.kinds());
    private final IamService iam = new IamService(store, Ids.random(), InstantSource.system(), true);
    private final EndpointPolicies policies = iam.endpointPolicies();

    @AfterEach
    void close() {
        store.close();
    }

    private Decision decide(String statements, String action) {
        return decide(statements, action, "*");
    }

    private Decision decide(String statements, String action, String resource) {
        String policy = "{\"Version\":\"2012-10-17\",\"Statement\":[" + statements.replace('\'', '"') + "]}";
        policies.check(policy);
        return policies.of(policy).decide(CALLER, action, List.of(resource), Map.of("aws:SourceVpce", List.of("vpce-1")));
    }

    @Test
    void what_it_does_not_allow_is_refused() {
        String some = "{'Effect':'Allow','Principal':'*','Action':'sts:*','Resource':'*'}";
        assertThat(decide(some, "sts:GetCallerIdentity").allowed()).isTrue();
        assertThat(decide(some, "sqs:SendMessage").reason()).isEqualTo(Reason.NO_ENDPOINT_POLICY);
    }

    @Test
    void a_denial_counts_more_than_what_is_allowed() {
        Decision decision = decide(
                "{'Effect':'Allow','Principal':'*','Action':'*','Resource':'*'},"
                        + "{'Effect':'Deny','Principal':'*','Action':'sts:Get*','Resource':'*'}",
                "sts:GetCallerIdentity");
        assertThat(decision.reason()).isEqualTo(Reason.ENDPOINT_DENY);
        assertThat(decision.reason().because("sts:GetCallerIdentity"))
                .isEqualTo(" with an explicit deny in a VPC endpoint policy");
    }

    @Test
    void principals_and_conditions_count() {
        assertThat(decide("{'Effect':'Allow','Principal':{'AWS':'000000000000'},'Action':'*','Resource':'*'}", "sts:X").allowed())
                .isTrue();
        assertThat(decide("{'Effect':'Allow','Principal':{'AWS':'111111111111'},'Action':'*','Resource':'*'}", "sts:X").allowed())
                .isFalse();
        assertThat(decide(
                                "{'Effect':'Allow','Principal':'*','Action':'*','Resource':'*',"
                                        + "'Condition':{'StringEquals':{'aws:sourceVpce':'vpce-2'}}}",
                                "sts:X")
                        .allowed())
                .isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "sqs:SendMessage, arn:aws:sqs:us-east-1:000000000000:box, true",
        "sqs:SendMessage, arn:aws:sqs:us-east-1:111122223333:box, false",
        "s3:GetObject, arn:aws:s3:::ours/k, true",
        "s3:GetObject, arn:aws:s3:::theirs/k, false"
    })
    void it_may_demand_whose_the_resource_is(String action, String resource, boolean allowed) {
        iam.resourcePolicies().register("s3", (caller, asked, arn) ->
                Optional.of(new ResourcePolicies.Resource(arn.contains("ours") ? CALLER.account() : "111122223333", "")));
        String own = "{'Effect':'Allow','Principal':'*','Action':'*','Resource':'*',"
                + "'Condition':{'StringEquals':{'aws:ResourceAccount':'000000000000'}}}";
        assertThat(decide(own, action, resource).allowed()).isEqualTo(allowed);
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "fish", "[]", "{}", "{\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\"}]}",
        "{\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":\"*\",\"Resource\":\"*\"}]}"
    })
    void what_is_no_policy_is_refused(String text) {
        assertThatThrownBy(() -> policies.check(text))
                .isInstanceOf(AwsError.class)
                .extracting(Throwable::toString)
                .asString()
                .startsWith("InvalidPolicyDocument: ");
    }
}
