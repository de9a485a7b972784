package dev.remora.vpc;

import dev.remora.net.Cidr;
import dev.remora.net.Cidr6;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * A connection of two VPCs. Each side's account and region keeps a copy; the copies differ in their tags alone.
 *
 * @param message what the API says beside the status
 * @param expires when a request that nobody accepted ends
 */
public record PeeringConnection(
        String id, Side requester, Side accepter, Status status, String message, Instant expires, Map<String, String> tags)
        implements Tagged<PeeringConnection> {
    public enum Status {
        PENDING_ACCEPTANCE,
        FAILED,
        EXPIRED,
        ACTIVE,
        REJECTED,
        DELETED
    }

    /** @param resolvesNames whether this side's resolver gives the other side's public names private addresses */
    public record Side(
            String account, String region, String vpcId, List<Cidr> blocks, List<Cidr6> blocks6, boolean resolvesNames) {
        public Side {
            blocks = List.copyOf(blocks);
            blocks6 = List.copyOf(blocks6);
        }
    }

    public PeeringConnection {
        tags = Tagged.sorted(tags);
    }

    public PeeringConnection with(Status newStatus, String newMessage) {
        return new PeeringConnection(id, requester, accepter, newStatus, newMessage, expires, tags);
    }

    @Override
    public PeeringConnection withTags(Map<String, String> newTags) {
        return new PeeringConnection(id, requester, accepter, status, message, expires, newTags);
    }
}
