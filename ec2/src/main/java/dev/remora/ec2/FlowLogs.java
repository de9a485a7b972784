package dev.remora.ec2;

import static dev.remora.ec2.Resource.FLOW_LOG;
import static dev.remora.ec2.Resource.NETWORK_INTERFACE;
import static dev.remora.ec2.Resource.SUBNET;
import static dev.remora.ec2.Resource.VPC;

import dev.remora.ec2.FlowLog.Destination;
import dev.remora.ec2.FlowLog.Of;
import dev.remora.ec2.FlowLog.Traffic;
import dev.remora.store.Ids;
import dev.remora.store.Scope;
import dev.remora.store.Store;
import dev.remora.store.Transaction;
import dev.remora.store.View;
import dev.remora.wire.Call;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import software.amazon.awssdk.services.ec2.model.CreateFlowLogsRequest;
import software.amazon.awssdk.services.ec2.model.CreateFlowLogsResponse;
import software.amazon.awssdk.services.ec2.model.DeleteFlowLogsRequest;
import software.amazon.awssdk.services.ec2.model.DeleteFlowLogsResponse;
import software.amazon.awssdk.services.ec2.model.DescribeFlowLogsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeFlowLogsResponse;
import software.amazon.awssdk.services.ec2.model.UnsuccessfulItem;

/** Flow logs. {@link FlowRecorder} writes what they ask for. */
final class FlowLogs {
    static final int SHORT_INTERVAL_SECONDS = 60;
    static final int LONG_INTERVAL_SECONDS = 600;

    private static final String BUCKET_ARN = "arn:aws:s3:::";
    private static final String LOGS = "cloud-watch-logs";
    private static final String S3 = "s3";

    private final Store store;
    private final Ids ids;
    private final InstantSource clock;
    private final AccountRegions regions;
    private final DataPlane plane;
    private final FlowDelivery delivery;
    private final FlowRecorder recorder;
    private final ClientTokens tokens;

    FlowLogs(
            Store store,
            Ids ids,
            InstantSource clock,
            AccountRegions regions,
            DataPlane plane,
            FlowDelivery delivery,
            FlowRecorder recorder) {
        this.store = store;
        this.ids = ids;
        this.clock = clock;
        this.regions = regions;
        this.plane = plane;
        this.delivery = delivery;
        this.recorder = recorder;
        this.tokens = new ClientTokens(clock);
    }

    private Filters<FlowLog> filters() {
        return Filters.<FlowLog>tagged()
                .on("flow-log-id", FlowLog::id)
                .on("resource-id", FlowLog::resourceId)
                .indexed("resource-id", "resource")
                .on("traffic-type", f -> f.traffic().name())
                .on("log-destination-type", f -> f.destination() instanceof Destination.Bucket ? S3 : LOGS)
                .onAny(
                        "log-group-name",
                        f -> f.destination() instanceof Destination.LogGroup group ? List.of(group.name()) : List.of())
                .on("deliver-log-status", f -> recorder.failure(f.id()).isEmpty() ? "SUCCESS" : "FAILED");
    }

    CreateFlowLogsResponse create(CreateFlowLogsRequest r, Call call) {
        Scope scope = regions.enter(call);
        Of of = of(Refusals.require(r.resourceTypeAsString(), "resourceType"));
        if (r.resourceIds().isEmpty()) {
            throw Refusals.missing("resourceId");
        }
        Traffic traffic = traffic(Refusals.require(r.trafficTypeAsString(), "trafficType"));
        Destination destination = destination(r);
        String format = r.logFormat() == null || r.logFormat().isEmpty() ? FlowFormat.DEFAULT : r.logFormat();
        new FlowFormat(format);
        int interval = r.maxAggregationInterval() == null ? LONG_INTERVAL_SECONDS : r.maxAggregationInterval();
        if (interval != SHORT_INTERVAL_SECONDS && interval != LONG_INTERVAL_SECONDS) {
            throw Refusals.of("InvalidParameter", "Invalid Flow Log Max Aggregation Interval");
        }
        Map<String, String> tags = TagSpecs.forNew("vpc-flow-log", r.tagSpecifications());
        if (destination instanceof Destination.Bucket bucket && !delivery.bucketExists(scope, bucket.name())) {
            return CreateFlowLogsResponse.builder()
                    .clientToken(r.clientToken())
                    .unsuccessful(r.resourceIds().stream()
                            .map(id -> failed(id, "400", "LogDestination: " + bucket.name() + " does not exist"))
                            .toList())
                    .build();
        }
        if (destination instanceof Destination.LogGroup group && !delivery.assumable(group.roleArn())) {
            throw Refusals.of("InvalidParameter", "Unable to assume given IAM role");
        }
        var made = new ArrayList<FlowLog>();
        store.write(tx -> {
            made.clear();
            for (String resourceId : r.resourceIds()) {
                String vpcId = vpcOf(tx, scope, of, resourceId);
                String token = r.clientToken() == null ? null : r.clientToken() + "/" + resourceId;
                made.add(tokens.once(tx, scope, FLOW_LOG, token, resourceId + traffic + destination + format + interval, () -> {
                    refuseSame(tx, scope, resourceId, traffic, destination);
                    var log = new FlowLog(
                            ids.resource(FLOW_LOG.prefix()), vpcId, of, resourceId, traffic, destination, format, interval,
                            clock.instant(), tags);
                    tx.put(FLOW_LOG.kind(), scope, log.id(), log);
                    return log;
                }));
            }
            return made;
        });
        made.stream().map(FlowLog::vpcId).distinct().forEach(vpcId -> plane.settle(scope, vpcId));
        return CreateFlowLogsResponse.builder()
                .clientToken(r.clientToken())
                .flowLogIds(made.stream().map(FlowLog::id).toList())
                .unsuccessful(List.of())
                .build();
    }

