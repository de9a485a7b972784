package dev.remora.ec2;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remora.net.Topology;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ec2.model.AttachNetworkInterfaceRequest;
import software.amazon.awssdk.services.ec2.model.AttachNetworkInterfaceResponse;
import software.amazon.awssdk.services.ec2.model.CreateNetworkInterfaceRequest;
import software.amazon.awssdk.services.ec2.model.CreateNetworkInterfaceResponse;
import software.amazon.awssdk.services.ec2.model.DeleteSubnetRequest;
import software.amazon.awssdk.services.ec2.model.DescribeImagesRequest;
import software.amazon.awssdk.services.ec2.model.DescribeImagesResponse;
import software.amazon.awssdk.services.ec2.model.DescribeInstanceTypesRequest;
import software.amazon.awssdk.services.ec2.model.DescribeInstanceTypesResponse;
import software.amazon.awssdk.services.ec2.model.DescribeInstancesRequest;
import software.amazon.awssdk.services.ec2.model.DescribeInstancesResponse;
import software.amazon.awssdk.services.ec2.model.DescribeNetworkInterfacesRequest;
import software.amazon.awssdk.services.ec2.model.DescribeNetworkInterfacesResponse;
import software.amazon.awssdk.services.ec2.model.DetachNetworkInterfaceRequest;
import software.amazon.awssdk.services.ec2.model.DetachNetworkInterfaceResponse;
import software.amazon.awssdk.services.ec2.model.GetConsoleOutputRequest;
import software.amazon.awssdk.services.ec2.model.GetConsoleOutputResponse;
import software.amazon.awssdk.services.ec2.model.Instance;
import software.amazon.awssdk.services.ec2.model.ModifyInstanceAttributeRequest;
import software.amazon.awssdk.services.ec2.model.ModifyInstanceAttributeResponse;
import software.amazon.awssdk.services.ec2.model.RebootInstancesRequest;
import software.amazon.awssdk.services.ec2.model.RebootInstancesResponse;
import software.amazon.awssdk.services.ec2.model.RunInstancesRequest;
import software.amazon.awssdk.services.ec2.model.RunInstancesResponse;
import software.amazon.awssdk.services.ec2.model.StartInstancesRequest;
import software.amazon.awssdk.services.ec2.model.StartInstancesResponse;
import software.amazon.awssdk.services.ec2.model.StopInstancesRequest;
import software.amazon.awssdk.services.ec2.model.StopInstancesResponse;
import software.amazon.awssdk.services.ec2.model.TerminateInstancesRequest;
import software.amazon.awssdk.services.ec2.model.TerminateInstancesResponse;

class InstancesTest {
    private final Ec2Lab lab = new Ec2Lab();
    private String vpc;
    private String subnet;
    private String group;

    @BeforeEach
    void network() {
        vpc = lab.vpc("10.0.0.0/16");
        subnet = lab.subnet(vpc, "10.0.1.0/24");
        group = lab.group(vpc, "web");
    }

    @AfterEach
    void close() {
        lab.close();
    }

    private RunInstancesRequest.Builder one() {
        return RunInstancesRequest.builder()
                .imageId(HostImage.ID)
                .instanceType("t3.micro")
                .minCount(1)
                .maxCount(1)
                .subnetId(subnet)
                .securityGroupIds(group);
    }

    private Instance run(RunInstancesRequest.Builder request) {
        return lab.call(request.build(), RunInstancesResponse.class).instances().getFirst();
    }

    private Instance shown(String id) {
        return lab.call(DescribeInstancesRequest.builder().instanceIds(id).build(), DescribeInstancesResponse.class)
                .reservations()
                .getFirst()
                .instances()
                .getFirst();
    }

    private void awaitState(String id, String state) {
        eventually(id + " is " + state, () -> shown(id).state().nameAsString().equals(state));
    }

