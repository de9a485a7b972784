package dev.remora.lambda;

import static dev.remora.lambda.LabNetworks.GROUP_1;
import static dev.remora.lambda.LabNetworks.GROUP_2;
import static dev.remora.lambda.LabNetworks.SUBNET_A;
import static dev.remora.lambda.LabNetworks.SUBNET_B;
import static dev.remora.lambda.LambdaLab.arn;
import static dev.remora.lambda.LambdaLab.function;
import static dev.remora.lambda.LambdaLab.vpc;
import static org.assertj.core.api.Assertions.assertThat;

import dev.remora.ec2.Networks;
import dev.remora.net.Topology;
import dev.remora.wire.AwsError;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.services.lambda.model.CreateFunctionRequest;
import software.amazon.awssdk.services.lambda.model.CreateFunctionResponse;
import software.amazon.awssdk.services.lambda.model.DeleteFunctionRequest;
import software.amazon.awssdk.services.lambda.model.InvokeRequest;
import software.amazon.awssdk.services.lambda.model.InvokeResponse;
import software.amazon.awssdk.services.lambda.model.PublishVersionRequest;
import software.amazon.awssdk.services.lambda.model.UpdateFunctionConfigurationRequest;
import software.amazon.awssdk.services.lambda.model.UpdateFunctionConfigurationResponse;
import software.amazon.awssdk.services.lambda.model.VpcConfig;

/** States, and the Hyperplane interfaces behind them. */
class FunctionStatesTest {
    private static final VpcConfig UNATTACHED = vpc(List.of(), List.of());
    private LambdaLab lab;

    @BeforeEach
    void open(@TempDir Path folder) {
        lab = new LambdaLab(folder);
    }

    @AfterEach
    void close() throws Exception {
        lab.close();
    }

    private static CreateFunctionRequest attached(String name, List<String> subnets, String... groups) {
        return function(name).vpcConfig(vpc(subnets, List.of(groups))).build();
    }

    private static UpdateFunctionConfigurationRequest attach(String name, VpcConfig to) {
        return UpdateFunctionConfigurationRequest.builder().functionName(name).vpcConfig(to).build();
    }

    private static InvokeRequest invoke(String name) {
        return InvokeRequest.builder().functionName(name).build();
    }

    private void delete(String name) {
        lab.run(DeleteFunctionRequest.builder().functionName(name).build());
    }

    @Test
    void pendingUntilTheInterfacesAreInForce() {
        CountDownLatch gate = lab.networks.hold();
        lab.run(attached("f", List.of(SUBNET_A, SUBNET_B), GROUP_1));
        lab.await(() -> !lab.networks.created.isEmpty());

        assertThat(lab.configuration("f").stateAsString()).isEqualTo("Pending");
        String pending = "ResourceConflictException: The operation cannot be performed at this time. The function is"
                + " currently in the"
                + " following state: Pending";
        assertThat(lab.refusal(invoke("f")).toString()).isEqualTo(pending);
        assertThat(lab.refusal(attach("f", UNATTACHED)).toString()).isEqualTo(pending);
        assertThat(lab.refusal(PublishVersionRequest.builder().functionName("f").build()).toString()).isEqualTo(pending);

        gate.countDown();
        assertThat(lab.settle("f").stateAsString()).isEqualTo("Active");
        assertThat(lab.networks.made).hasSize(2);
        lab.run(invoke("f"));
    }

    /** What was answered is durable, and so is what comes of it: a crash finds the function active, and its interface there. */
    @Test
    void activeByItsFirstTransactionIfItsInterfaceIsThere() {
        lab.active(attached("f", List.of(SUBNET_A), GROUP_1));
        long revision = lab.store.view().revision();

        var answer = (CreateFunctionResponse) lab.run(attached("g", List.of(SUBNET_A), GROUP_1));

        assertThat(answer.stateAsString()).isEqualTo("Pending");
        assertThat(lab.configuration("g").stateAsString()).isEqualTo("Active");
        assertThat(lab.configuration("g").revisionId()).isNotEqualTo(answer.revisionId());
        assertThat(lab.store.view().revision()).as("one transaction").isEqualTo(revision + 1);
        assertThat(lab.networks.made).hasSize(1);
    }