    private static void refuseSame(Transaction tx, Scope scope, String resourceId, Traffic traffic, Destination destination) {
        boolean same = tx.find(FLOW_LOG.kind(), scope, "resource", resourceId).stream()
                .anyMatch(f -> f.traffic() == traffic && f.destination().equals(destination));
        if (same) {
            throw Refusals.of(
                    "FlowLogAlreadyExists",
                    "Error. There is an existing Flow Log with the same configuration and log destination.");
        }
    }

    private static Of of(String type) {
        return switch (type) {
            case "VPC" -> Of.VPC;
            case "Subnet" -> Of.SUBNET;
            case "NetworkInterface" -> Of.INTERFACE;
            case "TransitGateway", "TransitGatewayAttachment", "RegionalNatGateway" ->
                throw Refusals.unsupported("Flow logs of " + type + " are not supported.");
            default -> throw Refusals.invalidValue(type, "resourceType", "It is VPC, Subnet or NetworkInterface.");
        };
    }

    private static Traffic traffic(String type) {
        return switch (type) {
            case "ACCEPT" -> Traffic.ACCEPT;
            case "REJECT" -> Traffic.REJECT;
            case "ALL" -> Traffic.ALL;
            default -> throw Refusals.invalidValue(type, "trafficType", "It is ACCEPT, REJECT or ALL.");
        };
    }

    private static Destination destination(CreateFlowLogsRequest r) {
        String type = r.logDestinationTypeAsString() == null ? LOGS : r.logDestinationTypeAsString();
        if (r.destinationOptions() != null
                && (!"plain-text".equals(r.destinationOptions().fileFormatAsString())
                        || Boolean.TRUE.equals(r.destinationOptions().hiveCompatiblePartitions())
                        || Boolean.TRUE.equals(r.destinationOptions().perHourPartition()))) {
            throw Refusals.unsupported(
                    "Destination options other than plain text, without further partitions, are not supported.");
        }
        return switch (type) {
            case S3 -> bucket(r);
            case LOGS -> group(r);
            case "kinesis-data-firehose" -> throw Refusals.unsupported("Flow logs to Firehose are not supported.");
            default -> throw Refusals.invalidValue(type, "logDestinationType", "It is cloud-watch-logs or s3.");
        };
    }

    private static Destination bucket(CreateFlowLogsRequest r) {
        if (r.logGroupName() != null) {
            throw Refusals.of(
                    "InvalidParameter", "LogDestination type must be cloud-watch-logs if LogGroupName is provided.");
        }
        String arn = r.logDestination();
        if (arn == null) {
            throw Refusals.of("InvalidParameter", "LogDestination can't be empty if LogDestinationType is s3.");
        }
        if (r.deliverLogsPermissionArn() != null) {
            throw Refusals.of(
                    "InvalidParameter", "DeliverLogsPermissionArn can't be specified if LogDestinationType is s3.");
        }
        if (!arn.startsWith(BUCKET_ARN) || arn.length() == BUCKET_ARN.length()) {
            throw Refusals.of("InvalidParameter", "LogDestination: " + arn + " is not the ARN of a bucket.");
        }
        String[] parts = arn.substring(BUCKET_ARN.length()).split("/", 2);
        String prefix = parts.length == 1 || parts[1].isEmpty() ? "" : parts[1].replaceAll("/*$", "") + "/";
        return new Destination.Bucket(parts[0], prefix);
    }