    private static void eventually(String what, BooleanSupplier condition) {
        long end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as(what).isLessThan(end);
            Thread.onSpinWait();
        }
    }

    private String running() {
        String id = run(one()).instanceId();
        awaitState(id, "running");
        return id;
    }

    private Topology.Port port(String networkInterface) {
        return lab.fabric.held(DataPlane.router(Ec2Lab.SCOPE, vpc)).ports().get(networkInterface);
    }

    private void stop(String id) {
        lab.call(StopInstancesRequest.builder().instanceIds(id).build(), StopInstancesResponse.class);
    }

    private void terminate(String id) {
        lab.call(TerminateInstancesRequest.builder().instanceIds(id).build(), TerminateInstancesResponse.class);
    }

    @Test
    void anInstanceIsPendingThenRunningBehindItsInterface() {
        Instance made = run(one().userData(Base64.getEncoder().encodeToString("#!/bin/sh".getBytes(StandardCharsets.UTF_8))));
        assertThat(made.state().nameAsString()).isEqualTo("pending");
        assertThat(made.privateIpAddress()).isEqualTo("10.0.1.4");
        awaitState(made.instanceId(), "running");
        Instance i = shown(made.instanceId());
        assertThat(i.networkInterfaces()).singleElement().satisfies(n -> {
            assertThat(n.attachment().deviceIndex()).isZero();
            assertThat(n.attachment().deleteOnTermination()).isTrue();
            assertThat(port(n.networkInterfaceId()).attachment()).isInstanceOf(Topology.Attachment.Workload.class);
        });
        assertThat(i.securityGroups()).singleElement().satisfies(g -> assertThat(g.groupId()).isEqualTo(group));
        assertThat(lab.machines.started).singleElement().satisfies(spec -> {
            assertThat(spec.hostname()).isEqualTo("ip-10-0-1-4");
            assertThat(spec.memoryMiB()).isEqualTo(1024);
            assertThat(spec.userData()).asString().isEqualTo("#!/bin/sh");
        });
    }

    @Test
    void aStoppedInstanceKeepsItsAddressAndNothingIsBehindIt() {
        String id = running();
        stop(id);
        awaitState(id, "stopped");
        assertThat(lab.machines.running).isEmpty();
        assertThat(shown(id).privateIpAddress()).isEqualTo("10.0.1.4");
        assertThat(shown(id).stateReason().code()).isEqualTo("Client.UserInitiatedShutdown");
        lab.call(StartInstancesRequest.builder().instanceIds(id).build(), StartInstancesResponse.class);
        awaitState(id, "running");
        assertThat(lab.machines.startedIds()).containsExactly(id, id);
        assertThat(shown(id).privateIpAddress()).isEqualTo("10.0.1.4");
    }

    @Test
    void aTerminatedInstanceTakesItsInterfaceAlongAndIsShownForAnHour() {
        String id = running();
        assertThat(lab.refusal(DeleteSubnetRequest.builder().subnetId(subnet).build())).startsWith("DependencyViolation");
        terminate(id);
        awaitState(id, "terminated");
        assertThat(lab.machines.removed).containsExactly(id);
        assertThat(lab.call(DescribeNetworkInterfacesRequest.builder().build(), DescribeNetworkInterfacesResponse.class)
                        .networkInterfaces())
                .isEmpty();
        lab.now = lab.now.plus(Duration.ofHours(1));
        assertThat(lab.call(DescribeInstancesRequest.builder().build(), DescribeInstancesResponse.class).reservations())
                .isEmpty();
    }

    @Test
    void aPublicAddressIsThereWhileItRuns() {
        Instance made = run(RunInstancesRequest.builder()
                .imageId(HostImage.ID)
                .minCount(1)
                .maxCount(1)
                .networkInterfaces(n -> n.deviceIndex(0).subnetId(subnet).groups(group).associatePublicIpAddress(true)));
        awaitState(made.instanceId(), "running");
        assertThat(shown(made.instanceId()).publicIpAddress()).startsWith("198.18.");
        stop(made.instanceId());
        awaitState(made.instanceId(), "stopped");
        assertThat(shown(made.instanceId()).publicIpAddress()).isNull();
    }

    @Test
    void severalInstancesAreOneReservation() {
        List<Instance> made =
                lab.call(one().minCount(2).maxCount(3).build(), RunInstancesResponse.class).instances();
        assertThat(made).extracting(Instance::amiLaunchIndex).containsExactly(0, 1, 2);
        assertThat(lab.call(DescribeInstancesRequest.builder().build(), DescribeInstancesResponse.class).reservations())
                .singleElement()
                .satisfies(r -> assertThat(r.instances()).hasSize(3));
    }

    @Test
    void aMachineThatEndsByItselfStopsOrTerminatesItsInstance() {
        String stops = running();
        lab.machines.running.get(stops).exit.complete(0);
        awaitState(stops, "stopped");
        assertThat(shown(stops).stateReason().code()).isEqualTo("Client.InstanceInitiatedShutdown");
        String ends = run(one().instanceInitiatedShutdownBehavior("terminate")).instanceId();
        awaitState(ends, "running");
        lab.machines.running.get(ends).exit.complete(0);
        awaitState(ends, "terminated");
    }

    @Test
    void aRebootStartsTheMachineAnew() {
        String id = running();
        lab.call(RebootInstancesRequest.builder().instanceIds(id).build(), RebootInstancesResponse.class);
        eventually("it was started twice", () -> lab.machines.startedIds().equals(List.of(id, id)));
        awaitState(id, "running");
    }

    @Test
    void aMachineThatDoesNotStartIsTerminated() {
        lab.machines.refuses.set(true);
        String id = run(one()).instanceId();
        awaitState(id, "terminated");
        assertThat(shown(id).stateReason().code()).isEqualTo("Server.InternalError");
    }

    @Test
    void furtherInterfacesComeAndGo() {
        String id = running();
        String further = lab.call(
                        CreateNetworkInterfaceRequest.builder().subnetId(subnet).groups(group).build(),
                        CreateNetworkInterfaceResponse.class)
                .networkInterface()
                .networkInterfaceId();
        String attachment = lab.call(
                        AttachNetworkInterfaceRequest.builder()
                                .instanceId(id).networkInterfaceId(further).deviceIndex(1).build(),
                        AttachNetworkInterfaceResponse.class)
                .attachmentId();
        assertThat(port(further).attachment()).isInstanceOf(Topology.Attachment.Further.class);
        assertThat(shown(id).networkInterfaces()).hasSize(2);
        lab.call(
                DetachNetworkInterfaceRequest.builder().attachmentId(attachment).build(),
                DetachNetworkInterfaceResponse.class);
        assertThat(shown(id).networkInterfaces()).hasSize(1);
        assertThat(port(further).attachment()).isInstanceOf(Topology.Attachment.None.class);
        String primary = shown(id).networkInterfaces().getFirst().attachment().attachmentId();
        assertThat(lab.refusal(DetachNetworkInterfaceRequest.builder().attachmentId(primary).build()))
                .contains("device index 0 cannot be detached");
    }

    @Test
    void groupsOfAnInstanceAreThoseOfItsPrimaryInterface() {
        String id = running();
        String other = lab.group(vpc, "other");
        lab.call(
                ModifyInstanceAttributeRequest.builder().instanceId(id).groups(other).build(),
                ModifyInstanceAttributeResponse.class);
        assertThat(port(shown(id).networkInterfaces().getFirst().networkInterfaceId()).groups()).isEqualTo(Set.of(other));
    }

    @Test
    void whatMayNotBeTerminatedIsNot() {
        String id = run(one().disableApiTermination(true)).instanceId();
        assertThat(lab.refusal(TerminateInstancesRequest.builder().instanceIds(id).build()))
                .startsWith("OperationNotPermitted")
                .contains("disableApiTermination");
    }

    @Test
    void consoleImagesAndTypesAreShown() {
        String id = running();
        String console = lab.call(GetConsoleOutputRequest.builder().instanceId(id).build(), GetConsoleOutputResponse.class)
                .output();
        assertThat(Base64.getDecoder().decode(console)).asString().isEqualTo("console of " + id);
        assertThat(lab.call(DescribeImagesRequest.builder().owners("amazon").build(), DescribeImagesResponse.class).images())
                .singleElement()
                .satisfies(image -> assertThat(image.imageId()).isEqualTo(HostImage.ID));
        assertThat(lab.call(DescribeImagesRequest.builder().owners("self").build(), DescribeImagesResponse.class).images())
                .isEmpty();
        var types = lab.call(
                DescribeInstanceTypesRequest.builder().instanceTypesWithStrings("t3.micro").build(),
                DescribeInstanceTypesResponse.class);
        assertThat(types.instanceTypes()).singleElement().satisfies(t -> {
            assertThat(t.memoryInfo().sizeInMiB()).isEqualTo(1024);
            assertThat(t.vCpuInfo().defaultVCpus()).isEqualTo(2);
        });
    }

    @Test
    void refusals() {
        assertThat(lab.refusal(one().imageId("ami-0123").build())).startsWith("InvalidAMIID.NotFound");
        assertThat(lab.refusal(one().imageId("image").build())).startsWith("InvalidAMIID.Malformed");
        assertThat(lab.refusal(one().instanceType("z9.huge").build())).contains("Invalid value 'z9.huge' for InstanceType.");
        assertThat(lab.refusal(one().subnetId("subnet-0").build())).startsWith("InvalidSubnetID.NotFound");
        assertThat(lab.refusal(one().userData("%%%%").build())).contains("BASE64");
        assertThat(lab.refusal(one().minCount(3).maxCount(2).build())).startsWith("InvalidParameterValue");
        assertThat(lab.refusal(one().maxCount(65).build())).startsWith("InstanceLimitExceeded");
        assertThat(lab.refusal(one().maxCount(2).privateIpAddress("10.0.1.9").build()))
                .startsWith("InvalidParameterCombination");
        assertThat(lab.refusal(StopInstancesRequest.builder().instanceIds("i-0").build()))
                .startsWith("InvalidInstanceID.NotFound");
        assertThat(lab.machines.started).isEmpty();
    }

    @Test
    void aClientTokenRunsOnce() {
        String first = run(one().clientToken("t")).instanceId();
        assertThat(run(one().clientToken("t")).instanceId()).isEqualTo(first);
    }
}