    @Test
    void theInterfaceIsMadeAsLambdaMakesIt() {
        lab.active(attached("f", List.of(SUBNET_A), GROUP_2, GROUP_1));

        Networks.Wanted made = Objects.requireNonNull(lab.networks.made.get("eni-1"));
        assertThat(made.interfaceType()).isEqualTo("lambda");
        assertThat(made.description()).matches("AWS Lambda VPC"
                + " ENI-f-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}");
        assertThat(made.requesterManaged()).isFalse();
        assertThat(made.requesterId()).matches("AROA[A-Z0-9]+:awslambda_.*");
        assertThat(made.groups()).containsExactlyInAnyOrder(GROUP_1, GROUP_2);
        var key = HyperplaneKey.of(SUBNET_A, List.of(GROUP_1, GROUP_2)).nat(LambdaLab.SCOPE);
        assertThat(made.attachment()).isEqualTo(new Topology.Attachment.Hyperplane(key));
        assertThat(key.name()).isEqualTo("111122223333/eu-west-1/" + SUBNET_A + "/" + GROUP_1 + "," + GROUP_2);
    }

    @Test
    void aKeyWhoseInterfacesAreFullGetsAnotherThatNewConnectionsTake() {
        lab.restart(LambdaOptions.DEFAULTS.withEniConnections(10));
        lab.active(attached("f", List.of(SUBNET_A), GROUP_1));
        String key = HyperplaneKey.of(SUBNET_A, List.of(GROUP_1)).nat(LambdaLab.SCOPE).name();
        lab.networks.connections.put("eni-1", 9);
        lab.service.look();
        assertThat(lab.networks.made).hasSize(1);
        assertThat(lab.networks.spared).isEmpty();

        lab.networks.connections.put("eni-1", 10);
        lab.service.look();
        lab.service.look();
        assertThat(lab.networks.made).containsOnlyKeys("eni-1", "eni-2");
        assertThat(lab.networks.made.get("eni-2").attachment()).isEqualTo(lab.networks.made.get("eni-1").attachment());
        assertThat(lab.networks.askedForIpv6).contains("eni-2");
        assertThat(lab.networks.spared).containsEntry(key, Set.of("eni-1"));

        lab.networks.connections.put("eni-1", 3);
        lab.service.look();
        assertThat(lab.networks.spared).as("it is empty enough again").containsEntry(key, Set.of());
        lab.active(attached("g", List.of(SUBNET_A), GROUP_1));
        assertThat(lab.networks.made).as("both functions share both").hasSize(2);
        delete("f");
        delete("g");
        lab.await(() -> lab.networks.made.isEmpty());
    }

    @Test
    void anotherInterfaceNeedsTheRightToMakeItAndARefusalHarmsNothing() {
        lab.active(attached("f", List.of(SUBNET_A), GROUP_1));
        lab.networks.connections.put("eni-1", 65_000);
        lab.networks.failWith = "InsufficientFreeAddressesInSubnet";
        lab.service.look();
        assertThat(lab.networks.made).hasSize(1);
        assertThat(lab.configuration("f").stateAsString()).isEqualTo("Active");
        lab.networks.failWith = "";
        lab.service.look();
        assertThat(lab.networks.made).hasSize(2);
    }

    @Test
    void oneInterfaceForASubnetAndASetOfGroupsWhoeverUsesIt() {
        lab.active(attached("f", List.of(SUBNET_A), GROUP_1, GROUP_2));
        lab.active(attached("g", List.of(SUBNET_A), GROUP_2, GROUP_1));
        assertThat(lab.networks.created).hasSize(1);
        lab.active(attached("h", List.of(SUBNET_A), GROUP_1));
        assertThat(lab.networks.created).hasSize(2);

        delete("f");
        delete("h");
        lab.await(() -> lab.networks.made.size() == 1);
        assertThat(lab.networks.made).containsKey("eni-1");
        delete("g");
        lab.await(() -> lab.networks.made.isEmpty());
    }

