package dev.remora.ec2;

import static dev.remora.ec2.Resource.INSTANCE;

import dev.remora.ec2.Instance.Reason;
import dev.remora.ec2.Instance.State;
import dev.remora.net.Ipv4;
import dev.remora.store.Ids;
import dev.remora.store.Scope;
import dev.remora.store.Store;
import dev.remora.store.Transaction;
import dev.remora.store.View;
import dev.remora.vpc.NetworkInterface;
import dev.remora.wire.AwsError;
import dev.remora.wire.Call;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import software.amazon.awssdk.services.ec2.model.DescribeInstanceStatusRequest;
import software.amazon.awssdk.services.ec2.model.DescribeInstanceStatusResponse;
import software.amazon.awssdk.services.ec2.model.DescribeInstancesRequest;
import software.amazon.awssdk.services.ec2.model.DescribeInstancesResponse;
import software.amazon.awssdk.services.ec2.model.GetConsoleOutputRequest;
import software.amazon.awssdk.services.ec2.model.GetConsoleOutputResponse;
import software.amazon.awssdk.services.ec2.model.InstanceStateChange;
import software.amazon.awssdk.services.ec2.model.InstanceStatus;
import software.amazon.awssdk.services.ec2.model.RebootInstancesRequest;
import software.amazon.awssdk.services.ec2.model.RebootInstancesResponse;
import software.amazon.awssdk.services.ec2.model.Reservation;
import software.amazon.awssdk.services.ec2.model.RunInstancesRequest;
import software.amazon.awssdk.services.ec2.model.RunInstancesResponse;
import software.amazon.awssdk.services.ec2.model.StartInstancesRequest;
import software.amazon.awssdk.services.ec2.model.StartInstancesResponse;
import software.amazon.awssdk.services.ec2.model.StopInstancesRequest;
import software.amazon.awssdk.services.ec2.model.StopInstancesResponse;
import software.amazon.awssdk.services.ec2.model.TerminateInstancesRequest;
import software.amazon.awssdk.services.ec2.model.TerminateInstancesResponse;

/** Instances: their life. {@link InstanceKeeper} carries out what is asked here. */
final class Instances {
    private final Store store;
    private final Ids ids;
    private final InstantSource clock;
    private final AccountRegions regions;
    private final InstanceKeeper keeper;
    private final InstanceRoles roles;
    private final ClientTokens tokens;

    Instances(
            Store store, Ids ids, InstantSource clock, AccountRegions regions, InstanceKeeper keeper, InstanceRoles roles) {
        this.store = store;
        this.ids = ids;
        this.clock = clock;
        this.regions = regions;
        this.keeper = keeper;
        this.roles = roles;
        this.tokens = new ClientTokens(clock);
    }

    private static Filters<Instance> filters(View view, Scope scope) {
        var shown = new InstanceView(view, scope);
        var filters = Filters.<Instance>tagged()
                .on("instance-id", Instance::id)
                .on("image-id", Instance::imageId)
                .on("instance-type", Instance::type)
                .on("instance-state-name", i -> i.state().shown())
                .on("instance-state-code", i -> Integer.toString(i.state().code()))
                .on("vpc-id", Instance::vpcId)
                .indexed("vpc-id", "vpc")
                .on("subnet-id", Instance::subnetId)
                .on("availability-zone", Instance::zone)
                .on("reservation-id", Instance::reservationId)
                .on("launch-index", i -> Integer.toString(i.launchIndex()))
                .on("launch-time", i -> i.launched().toString())
                .on("key-name", Instance::keyName)
                .on("architecture", i -> "x86_64")
                .on("tenancy", i -> "default")
                .on("root-device-type", i -> "ebs")
                .on("virtualization-type", i -> "hvm")
                .on("client-token", i -> "")
                .on("metadata-options.http-endpoint", i -> i.metadata().endpoint())
                .on("metadata-options.http-tokens", i -> i.metadata().tokens())
                .onAny("iam-instance-profile.arn", i -> i.profile().map(ProfileAssociation::arn).stream().toList())
                .onAny("iam-instance-profile.id", i -> i.profile().map(ProfileAssociation::profileId).stream().toList());
        filters.onAny("private-ip-address", of(shown, n -> List.of(n.address().toString())));
        filters.onAny("network-interface.network-interface-id", of(shown, n -> List.of(n.id())));
        filters.onAny("network-interface.subnet-id", of(shown, n -> List.of(n.subnetId())));
        filters.onAny("network-interface.vpc-id", of(shown, n -> List.of(n.vpcId())));
        filters.onAny("network-interface.addresses.private-ip-address", of(shown, n -> InterfaceView.privateAddresses(n)
                .map(Ipv4::toString)
                .toList()));
        for (String name : List.of("instance.group-id", "group-id", "network-interface.group-id")) {
            filters.onAny(name, of(shown, NetworkInterface::groups));
        }
        filters.onAny("ip-address", i -> shown.primary(i)
                .flatMap(n -> InstanceKeeper.publicAddress(view, scope, n))
                .map(Ipv4::toString)
                .stream()
                .toList());
        filters.onAny("private-dns-name", of(
                shown, n -> List.of(InterfaceView.privateName(new Region(scope.region()), n.address()))));
        return filters.withOwner(scope);
    }

