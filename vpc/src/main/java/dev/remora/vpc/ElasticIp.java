package dev.remora.vpc;

import dev.remora.net.Ipv4;
import java.util.Map;
import java.util.Optional;

/**
 * A public address that an account keeps until it releases it.
 *
 * @param id of its allocation
 */
public record ElasticIp(String id, Ipv4 address, Optional<Association> association, Map<String, String> tags)
        implements Tagged<ElasticIp> {
    /** Whose address it is now: an interface's, and which of its private addresses it stands for. */
    public record Association(String id, String vpcId, String interfaceId, Ipv4 privateAddress) {}

    public ElasticIp {
        tags = Tagged.sorted(tags);
    }

    public ElasticIp associated(Optional<Association> newAssociation) {
        return new ElasticIp(id, address, newAssociation, tags);
    }

    @Override
    public ElasticIp withTags(Map<String, String> newTags) {
        return new ElasticIp(id, address, association, newTags);
    }
}