    @Test
    void manyAtOnceStillShareOne() {
        for (int i = 0; i < 20; i++) {
            lab.run(attached("f" + i, List.of(SUBNET_A, SUBNET_B), GROUP_1));
        }
        for (int i = 0; i < 20; i++) {
            assertThat(lab.settle("f" + i).stateAsString()).isEqualTo("Active");
        }
        assertThat(lab.networks.created).hasSize(2);
    }

    @ParameterizedTest
    @CsvSource({
        "InsufficientFreeAddressesInSubnet,SubnetOutOfIPAddresses",
        "InvalidSubnetID.NotFound,InvalidSubnet",
        "InvalidGroup.NotFound,InvalidSecurityGroup",
        "NetworkInterfaceLimitExceeded,EniLimitExceeded",
        "RequestLimitExceeded,InternalError"
    })
    void failedWithAReasonCode(String ec2, String reason) {
        lab.networks.failWith = ec2;
        lab.run(attached("f", List.of(SUBNET_A), GROUP_1));

        var failed = lab.settle("f");
        assertThat(failed.stateAsString()).isEqualTo("Failed");
        assertThat(failed.stateReasonCodeAsString()).isEqualTo(reason);
        assertThat(failed.stateReason()).isNotEmpty();
        assertThat(lab.refusal(invoke("f")).text()).endsWith("following state: Failed");
    }

    @Test
    void aVpcHasRoomForSoManyInterfaces() {
        for (int i = 0; i < HyperplaneEnis.PER_VPC_MAX; i++) {
            lab.networks.create(
                    LambdaLab.SCOPE,
                    new Networks.Wanted(SUBNET_B, Set.of("sg-" + i), "lambda", "", "", false, new Topology.Attachment.None()));
        }
        lab.run(attached("f", List.of(SUBNET_A), GROUP_1));

        var failed = lab.settle("f");
        assertThat(failed.stateReasonCodeAsString()).isEqualTo("EniLimitExceeded");
        assertThat(failed.stateReason())
                .isEqualTo("You have exceeded the maximum limit for Lambda HyperPlane ENIs for your account/VPC.");
    }

    @Test
    void theRoleMayHaveLostItsRightsMeanwhile() {
        lab.active(attached("f", List.of(SUBNET_A), GROUP_1));
        CountDownLatch gate = lab.networks.hold();
        lab.run(attached("g", List.of(SUBNET_A, SUBNET_B), GROUP_1));
        lab.service.close();
        delete("f");
        lab.networks.delete(LambdaLab.SCOPE, "eni-1");
        lab.withoutPolicy("lambda-role");
        gate.countDown();
        lab.restart();

        var failed = lab.settle("g");
        assertThat(failed.stateAsString()).isEqualTo("Failed");
        assertThat(failed.stateReasonCodeAsString()).isEqualTo("InsufficientRolePermissions");
        assertThat(failed.stateReason())
                .isEqualTo("The provided execution role does not have permissions to call CreateNetworkInterface on EC2");
    }

    @Test
    void invokingNeverAsksForTheRightsAgain() {
        lab.active(attached("f", List.of(SUBNET_A), GROUP_1));
        lab.withoutPolicy("lambda-role");

        InvokeResponse answer = lab.run(invoke("f"));
        assertThat(answer.functionError()).isNull();
    }

    @Test
    void attachingIsAnUpdateThatInvocationsDoNotNotice() {
        lab.active(function("f").build());
        String before = lab.configuration("f").revisionId();
        CountDownLatch gate = lab.networks.hold();
        UpdateFunctionConfigurationResponse updating = lab.run(attach("f", vpc(List.of(SUBNET_A), List.of(GROUP_1))));

        assertThat(updating.stateAsString()).isEqualTo("Active");
        assertThat(updating.lastUpdateStatusAsString()).isEqualTo("InProgress");
        assertThat(updating.lastUpdateStatusReason()).isEqualTo("The function is being created.");
        assertThat(updating.lastUpdateStatusReasonCodeAsString()).isEqualTo("Creating");
        assertThat(updating.vpcConfig().vpcId()).isEqualTo(LabNetworks.VPC);
        assertThat(updating.revisionId()).isNotEqualTo(before);
        AwsError second = lab.refusal(attach("f", UNATTACHED));
        assertThat(second.status()).isEqualTo(409);
        assertThat(second.toString())
                .isEqualTo("ResourceConflictException: The operation cannot be performed at this time. An update is in"
                + " progress for"
                        + " resource: " + arn("f"));
        lab.run(invoke("f"));
        assertThat(lab.sandboxes.started.getLast().spec().network().name()).isEqualTo("internet");

        gate.countDown();
        var done = lab.settle("f");
        assertThat(done.lastUpdateStatusAsString()).isEqualTo("Successful");
        assertThat(done.lastUpdateStatusReason()).isNull();
        assertThat(done.revisionId()).isNotEqualTo(updating.revisionId());
        lab.run(invoke("f"));
        assertThat(lab.sandboxes.started.getLast().spec().network().name()).endsWith(SUBNET_A + "/" + GROUP_1);
        lab.await(() -> lab.sandboxes.started.getFirst().closed());
    }