    private static Function<Instance, List<String>> of(InstanceView shown, Function<NetworkInterface, List<String>> value) {
        return i -> shown.interfaces(i).stream().flatMap(n -> value.apply(n).stream()).toList();
    }

    RunInstancesResponse run(RunInstancesRequest r, Call call) {
        Scope scope = regions.enter(call);
        InstanceLaunch launch = InstanceLaunch.of(r, roles, scope.account());
        List<Instance> made = store.write(tx -> {
            var all = new ArrayList<Instance>();
            Instance first = tokens.once(tx, scope, INSTANCE, r.clientToken(), launch.toString(), () -> {
                all.addAll(launch.make(tx, scope, ids, clock.instant()));
                return all.getFirst();
            });
            return all.isEmpty() ? ofReservation(tx, scope, first.reservationId()) : all;
        });
        made.forEach(i -> keeper.attend(scope, i.id()));
        var view = new InstanceView(store.view(), scope);
        return RunInstancesResponse.builder()
                .reservationId(made.getFirst().reservationId())
                .ownerId(scope.account())
                .groups(List.of())
                .instances(made.stream()
                        .map(i -> view.shown(i).toBuilder().state(InstanceView.state(State.PENDING)).build())
                        .toList())
                .build();
    }

    private static List<Instance> ofReservation(View view, Scope scope, String reservationId) {
        return view.find(INSTANCE.kind(), scope, "reservation", reservationId);
    }

    DescribeInstancesResponse describe(DescribeInstancesRequest r, Call call) {
        Scope scope = regions.enter(call);
        View view = store.view();
        var page = Listing.of(call, "instanceIds", r.instanceIds(), r.filters(), r.maxResults(), r.nextToken())
                .read(view, scope, INSTANCE, filters(view, scope));
        var shown = new InstanceView(view, scope);
        Map<String, List<Instance>> byReservation = new LinkedHashMap<>();
        page.items().stream()
                .filter(i -> !keeper.past(i))
                .forEach(i -> byReservation.computeIfAbsent(i.reservationId(), none -> new ArrayList<>()).add(i));
        return DescribeInstancesResponse.builder()
                .reservations(byReservation.entrySet().stream()
                        .map(e -> Reservation.builder()
                                .reservationId(e.getKey())
                                .ownerId(scope.account())
                                .groups(List.of())
                                .instances(e.getValue().stream().map(shown::shown).toList())
                                .build())
                        .toList())
                .nextToken(page.nextToken())
                .build();
    }

    DescribeInstanceStatusResponse describeStatus(DescribeInstanceStatusRequest r, Call call) {
        Scope scope = regions.enter(call);
        View view = store.view();
        boolean all = Boolean.TRUE.equals(r.includeAllInstances());
        var page = Listing.of(call, "instanceIds", r.instanceIds(), r.filters(), r.maxResults(), r.nextToken())
                .read(view, scope, INSTANCE, filters(view, scope));
        return DescribeInstanceStatusResponse.builder()
                .instanceStatuses(page.items().stream()
                        .filter(i -> !keeper.past(i) && (all || i.state() == State.RUNNING))
                        .map(Instances::status)
                        .toList())
                .nextToken(page.nextToken())
                .build();
    }

    private static InstanceStatus status(Instance i) {
        String status = i.state() == State.RUNNING ? "ok" : "not-applicable";
        return InstanceStatus.builder()
                .instanceId(i.id())
                .availabilityZone(i.zone())
                .instanceState(InstanceView.state(i.state()))
                .instanceStatus(s -> s.status(status))
                .systemStatus(s -> s.status(status))
                .build();
    }

