package dev.remora.ec2;

import dev.remora.vpc.Tagged;
import java.time.Instant;
import java.util.Map;

/**
 * What is to be written down about the traffic of a VPC, a subnet or an interface.
 *
 * @param vpcId the VPC that the resource is, or is in
 * @param intervalSeconds how long a flow is gathered at most before it is written
 */
record FlowLog(
        String id,
        String vpcId,
        Of of,
        String resourceId,
        Traffic traffic,
        Destination destination,
        String format,
        int intervalSeconds,
        Instant created,
        Map<String, String> tags)
        implements Tagged<FlowLog> {
    enum Of {
        VPC,
        SUBNET,
        INTERFACE
    }

    enum Traffic {
        ACCEPT,
        REJECT,
        ALL
    }

    sealed interface Destination {
        /** @param roleArn whose rights it is written with */
        record LogGroup(String name, String roleArn) implements Destination {}

        /** @param prefix of the objects' keys; empty, or with a slash at its end */
        record Bucket(String name, String prefix) implements Destination {
            String arn() {
                return "arn:aws:s3:::" + name + (prefix.isEmpty() ? "" : "/" + prefix);
            }
        }
    }

    FlowLog {
        tags = Tagged.sorted(tags);
    }

    @Override
    public FlowLog withTags(Map<String, String> newTags) {
        return new FlowLog(id, vpcId, of, resourceId, traffic, destination, format, intervalSeconds, created, newTags);
    }
}
