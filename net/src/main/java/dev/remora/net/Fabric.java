package dev.remora.net;

import dev.remora.linux.Netns;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The kernel's side of all VPCs. Everything here lives in namespaces of this process and is gone with it; the host's own
 * network is never touched.
 */
public interface Fabric extends AutoCloseable {
    /**
     * Makes the kernel equal to {@code wanted}; idempotent. Adds before it deletes, rules before routes. When it returns, the
     * next packet is judged by {@code wanted}. Calls for one router must not overlap.
     *
     * @throws dev.remora.linux.KernelException naming the object that the kernel refused; what was reached stays and a
     *     further call goes on
     */
    void apply(Topology wanted);

    /** Takes a router and all its ports away. Does nothing if there is none. */
    void remove(String router);

    /**
     * The namespace behind a {@link Topology.Attachment.Workload} port that was applied: its address, routes and loopback are
     * up.
     */
    Netns workload(String router, String port);

    /**
     * The namespace behind a {@link Topology.Gateway.Services} gateway that was applied, in which its addresses are; it is gone
     * with the gateway.
     */
    Netns services(String router, String gateway);

    Slots slots();

    /**
     * How many connections each IPv4 address of a {@link Topology.Attachment.Hyperplane} or {@link
     * Topology.Attachment.Translator} port carries, of both families, without those that have ended. To be asked now and then:
     * the kernel walks a table, unless that has fewer than {@code atLeast} in all.
     *
     * @return nothing if there is no such port, or the table is that short
     */
    Map<Ipv4, Integer> connections(String router, String port, int atLeast);

    /**
     * Names that the resolvers inside the VPCs and the internet answer (lower case, no final dot), replacing all earlier
     * ones. {@code *.example.com} is every name below that has no addresses of its own.
     */
    void names(Map<String, List<Ip>> names);

    /** Opens the namespace that plays the internet; Remora's own API has a public address there. */
    Netns internet();

    /** The address of Remora's own API in the internet's namespace. */
    Ipv4 apiAddress();

    /**
     * What crossed a router whose topology is metered, since this was last called for it, or since it is metered. To lose
     * nothing, call it at least every minute.
     *
     * @return nothing if there is no such router, or it is not metered
     */
    Optional<FlowReading> flows(String router);

    /** Drops that the kernel reported since the start, newest last, at most {@link Drop#KEPT}. */
    List<Drop> drops();

    /** Packets dropped so far, by cause; exact, also where single drops were not listed for their number. */
    Map<Drop.Cause, Long> dropCounts();

    /** Calls {@code listener} for each reported drop, on the reporting thread. */
    void onDrop(Consumer<Drop> listener);

    @Override
    void close();
}
