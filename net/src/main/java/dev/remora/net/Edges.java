package dev.remora.net;

import dev.remora.linux.Netns;
import dev.remora.linux.VethEnd;
import java.util.Map;
import java.util.Optional;

/**
 * What is beyond the gateways of routers, and behind their translators: the internet, other routers, namespaces of services.
 */
interface Edges {
    /**
     * Makes what is behind a gateway, and its cable, whose end {@code end} is born in the router's namespace and stays down
     * until the router has its rules. Frames from the cable have {@link LinkLocal#EDGE_MAC} as their source, and what the
     * router sends to that address arrives.
     *
     * @param router the router's name
     * @param id the gateway's id in the topology
     * @throws dev.remora.linux.KernelException naming the gateway; nothing is left of it
     */
    Edge open(String router, String id, Topology.Gateway gateway, VethEnd end, Netns namespace);

    /**
     * Makes what is behind a port whose attachment is {@link Topology.Attachment.Translator}, and its cable, as {@link #open}
     * does. The port's IPv4 addresses are its own; what is sent to any other address is what it translates.
     */
    Edge translate(String router, Topology.Port port, VethEnd end, Netns namespace);

    /**
     * Packets dropped beyond gateways so far, also by those that are gone; what the internet's namespace drops is not among
     * them.
     */
    default Map<Drop.Cause, Long> dropCounts() {
        return Map.of();
    }

    interface Edge extends AutoCloseable {
        /** Makes it equal to {@code gateway}, which is of the same kind. */
        void change(Topology.Gateway gateway);

        /** Gives what is behind a {@link #translate translating} port its addresses; the first one never changes. */
        default void change(Topology.Port port) {
            throw new IllegalArgumentException(port.id() + " is not behind this");
        }

        /** How many connections each address of a translating port carries; see {@link Fabric#connections}. */
        default Map<Ipv4, Integer> connections(int atLeast) {
            return Map.of();
        }

        /**
         * Waits until the far end of the cable sends, when the router's has come up; see
         * {@link dev.remora.linux.Rtnetlink#awaitSending}.
         */
        void awaitSending();

        /** The namespace of {@link Topology.Gateway.Services}; empty for the other kinds. */
        Optional<Netns> services();

        /** What was dropped behind this one alone. */
        default Map<Drop.Cause, Long> dropCounts() {
            return Map.of();
        }

        /** Takes the cable and what is behind it away. */
        @Override
        void close();
    }
}
