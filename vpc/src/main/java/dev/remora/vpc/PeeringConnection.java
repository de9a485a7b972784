package dev.remora.vpc;

import dev.remora.net.Cidr;
import dev.remora.net.Cidr6;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A connection of two VPCs. Each side's account and region keeps a copy; the copies differ in their tags alone.
 *
 * @param message what the API says beside the status
 * @param expires when a request that nobody accepted ends; of one that has ended, when it is no longer shown
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
        DELETED;

        /** As the API writes it: {@code pending-acceptance}. */
        public String text() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }

        /** Whether nothing can become of it any more. */
        public boolean ended() {
            return this != PENDING_ACCEPTANCE && this != ACTIVE;
        }
    }

    /** @param resolvesNames whether this side's public names are private addresses when the other side asks for them */
    public record Side(
            String account, String region, String vpcId, List<Cidr> blocks, List<Cidr6> blocks6, boolean resolvesNames) {
        public Side {
            blocks = List.copyOf(blocks);
            blocks6 = List.copyOf(blocks6);
        }

        public Side withResolvesNames(boolean on) {
            return new Side(account, region, vpcId, blocks, blocks6, on);
        }
    }

    public PeeringConnection {
        tags = Tagged.sorted(tags);
    }

    public boolean active() {
        return status == Status.ACTIVE;
    }

    /** Whether it ends by itself before {@code now}, and has not been told so. */
    public boolean overdue(Instant now) {
        return status == Status.PENDING_ACCEPTANCE && !expires.isAfter(now);
    }

    public PeeringConnection with(Status newStatus, String newMessage, Instant newExpires) {
        return new PeeringConnection(id, requester, accepter, newStatus, newMessage, newExpires, tags);
    }

    public PeeringConnection withSides(Side newRequester, Side newAccepter) {
        return new PeeringConnection(id, newRequester, newAccepter, status, message, expires, tags);
    }

    /** The side that is not the VPC of that id. */
    public Side beyond(String vpcId) {
        return requester.vpcId().equals(vpcId) ? accepter : requester;
    }

    @Override
    public PeeringConnection withTags(Map<String, String> newTags) {
        return new PeeringConnection(id, requester, accepter, status, message, expires, newTags);
    }
}
