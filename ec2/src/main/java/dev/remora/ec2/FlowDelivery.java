package dev.remora.ec2;

import dev.remora.store.Scope;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Where flow records go: other services of ours, which know nothing of VPCs. */
public interface FlowDelivery {
    /** Whether the role exists and {@code vpc-flow-logs.amazonaws.com} may assume it. */
    boolean assumable(String roleArn);

    boolean bucketExists(Scope scope, String bucket);

    /**
     * Writes lines into a log stream, which is made where it does not exist, as the role may.
     *
     * @return why it could not be done, in the words of DescribeFlowLogs; empty if it was
     */
    Optional<String> toLogGroup(Scope scope, String roleArn, String group, String stream, Instant time, List<String> lines);

    /**
     * Writes an object.
     *
     * @return why it could not be done, in the words of DescribeFlowLogs; empty if it was
     */
    Optional<String> toBucket(Scope scope, String bucket, String key, byte[] object);
}
