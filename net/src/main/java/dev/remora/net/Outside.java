package dev.remora.net;

import dev.remora.linux.Netns;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramSocket;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;

/**
 * The network that {@link InternetMode#HOST} leads to: the host's, or in tests a namespace that plays it.
 *
 * @param enter what a command is prefixed with to run there
 * @param own its own addresses, which stay out of reach
 * @param socket opens a socket there, to ask its name servers
 */
record Outside(List<String> enter, List<Ipv4> own, Callable<DatagramSocket> socket, List<InetSocketAddress> nameServers) {
    /**
     * Never reachable by it: this network, private, shared, loopback, link-local, protocols, benchmarks, multicast, reserved.
     */
    static final List<Cidr> BLOCKED = Stream.of(
                    "0.0.0.0/8",
                    "10.0.0.0/8",
                    "100.64.0.0/10",
                    "127.0.0.0/8",
                    "169.254.0.0/16",
                    "172.16.0.0/12",
                    "192.0.0.0/24",
                    "192.168.0.0/16",
                    "198.18.0.0/15",
                    "224.0.0.0/4",
                    "240.0.0.0/4")
            .map(Cidr::parse)
            .toList();

    static final String DEVICE = "outside";
    static final Ipv4 ADDRESS = Ipv4.parse("198.18.255.2");
    static final Ipv4 GATEWAY = Ipv4.parse("198.18.255.1");

    private static final Path RESOLV_CONF = Path.of("/etc/resolv.conf");

    static Outside host() {
        try {
            List<Ipv4> own = NetworkInterface.networkInterfaces()
                    .flatMap(NetworkInterface::inetAddresses)
                    .filter(Inet4Address.class::isInstance)
                    .map(address -> Ipv4.of(address.getAddress()))
                    .toList();
            List<InetSocketAddress> servers = !Files.exists(RESOLV_CONF)
                    ? List.of()
                    : Files.readAllLines(RESOLV_CONF).stream()
                            .filter(line -> line.matches("nameserver\\s+[0-9.]+\\s*"))
                            .map(line -> new InetSocketAddress(Ipv4.parse(line.split("\\s+")[1]).inet(), 53))
                            .toList();
            return new Outside(List.of(), own, DatagramSocket::new, servers);
        } catch (IOException refused) {
            throw new UncheckedIOException(refused);
        }
    }

    /**
     * Beside the process that carries packets wait a shell and a holder. The holder ends when its standard input does, and
     * with it all: so nothing is left of them when this process ends, however it does. The holder has the namespace open and
     * no capability at all, because the carrier gives up most of its own before it opens the namespace, and may then look
     * only into processes that have no more than it has.
     */
    private static final String LIFELINE = """
            exec 3<&0 4<"$1"; shift
            setpriv --bounding-set -all --inh-caps -all sh -c 'read -r _ <&3; kill $PPID' & holder=$!
            until grep -q '^CapPrm:[[:space:]]*0*$' /proc/$holder/status; do sleep 0.01; done
            "$@" --netns /proc/$holder/fd/4 </dev/null 3<&- 4<&- & carrier=$!
            trap 'kill $carrier' TERM
            wait $carrier
            wait $carrier
            kill $holder
            """;

    /**
     * Starts the process that carries packets between the namespace's device {@link #DEVICE} and the outside. It must run as
     * root, because root owns the namespace; it gives up its capabilities and its file system by itself. Nothing is forwarded
     * inwards, and the gateway is not mapped to the outside's loopback. Ends when its standard input is closed.
     */
    Process start(Netns namespace) {
        List<String> shell = List.of("/bin/sh", "-c", LIFELINE, "sh", namespace.path());
        List<String> pasta = List.of(
                "pasta", "--foreground", "--quiet", "--stderr", "--ipv4-only", "--runas", "0",
                "--ns-ifname", DEVICE, "--address", ADDRESS.toString(), "--netmask", "255.255.255.252",
                "--gateway", GATEWAY.toString(), "--mac-addr", "02:00:00:00:00:06", "--no-map-gw",
                "--no-dhcp", "--no-ndp", "--no-dhcpv6", "--no-ra",
                "--tcp-ports", "none", "--udp-ports", "none", "--tcp-ns", "none", "--udp-ns", "none");
        List<String> command = Stream.of(shell, enter, pasta).flatMap(List::stream).toList();
        try {
            return new ProcessBuilder(command).redirectErrorStream(true).start();
        } catch (IOException refused) {
            throw new UncheckedIOException(refused);
        }
    }

    /** What a process that ended said, for the message. */
    static String words(Process ended) {
        try {
            return new String(ended.getInputStream().readNBytes(4096), StandardCharsets.UTF_8).strip();
        } catch (IOException unreadable) {
            return "";
        }
    }
}
