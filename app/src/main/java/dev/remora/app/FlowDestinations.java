package dev.remora.app;

import dev.remora.ec2.FlowDelivery;
import dev.remora.iam.RoleAccess;
import dev.remora.logs.LogSink;
import dev.remora.s3.ObjectStore;
import dev.remora.store.Scope;
import dev.remora.wire.AwsError;
import dev.remora.wire.Principal;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Brings flow records to CloudWatch Logs, with the rights of the role that the flow log names, and into buckets, as a
 * service.
 */
final class FlowDestinations implements FlowDelivery {
    private static final String SERVICE = "vpc-flow-logs.amazonaws.com";

    /** Who writes into buckets. */
    private static final String DELIVERY = "delivery.logs.amazonaws.com";

    /** What DescribeFlowLogs says when the role does not allow it. */
    private static final String ACCESS_ERROR = "Access error";

    private final RoleAccess roles;
    private final LogSink logs;
    private final ObjectStore buckets;

    FlowDestinations(RoleAccess roles, LogSink logs, ObjectStore buckets) {
        this.roles = roles;
        this.logs = logs;
        this.buckets = buckets;
    }

    @Override
    public boolean assumable(String roleArn) {
        return roles.assumableBy(roleArn, SERVICE);
    }

    @Override
    public boolean bucketExists(Scope scope, String bucket) {
        return buckets.place(bucket).isPresent();
    }

    @Override
    public Optional<String> toLogGroup(
            Scope scope, String roleArn, String group, String stream, Instant time, List<String> lines) {
        String arn = "arn:aws:logs:" + scope.region() + ":" + scope.account() + ":log-group:" + group + ":log-stream:" + stream;
        boolean allowed = roles.assumableBy(roleArn, SERVICE)
                && Stream.of("logs:CreateLogStream", "logs:PutLogEvents")
                        .allMatch(action -> roles.decide(roleArn, action, List.of(arn), Map.of()).allowed());
        if (!allowed) {
            return Optional.of(ACCESS_ERROR);
        }
        lines.forEach(line -> logs.write(scope, group, stream, time, line));
        return Optional.empty();
    }

    @Override
    public Optional<String> toBucket(Scope scope, String bucket, String key, byte[] object) {
        try {
            buckets.put(bucket, key, object, "application/x-gzip", new Principal.Service(scope.account(), DELIVERY));
            return Optional.empty();
        } catch (AwsError refused) {
            return Optional.of(refused.code().equals("AccessDenied") ? ACCESS_ERROR : refused.text());
        }
    }
}
