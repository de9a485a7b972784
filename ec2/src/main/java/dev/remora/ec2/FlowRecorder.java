package dev.remora.ec2;

import static dev.remora.ec2.Resource.FLOW_LOG;
import static dev.remora.ec2.Resource.NETWORK_INTERFACE;

import dev.remora.ec2.FlowLog.Destination;
import dev.remora.ec2.FlowLog.Traffic;
import dev.remora.net.Fabric;
import dev.remora.net.Flow;
import dev.remora.net.FlowReading;
import dev.remora.store.Scope;
import dev.remora.store.Store;
import dev.remora.store.View;
import dev.remora.vpc.NetworkInterface;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes flow logs: reads every {@link #PERIOD} what crossed the routers that some flow log is about, and turns it into records.
 *
 * <p>AWS gathers a flow for the flow log's interval at most; here a record covers one period, so it is there sooner. What there
 * was nothing of is said once an interval. Lines for a log group go at once, those for a bucket are gathered for {@link
 * #OBJECT_EVERY}, because each delivery is an object.
 *
 * <p>What is not yet written when the server is killed is lost, as the documentation of AWS allows ("best effort").
 */
final class FlowRecorder implements AutoCloseable {
    static final Duration PERIOD = Duration.ofSeconds(5);
    static final Duration OBJECT_EVERY = Duration.ofSeconds(30);

    /** Lines gathered for one object; a fuller one is written at once. */
    static final int LINES_PER_OBJECT = 100_000;

    private static final Logger LOG = LoggerFactory.getLogger(FlowRecorder.class);
    private static final DateTimeFormatter FOLDER = DateTimeFormatter.ofPattern("yyyy/MM/dd").withZone(ZoneOffset.UTC);
    private static final DateTimeFormatter STAMP = DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmm'Z'").withZone(ZoneOffset.UTC);

    private final Store store;
    private final Fabric fabric;
    private final InstantSource clock;
    private final FlowDelivery delivery;
    private final Map<String, String> failures = new ConcurrentHashMap<>();
    private final Map<String, Pending> pending = new HashMap<>();

    /** When something was last said about an interface, by flow log and interface. */
    private final Map<String, Instant> said = new HashMap<>();

    private Instant last;
    private @Nullable ScheduledExecutorService timer;
    private long objects;

    /** Lines for an object that is not written yet. */
    private static final class Pending {
        final Scope scope;
        final FlowLog log;
        final Instant since;
        final List<String> lines = new ArrayList<>();

        Pending(Scope scope, FlowLog log, Instant since) {
            this.scope = scope;
            this.log = log;
            this.since = since;
        }
    }

    FlowRecorder(Store store, Fabric fabric, InstantSource clock, FlowDelivery delivery) {
        this.store = store;
        this.fabric = fabric;
        this.clock = clock;
        this.delivery = delivery;
        this.last = clock.instant();
    }

    void start() {
        timer = Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().daemon().name("flow-logs").factory());
        timer.scheduleWithFixedDelay(this::guarded, PERIOD.toMillis(), PERIOD.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Why the last delivery of a flow log failed; empty if it did not. */
    Optional<String> failure(String flowLogId) {
        return Optional.ofNullable(failures.get(flowLogId));
    }

    private void guarded() {
        try {
            record();
        } catch (RuntimeException e) {
            LOG.warn("flow records of a period are lost", e);
        }
    }

    /** Writes what came since it was last called. */
    synchronized void record() {
        Instant start = last;
        Instant end = clock.instant();
        last = end;
        View view = store.view();
        Set<String> logs = new HashSet<>();
        for (Scope scope : view.scopes(FLOW_LOG.kind())) {
            Map<String, List<FlowLog>> byVpc = new LinkedHashMap<>();
            view.all(FLOW_LOG.kind(), scope).forEach(f -> {
                byVpc.computeIfAbsent(f.vpcId(), none -> new ArrayList<>()).add(f);
                logs.add(f.id());
            });
            byVpc.forEach((vpcId, ofVpc) -> record(view, scope, vpcId, ofVpc, start, end));
        }
        failures.keySet().retainAll(logs);
        said.keySet().removeIf(key -> !logs.contains(key.substring(0, key.indexOf('/'))));
        List.copyOf(pending.values()).stream()
                .filter(p -> !p.since.plus(OBJECT_EVERY).isAfter(end) || !logs.contains(p.log.id()))
                .forEach(this::write);
    }

    private void record(View view, Scope scope, String vpcId, List<FlowLog> logs, Instant start, Instant end) {
        FlowReading reading = fabric.flows(DataPlane.router(scope, vpcId)).orElse(new FlowReading(List.of(), false));
        Map<String, NetworkInterface> interfaces = new LinkedHashMap<>();
        NETWORK_INTERFACE.inVpc(view, scope, vpcId).forEach(i -> interfaces.put(i.id(), i));
        List<FlowRecord> records = new ArrayList<>();
        for (Flow flow : reading.flows()) {
            Stream.of(true, false).filter(egress -> FlowRecord.seen(flow, egress)).forEach(egress ->
                    (egress ? flow.from() : flow.to())
                            .map(interfaces::get)
                            .ifPresent(i -> records.add(
                                    new FlowRecord(i, egress, Optional.of(flow), start, end, FlowRecord.Status.OK))));
        }
        for (FlowLog log : logs) {
            Map<String, List<FlowRecord>> byInterface = new LinkedHashMap<>();
            interfaces.values().stream().filter(i -> about(log, i)).forEach(i -> byInterface.put(i.id(), new ArrayList<>()));
            records.stream().filter(r -> wanted(log.traffic(), r)).forEach(r -> {
                List<FlowRecord> of = byInterface.get(r.networkInterface().id());
                if (of != null) {
                    of.add(r);
                }
            });
            byInterface.forEach((id, of) -> {
                NetworkInterface i = interfaces.get(id);
                if (i != null) {
                    complete(log, i, of, reading.overflowed(), start, end);
                }
            });
            deliver(scope, log, byInterface, end);
        }
    }

    /** Adds that nothing came, once an interval, and that something was not counted. */
    private void complete(
            FlowLog log, NetworkInterface i, List<FlowRecord> records, boolean overflowed, Instant start, Instant end) {
        String key = log.id() + "/" + i.id();
        if (overflowed) {
            records.add(new FlowRecord(i, true, Optional.empty(), start, end, FlowRecord.Status.SKIPDATA));
        }
        Instant since = said.computeIfAbsent(key, none -> start);
        if (records.isEmpty() && !since.plusSeconds(log.intervalSeconds()).isAfter(end)) {
            records.add(new FlowRecord(i, true, Optional.empty(), since, end, FlowRecord.Status.NODATA));
        }
        if (!records.isEmpty()) {
            said.put(key, end);
        }
    }

    private static boolean about(FlowLog log, NetworkInterface i) {
        return switch (log.of()) {
            case VPC -> i.vpcId().equals(log.resourceId());
            case SUBNET -> i.subnetId().equals(log.resourceId());
            case INTERFACE -> i.id().equals(log.resourceId());
        };
    }

    private static boolean wanted(Traffic traffic, FlowRecord record) {
        return switch (traffic) {
            case ALL -> true;
            case ACCEPT -> record.accepted();
            case REJECT -> !record.accepted();
        };
    }

    private void deliver(Scope scope, FlowLog log, Map<String, List<FlowRecord>> byInterface, Instant now) {
        var format = new FlowFormat(log.format());
        var region = new Region(scope.region());
        byInterface.forEach((id, records) -> {
            if (records.isEmpty()) {
                return;
            }
            List<String> lines = records.stream().map(r -> format.line(r, region, scope.account())).toList();
            switch (log.destination()) {
                case Destination.LogGroup(String name, String roleArn) ->
                    note(log, delivery.toLogGroup(
                            scope, roleArn, name, id + "-" + log.traffic().name().toLowerCase(Locale.ROOT), now, lines));
                case Destination.Bucket bucket -> {
                    Pending p = pending.computeIfAbsent(log.id(), none -> new Pending(scope, log, now));
                    p.lines.addAll(lines);
                    if (p.lines.size() >= LINES_PER_OBJECT) {
                        write(p);
                    }
                }
            }
        });
    }

    /** The object that AWS writes: named by account, region, flow log and minute, compressed, its first line the fields. */
    private void write(Pending p) {
        pending.remove(p.log.id());
        if (!(p.log.destination() instanceof Destination.Bucket bucket)) {
            return;
        }
        Scope scope = p.scope;
        String hash = Long.toHexString(p.since.toEpochMilli() * 31 + objects++);
        String key = bucket.prefix() + "AWSLogs/" + scope.account() + "/vpcflowlogs/" + scope.region() + "/"
                + FOLDER.format(p.since) + "/" + scope.account() + "_vpcflowlogs_" + scope.region() + "_" + p.log.id() + "_"
                + STAMP.format(p.since) + "_" + hash + ".log.gz";
        String text = new FlowFormat(p.log.format()).header() + "\n" + String.join("\n", p.lines) + "\n";
        note(p.log, delivery.toBucket(scope, bucket.name(), key, compressed(text)));
    }

    private static byte[] compressed(String text) {
        var bytes = new ByteArrayOutputStream();
        try (var out = new GZIPOutputStream(bytes)) {
            out.write(text.getBytes(StandardCharsets.UTF_8));
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return bytes.toByteArray();
    }

    private void note(FlowLog log, Optional<String> failure) {
        failure.ifPresentOrElse(why -> failures.put(log.id(), why), () -> failures.remove(log.id()));
    }

    /** Writes what there is, and ends. */
    @Override
    public void close() {
        if (timer != null) {
            timer.shutdownNow();
            guarded();
            synchronized (this) {
                List.copyOf(pending.values()).forEach(this::write);
            }
        }
    }
}
