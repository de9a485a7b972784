package dev.remora.ec2;

import static dev.remora.ec2.Resource.INSTANCE;
import static dev.remora.ec2.Resource.NETWORK_INTERFACE;

import dev.remora.ec2.Instance.State;
import dev.remora.net.Topology;
import dev.remora.store.Ids;
import dev.remora.store.Scope;
import dev.remora.store.Store;
import dev.remora.store.View;
import dev.remora.vpc.NetworkInterface;
import dev.remora.wire.Call;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import software.amazon.awssdk.services.ec2.model.AttachNetworkInterfaceRequest;
import software.amazon.awssdk.services.ec2.model.AttachNetworkInterfaceResponse;
import software.amazon.awssdk.services.ec2.model.DescribeInstanceAttributeRequest;
import software.amazon.awssdk.services.ec2.model.DescribeInstanceAttributeResponse;
import software.amazon.awssdk.services.ec2.model.DetachNetworkInterfaceRequest;
import software.amazon.awssdk.services.ec2.model.DetachNetworkInterfaceResponse;
import software.amazon.awssdk.services.ec2.model.ModifyInstanceAttributeRequest;
import software.amazon.awssdk.services.ec2.model.ModifyInstanceAttributeResponse;

/** What can be changed about an instance, its further interfaces included. */
final class InstanceAttributes {
    private final Store store;
    private final Ids ids;
    private final InstantSource clock;
    private final AccountRegions regions;
    private final DataPlane plane;

    InstanceAttributes(Store store, Ids ids, InstantSource clock, AccountRegions regions, DataPlane plane) {
        this.store = store;
        this.ids = ids;
        this.clock = clock;
        this.regions = regions;
        this.plane = plane;
    }

    DescribeInstanceAttributeResponse describe(DescribeInstanceAttributeRequest r, Call call) {
        Scope scope = regions.enter(call);
        View view = store.view();
        Instance i = INSTANCE.require(view, scope, Refusals.require(r.instanceId(), "InstanceId"));
        var shown = new InstanceView(view, scope);
        var answer = DescribeInstanceAttributeResponse.builder().instanceId(i.id());
        String attribute = Refusals.require(r.attributeAsString(), "attribute");
        switch (attribute) {
            case "instanceType" -> answer.instanceType(v -> v.value(i.type()));
            case "userData" -> answer.userData(v -> v.value(i.userData().isEmpty() ? null : i.userData()));
            case "disableApiTermination" -> answer.disableApiTermination(v -> v.value(i.terminationDisabled()));
            case "disableApiStop" -> answer.disableApiStop(v -> v.value(false));
            case "instanceInitiatedShutdownBehavior" ->
                answer.instanceInitiatedShutdownBehavior(v -> v.value(i.terminatesOnShutdown() ? "terminate" : "stop"));
            case "groupSet" -> answer.groups(shown.primary(i).map(shown::groups).orElse(List.of()));
            case "sourceDestCheck" ->
                answer.sourceDestCheck(v -> v.value(shown.primary(i).map(NetworkInterface::sourceCheck).orElse(true)));
            case "rootDeviceName" -> answer.rootDeviceName(v -> v.value("/dev/xvda"));
            case "ebsOptimized" -> answer.ebsOptimized(v -> v.value(false));
            case "enaSupport" -> answer.enaSupport(v -> v.value(true));
            case "blockDeviceMapping" -> answer.blockDeviceMappings(List.of());
            default -> throw Vpcs.unknownAttribute(attribute);
        }
        return answer.build();
    }

    ModifyInstanceAttributeResponse modify(ModifyInstanceAttributeRequest r, Call call) {
        Scope scope = regions.enter(call);
        String id = Refusals.require(r.instanceId(), "InstanceId");
        long named = Stream.of(
                                r.instanceType(), r.userData(), r.disableApiTermination(), r.instanceInitiatedShutdownBehavior(),
                                r.sourceDestCheck())
                        .filter(Objects::nonNull)
                        .count()
                + (r.groups().isEmpty() ? 0 : 1);
        if (named == 0) {
            throw Refusals.missing("attribute");
        }
        if (named > 1) {
            throw Refusals.combination("Only one attribute of an instance can be modified at a time.");
        }
        Instance changed = store.write(tx -> {
            Instance now = INSTANCE.require(tx, scope, id);
            if (now.ending()) {
                throw Refusals.of("IncorrectInstanceState", "The instance '" + id + "' is not in a state that can be modified.");
            }
            if (r.sourceDestCheck() != null || !r.groups().isEmpty()) {
                NetworkInterface primary = NETWORK_INTERFACE.require(tx, scope, now.interfaceId());
                NetworkInterface then = r.sourceDestCheck() != null
                        ? primary.withSourceCheck(Boolean.TRUE.equals(r.sourceDestCheck().value()))
                        : primary.withGroups(NewInterface.checkedGroups(tx, scope, now.vpcId(), r.groups()));
                tx.put(NETWORK_INTERFACE.kind(), scope, primary.id(), then);
                return now;
            }
            Instance then = modified(now, r);
            tx.put(INSTANCE.kind(), scope, id, then);
            return then;
        });
        plane.settle(scope, changed.vpcId());
        return ModifyInstanceAttributeResponse.builder().build();
    }