    private static Destination group(CreateFlowLogsRequest r) {
        String name = r.logGroupName();
        if (name == null && r.logDestination() != null) {
            name = r.logDestination().replaceFirst("^arn:[^:]*:logs:[^:]*:[0-9]*:log-group:", "").replaceFirst(":\\*$", "");
        }
        if (name == null || name.isEmpty()) {
            throw Refusals.of(
                    "InvalidParameter", "LogGroupName can't be empty if LogDestinationType is cloud-watch-logs.");
        }
        if (r.deliverLogsPermissionArn() == null) {
            throw Refusals.of(
                    "InvalidParameter",
                    "DeliverLogsPermissionArn can't be empty if LogDestinationType is cloud-watch-logs.");
        }
        return new Destination.LogGroup(name, r.deliverLogsPermissionArn());
    }

    private static String vpcOf(View view, Scope scope, Of of, String resourceId) {
        return switch (of) {
            case VPC -> VPC.require(view, scope, resourceId).id();
            case SUBNET -> SUBNET.require(view, scope, resourceId).vpcId();
            case INTERFACE -> NETWORK_INTERFACE.require(view, scope, resourceId).vpcId();
        };
    }

    /** The resource is deleted, and its flow logs with it. */
    static void forget(Transaction tx, Scope scope, String resourceId) {
        tx.find(FLOW_LOG.kind(), scope, "resource", resourceId).forEach(f -> tx.delete(FLOW_LOG.kind(), scope, f.id()));
    }

    private static UnsuccessfulItem failed(String resourceId, String code, String message) {
        return UnsuccessfulItem.builder().resourceId(resourceId).error(e -> e.code(code).message(message)).build();
    }

    DescribeFlowLogsResponse describe(DescribeFlowLogsRequest r, Call call) {
        Scope scope = regions.enter(call);
        var page = Listing.of(call, "flowLogIds", r.flowLogIds(), r.filter(), r.maxResults(), r.nextToken())
                .read(store.view(), scope, FLOW_LOG, filters());
        return DescribeFlowLogsResponse.builder().flowLogs(page.map(this::shown)).nextToken(page.nextToken()).build();
    }

    private software.amazon.awssdk.services.ec2.model.FlowLog shown(FlowLog f) {
        Optional<String> failure = recorder.failure(f.id());
        var shown = software.amazon.awssdk.services.ec2.model.FlowLog.builder()
                .flowLogId(f.id())
                .creationTime(f.created())
                .flowLogStatus("ACTIVE")
                .deliverLogsStatus(failure.isEmpty() ? "SUCCESS" : "FAILED")
                .deliverLogsErrorMessage(failure.orElse(null))
                .resourceId(f.resourceId())
                .trafficType(f.traffic().name())
                .logFormat(f.format())
                .maxAggregationInterval(f.intervalSeconds())
                .tags(TagSpecs.shown(f.tags()));
        switch (f.destination()) {
            case Destination.LogGroup(String name, String roleArn) ->
                shown.logDestinationType(LOGS).logGroupName(name).deliverLogsPermissionArn(roleArn);
            case Destination.Bucket bucket -> shown.logDestinationType(S3).logDestination(bucket.arn());
        }
        return shown.build();
    }

    DeleteFlowLogsResponse delete(DeleteFlowLogsRequest r, Call call) {
        Scope scope = regions.enter(call);
        if (r.flowLogIds().isEmpty()) {
            throw Refusals.missing("flowLogId");
        }
        List<FlowLog> deleted = store.write(tx -> {
            var found = new ArrayList<FlowLog>();
            var absent = new ArrayList<String>();
            for (String id : r.flowLogIds()) {
                tx.get(FLOW_LOG.kind(), scope, id).ifPresentOrElse(found::add, () -> absent.add(id));
            }
            if (!absent.isEmpty()) {
                throw Refusals.of(
                        "InvalidFlowLogId.NotFound",
                        "These flow log ids in the input list are not found: [TotalCount: " + absent.size() + "] "
                                + String.join(", ", absent));
            }
            found.forEach(f -> tx.delete(FLOW_LOG.kind(), scope, f.id()));
            return found;
        });
        deleted.stream().map(FlowLog::vpcId).distinct().forEach(vpcId -> plane.settle(scope, vpcId));
        return DeleteFlowLogsResponse.builder().unsuccessful(List.of()).build();
    }
}