    /** A change of one instance's state; returns the instance after it, or the same one if it is there already. */
    private interface Change {
        Instance of(Instance now);
    }

    private List<InstanceStateChange> change(List<String> instanceIds, Call call, Change change) {
        if (instanceIds.isEmpty()) {
            throw Refusals.missing("InstanceId");
        }
        Scope scope = regions.enter(call);
        List<InstanceStateChange> changes = store.write(tx -> {
            var made = new ArrayList<InstanceStateChange>();
            for (String id : instanceIds.stream().distinct().toList()) {
                Instance now = INSTANCE.require(tx, scope, id);
                Instance then = change.of(now);
                if (then != now) {
                    put(tx, scope, then);
                }
                made.add(InstanceStateChange.builder()
                        .instanceId(id)
                        .previousState(InstanceView.state(now.state()))
                        .currentState(InstanceView.state(then.state()))
                        .build());
            }
            return made;
        });
        changes.forEach(c -> keeper.attend(scope, c.instanceId()));
        return changes;
    }

    private static void put(Transaction tx, Scope scope, Instance i) {
        tx.put(INSTANCE.kind(), scope, i.id(), i);
    }

    StartInstancesResponse start(StartInstancesRequest r, Call call) {
        return StartInstancesResponse.builder()
                .startingInstances(change(r.instanceIds(), call, now -> switch (now.state()) {
                    case STOPPED -> now.in(State.PENDING, clock.instant(), Optional.empty()).launchedAt(clock.instant());
                    case PENDING, RUNNING -> now;
                    default -> throw incorrect(now, "started");
                }))
                .build();
    }

    StopInstancesResponse stop(StopInstancesRequest r, Call call) {
        return StopInstancesResponse.builder()
                .stoppingInstances(change(r.instanceIds(), call, now -> switch (now.state()) {
                    case PENDING, RUNNING ->
                        now.in(State.STOPPING, clock.instant(), Optional.of(InstanceKeeper.BY_USER));
                    case STOPPING, STOPPED -> now;
                    default -> throw incorrect(now, "stopped");
                }))
                .build();
    }

    TerminateInstancesResponse terminate(TerminateInstancesRequest r, Call call) {
        return TerminateInstancesResponse.builder()
                .terminatingInstances(change(r.instanceIds(), call, now -> {
                    if (now.terminationDisabled() && !now.ending()) {
                        throw Refusals.of(
                                "OperationNotPermitted",
                                "The instance '" + now.id() + "' may not be terminated. Modify its"
                                        + " 'disableApiTermination' instance attribute and try again.");
                    }
                    Optional<Reason> reason = Optional.of(InstanceKeeper.BY_USER);
                    return now.ending() ? now : now.in(State.SHUTTING_DOWN, clock.instant(), reason);
                }))
                .build();
    }

    private static AwsError incorrect(Instance i, String what) {
        return Refusals.of(
                "IncorrectInstanceState",
                "The instance '" + i.id() + "' is not in a state from which it can be " + what + ".");
    }

    RebootInstancesResponse reboot(RebootInstancesRequest r, Call call) {
        if (r.instanceIds().isEmpty()) {
            throw Refusals.missing("InstanceId");
        }
        Scope scope = regions.enter(call);
        View view = store.view();
        for (String id : r.instanceIds()) {
            Instance i = INSTANCE.require(view, scope, id);
            if (i.state() != State.RUNNING && i.state() != State.PENDING) {
                throw incorrect(i, "rebooted");
            }
        }
        r.instanceIds().stream().distinct().forEach(id -> keeper.reboot(scope, id));
        return RebootInstancesResponse.builder().build();
    }

    GetConsoleOutputResponse console(GetConsoleOutputRequest r, Call call) {
        Scope scope = regions.enter(call);
        Instance i = INSTANCE.require(store.view(), scope, Refusals.require(r.instanceId(), "InstanceId"));
        byte[] text = keeper.console(i.id()).getBytes(StandardCharsets.UTF_8);
        return GetConsoleOutputResponse.builder()
                .instanceId(i.id())
                .timestamp(clock.instant())
                .output(Base64.getEncoder().encodeToString(text))
                .build();
    }
}