    private static Instance modified(Instance now, ModifyInstanceAttributeRequest r) {
        if (r.disableApiTermination() != null) {
            boolean disabled = Boolean.TRUE.equals(r.disableApiTermination().value());
            return now.with(now.type(), now.userData(), now.terminatesOnShutdown(), disabled);
        }
        if (r.instanceInitiatedShutdownBehavior() != null) {
            String behaviour = String.valueOf(r.instanceInitiatedShutdownBehavior().value());
            if (!behaviour.equals("stop") && !behaviour.equals("terminate")) {
                throw Refusals.invalidValue(behaviour, "instanceInitiatedShutdownBehavior", "It is stop or terminate.");
            }
            return now.with(now.type(), now.userData(), behaviour.equals("terminate"), now.terminationDisabled());
        }
        if (now.state() != State.STOPPED) {
            throw Refusals.of("IncorrectInstanceState", "The instance '" + now.id() + "' is not in the 'stopped' state.");
        }
        if (r.instanceType() != null) {
            String type = InstanceType.named(r.instanceType().value()).name();
            return now.with(type, now.userData(), now.terminatesOnShutdown(), now.terminationDisabled());
        }
        var data = r.userData() == null ? null : r.userData().value();
        String userData = InstanceLaunch.userData(data == null ? null : data.asString(StandardCharsets.UTF_8));
        return now.with(now.type(), userData, now.terminatesOnShutdown(), now.terminationDisabled());
    }

    AttachNetworkInterfaceResponse attach(AttachNetworkInterfaceRequest r, Call call) {
        Scope scope = regions.enter(call);
        String instanceId = Refusals.require(r.instanceId(), "InstanceId");
        String interfaceId = Refusals.require(r.networkInterfaceId(), "networkInterfaceId");
        if (r.deviceIndex() == null) {
            throw Refusals.missing("deviceIndex");
        }
        int index = r.deviceIndex();
        NetworkInterface attached = store.write(tx -> {
            Instance i = INSTANCE.require(tx, scope, instanceId);
            NetworkInterface n = NETWORK_INTERFACE.require(tx, scope, interfaceId);
            if (i.ending()) {
                throw Refusals.of(
                        "IncorrectInstanceState", "The instance '" + instanceId + "' is not in a valid state for this.");
            }
            if (n.attachment().isPresent()) {
                throw Refusals.of("InvalidNetworkInterface.InUse", "Interface: [" + interfaceId + "] in use.");
            }
            if (!n.vpcId().equals(i.vpcId()) || !n.zone().equals(i.zone())) {
                throw Refusals.combination(
                        "You may not attach a network interface to an instance if they are not in the same availability zone.");
            }
            boolean taken = InstanceKeeper.interfaces(tx, scope, instanceId).stream()
                    .anyMatch(other -> other.attachment().filter(a -> a.deviceIndex() == index).isPresent());
            if (taken || index < 1) {
                throw Refusals.invalidValue(
                        "Instance '" + instanceId + "' already has an interface attached at device index '" + index + "'.");
            }
            if (index >= InstanceLaunch.MAX_DEVICES) {
                throw Refusals.of(
                        "AttachmentLimitExceeded", "Interface count " + (index + 1) + " exceeds the limit for " + i.type());
            }
            NetworkInterface then =
                    InstanceLaunch.attached(tx, scope, ids, clock.instant(), instanceId, n, index, false);
            if (i.state() == State.RUNNING || i.state() == State.PENDING) {
                then = then.attached(then.attachment(), new Topology.Attachment.Further(i.interfaceId(), index));
                tx.put(NETWORK_INTERFACE.kind(), scope, interfaceId, then);
            }
            return then;
        });
        plane.settle(scope, attached.vpcId());
        return AttachNetworkInterfaceResponse.builder()
                .attachmentId(attached.attachment().map(NetworkInterface.Attachment::id).orElse(null))
                .networkCardIndex(0)
                .build();
    }

    DetachNetworkInterfaceResponse detach(DetachNetworkInterfaceRequest r, Call call) {
        Scope scope = regions.enter(call);
        String id = Refusals.require(r.attachmentId(), "attachmentId");
        NetworkInterface detached = store.write(tx -> {
            NetworkInterface n = tx.find(NETWORK_INTERFACE.kind(), scope, "attachment", id).stream()
                    .findFirst()
                    .orElseThrow(() -> Refusals.of(
                            "InvalidAttachmentID.NotFound", "The interface attachment '" + id + "' does not exist."));
            Optional<NetworkInterface.Attachment> ofInstance =
                    n.attachment().filter(a -> !a.instanceId().isEmpty() && !n.requesterManaged());
            if (ofInstance.isEmpty()) {
                throw n.requesterManaged()
                        ? Refusals.of("AuthFailure", "You do not have permission to access the specified resource.")
                        : NetworkInterfaces.notAllowed();
            }
            if (ofInstance.get().deviceIndex() == 0) {
                throw Refusals.of(
                        "OperationNotPermitted", "The network interface at device index 0 cannot be detached.");
            }
            tx.put(NETWORK_INTERFACE.kind(), scope, n.id(), n.abandoned());
            return n;
        });
        plane.settle(scope, detached.vpcId());
        return DetachNetworkInterfaceResponse.builder().build();
    }
}