    @Test
    void unattachingLeavesAnEmptyConfigurationAndNoInterface() {
        lab.active(attached("f", List.of(SUBNET_A), GROUP_1));
        lab.run(invoke("f"));
        lab.run(attach("f", UNATTACHED));

        var done = lab.settle("f");
        assertThat(done.vpcConfig()).isNotNull();
        assertThat(done.vpcConfig().subnetIds()).isEmpty();
        assertThat(done.vpcConfig().hasSubnetIds()).isTrue();
        assertThat(done.vpcConfig().securityGroupIds()).isEmpty();
        assertThat(done.vpcConfig().vpcId()).isEmpty();
        assertThat(done.vpcConfig().ipv6AllowedForDualStack()).isFalse();
        lab.await(() -> lab.networks.made.isEmpty());
        assertThat(lab.sandboxes.alive()).isZero();
    }

    @Test
    void otherUpdatesLeaveTheVpcAlone() {
        lab.active(attached("f", List.of(SUBNET_A), GROUP_1));
        lab.withoutPolicy("lambda-role");
        lab.run(UpdateFunctionConfigurationRequest.builder().functionName("f").timeout(10).build());

        var done = lab.settle("f");
        assertThat(done.vpcConfig().subnetIds()).containsExactly(SUBNET_A);
        assertThat(done.timeout()).isEqualTo(10);
        assertThat(lab.networks.created).hasSize(1);
    }

    @Test
    void aFailedUpdateLeavesWhatRanBefore() {
        lab.active(attached("f", List.of(SUBNET_A), GROUP_1));
        lab.networks.failWith = "InsufficientFreeAddressesInSubnet";
        lab.run(attach("f", vpc(List.of(SUBNET_B), List.of(GROUP_1))));

        var failed = lab.settle("f");
        assertThat(failed.stateAsString()).isEqualTo("Active");
        assertThat(failed.lastUpdateStatusAsString()).isEqualTo("Failed");
        assertThat(failed.lastUpdateStatusReasonCodeAsString()).isEqualTo("SubnetOutOfIPAddresses");
        assertThat(failed.vpcConfig().subnetIds()).containsExactly(SUBNET_A);
        lab.run(invoke("f"));
        assertThat(lab.sandboxes.started.getLast().spec().network().name()).contains(SUBNET_A);
    }

    @Test
    void publishedVersionsKeepTheInterface() {
        lab.active(attached("f", List.of(SUBNET_A), GROUP_1));
        lab.run(PublishVersionRequest.builder().functionName("f").build());
        lab.run(attach("f", UNATTACHED));
        lab.settle("f");

        assertThat(lab.networks.made).hasSize(1);
        lab.run(DeleteFunctionRequest.builder().functionName("f").qualifier("1").build());
        lab.await(() -> lab.networks.made.isEmpty());
    }

    @Test
    void aRoleStrippedTooEarlyLeavesTheInterfaceBehind() {
        lab.active(attached("f", List.of(SUBNET_A), GROUP_1));
        lab.withoutPolicy("lambda-role");
        delete("f");

        lab.await(() -> !lab.networks.abandoned.isEmpty());
        assertThat(lab.networks.made).isEmpty();
    }

