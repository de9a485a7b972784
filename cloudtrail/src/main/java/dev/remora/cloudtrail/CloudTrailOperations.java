package dev.remora.cloudtrail;

import dev.remora.wire.Operations;
import dev.remora.wire.Protocol;
import dev.remora.wire.ServiceInfo;
import software.amazon.awssdk.services.cloudtrail.model.LookupEventsRequest;

/** What Remora supports of CloudTrail: the event history. Trails, which deliver events to buckets, are not in it. */
final class CloudTrailOperations {
    static final ServiceInfo SERVICE = new ServiceInfo("cloudtrail", "cloudtrail", Protocol.AWS_JSON_1_1, "2013-11-01", "",
            "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101");

    private CloudTrailOperations() {}

    static Operations of(Trail trail) {
        var operations = new Operations(SERVICE);
        operations.on(LookupEventsRequest.class, new EventHistory(trail)::lookup)
                .enforced("LookupAttributes", "StartTime", "EndTime", "MaxResults", "NextToken")
                .refused("EventCategory")
                .anyResource();
        return operations;
    }
}
