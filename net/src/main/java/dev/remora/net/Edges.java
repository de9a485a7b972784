package dev.remora.net;

import dev.remora.linux.Netns;
import dev.remora.linux.VethEnd;
import java.util.Optional;

/** What is beyond the gateways of routers, and behind their translators: the internet, other routers, namespaces of services. */
interface Edges {
    /**
     * Makes what is behind a gateway, and its cable, whose end {@code end} is born in the router's namespace and stays down until the
     * router has its rules. Frames from the cable have {@link LinkLocal#EDGE_MAC} as their source, and what the router sends to that
     * address arrives.
     *
     * @param router the router's name
     * @param id the gateway's id in the topology
     * @throws dev.remora.linux.KernelException naming the gateway; nothing is left of it
     */
    Edge open(String router, String id, Topology.Gateway gateway, VethEnd end, Netns namespace);

    /**
     * Makes what is behind a port whose attachment is {@link Topology.Attachment.Translator}, and its cable, as {@link #open} does.
     * The port's IPv4 address is its own; what is sent to any other address is what it translates. It never changes: a port with
     * another address is another one.
     */
    Edge translate(String router, Topology.Port port, VethEnd end, Netns namespace);

    interface Edge extends AutoCloseable {
        /** Makes it equal to {@code gateway}, which is of the same kind. */
        void change(Topology.Gateway gateway);

        /** The namespace of {@link Topology.Gateway.Services}; empty for the other kinds. */
        Optional<Netns> services();

        /** Takes the cable and what is behind it away. */
        @Override
        void close();
    }
}