    @Test
    void aRoleDeletedTooEarlyLeavesTheInterfaceBehind() {
        lab.active(attached("f", List.of(SUBNET_A), GROUP_1));
        lab.withoutRole("lambda-role");
        delete("f");

        lab.await(() -> !lab.networks.abandoned.isEmpty());
        assertThat(lab.networks.made).isEmpty();
    }

    @Test
    void lambdasOwnCallsForInterfacesDoNotNameTheFunction() {
        lab.policy("lambda-role", LambdaLab.VPC_ACCESS.replace("\"Statement\":[", "\"Statement\":[{\"Effect\":\"Deny\","
                + "\"Action\":\"ec2:*\",\"Resource\":\"*\",\"Condition\":{\"Null\":{\"lambda:SourceFunctionArn\":\"false\"}}},"));
        lab.active(attached("f", List.of(SUBNET_A), GROUP_1));
        assertThat(lab.configuration("f").stateAsString()).isEqualTo("Active");
        delete("f");
        lab.await(() -> lab.networks.made.isEmpty());
        assertThat(lab.networks.abandoned).isEmpty();
    }

    @Test
    void aRoleDeletedAfterTheFunctionDoesNot() {
        lab.active(attached("f", List.of(SUBNET_A), GROUP_1));
        lab.run(invoke("f"));
        delete("f");
        lab.withoutPolicy("lambda-role");

        lab.await(() -> lab.networks.made.isEmpty());
        assertThat(lab.networks.abandoned).isEmpty();
        assertThat(lab.sandboxes.alive()).isZero();
    }

    @Test
    void anInterfaceStaysUntilTheLastEventHasEnded() throws Exception {
        lab.active(attached("f", List.of(SUBNET_A), GROUP_1));
        var entered = new CountDownLatch(1);
        var finish = new CountDownLatch(1);
        lab.sandboxes.work = (sandbox, event) -> {
            entered.countDown();
            try {
                finish.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            return LabSandboxes.answered("1");
        };
        Thread invoking = Thread.startVirtualThread(() -> lab.run(invoke("f")));
        entered.await();
        delete("f");

        assertThat(lab.networks.made).hasSize(1);
        finish.countDown();
        invoking.join();
        lab.await(() -> lab.networks.made.isEmpty());
        assertThat(lab.sandboxes.alive()).isZero();
    }

    @Test
    void pendingGoesOnAfterARestart() {
        CountDownLatch gate = lab.networks.hold();
        lab.run(attached("f", List.of(SUBNET_A), GROUP_1));
        lab.await(() -> !lab.networks.created.isEmpty());
        lab.service.close();
        gate.countDown();
        lab.restart();

        assertThat(lab.settle("f").stateAsString()).isEqualTo("Active");
        assertThat(lab.networks.created).hasSize(1);
    }

    @Test
    void anUpdateGoesOnAfterARestart() {
        lab.active(attached("f", List.of(SUBNET_A), GROUP_1));
        CountDownLatch gate = lab.networks.hold();
        lab.run(attach("f", vpc(List.of(SUBNET_B), List.of(GROUP_1))));
        lab.service.close();
        gate.countDown();
        lab.restart();

        assertThat(lab.settle("f").lastUpdateStatusAsString()).isEqualTo("Successful");
        lab.await(() -> lab.networks.made.size() == 1);
        assertThat(lab.networks.made.values()).extracting(Networks.Wanted::subnetId).containsExactly(SUBNET_B);
    }

    @Test
    void aReclaimThatACrashCutOffIsCarriedOut() {
        lab.active(attached("f", List.of(SUBNET_A), GROUP_1));
        lab.service.close();
        delete("f");
        assertThat(lab.networks.made).hasSize(1);
        lab.restart();

        lab.await(() -> lab.networks.made.isEmpty());
        lab.await(() -> lab.store.view().scopes(Reclaim.KIND).isEmpty());
    }

    @Test
    void environmentsKnowTheirFunctionBySlot() {
        lab.active(attached("f", List.of(SUBNET_A), GROUP_1));
        lab.run(invoke("f"));

        assertThat(lab.service.functionOfSlot("s1")).contains(arn("f"));
        assertThat(lab.service.functionOfSlot("s2")).isEmpty();
        delete("f");
        assertThat(lab.service.functionOfSlot("s1")).contains(arn("f"));
    }
}
