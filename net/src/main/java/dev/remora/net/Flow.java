package dev.remora.net;

import java.util.Optional;

/**
 * What crossed a metered router in one direction of one conversation, or was refused by it, since the last time that flows were
 * read.
 *
 * @param from the interface that it came from, or empty for a gateway
 * @param to the interface that it was for; empty for a gateway, or if no route led on
 * @param sourcePort 0 where the protocol has none
 * @param destinationPort 0 where the protocol has none
 * @param tcpFlags flags that were seen: FIN 1, SYN 2, RST 4, and ACK 16 where it stood beside SYN
 * @param refused what refused it; empty for what passed
 */
public record Flow(
        Optional<String> from,
        Optional<String> to,
        Ip source,
        Ip destination,
        int protocol,
        int sourcePort,
        int destinationPort,
        int tcpFlags,
        long packets,
        long bytes,
        Optional<Drop.Cause> refused) {}
