package dev.remora.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@Tag("e2e")
@ExtendWith(SharedServer.class)
@DisplayName("Sandboxes are cut off from each other, from the host and from inbound connections")
class SandboxesAreCutOffTest {
    private static final String DIAL =
            """
        import socket
        def dial(host, port, seconds):
            try:
                with socket.create_connection((host, port), timeout=seconds): return 'connected'
            except OSError as e: return type(e).__name__
        def handler(event, context): return {f"{h}:{p}": dial(h, p, event['seconds']) for h, p in event['to']}
        """;

    @Test
    @DisplayName("a function cannot reach the host's loopback, Remora's admin paths or the metadata address")
    void host(Account account) throws IOException {
        var functions = Functions.of(account);
        functions.python("f", functions.role("r"), DIAL, f -> f);
        int api = Integer.parseInt(account.server().endpoint().replaceAll(".*:", ""));
        try (var listener = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            String answer = functions
                    .invoke(
                            "f",
                            ("{\"seconds\":1,\"to\":[[\"127.0.0.1\",%d],[\"127.0.0.1\",%d],[\"169.254.169.254\",80],"
                                            + "[\"169.254.64.1\",22]]}")
                                    .formatted(api, listener.getLocalPort()))
                    .payload();
            assertThat(answer).doesNotContain("connected");
        }
    }

    @Test
    @DisplayName("nothing can open a connection to a function, and one function cannot reach another's socket")
    void inbound(Account account) {
        var network = Network.create(account);
        var functions = Functions.of(account);
        String role = functions.role("r", Functions.VPC_ACCESS);
        functions.python(
                "listener",
                role,
                """
            import socket, threading
            server = socket.create_server(('0.0.0.0', 7000))
            def handler(event, context):
                probe = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); probe.connect(('10.0.2.10', 9))
                return probe.getsockname()[0]
            """,
                f -> f.vpcConfig(Functions.in(List.of(network.subnetA()), network.app())));
        functions.python("dialler", role, DIAL, f -> f
                .vpcConfig(Functions.in(List.of(network.subnetA()), network.app())));
        network.sdk().ec2().authorizeSecurityGroupIngress(r -> r.groupId(network.app())
                .ipPermissions(p -> p.ipProtocol("-1").ipRanges(i -> i.cidrIp("0.0.0.0/0"))));
        String own = functions.invoke("listener", "{}").payload().replace("\"", "");
        String eni = network.sdk()
                .ec2()
                .describeNetworkInterfaces()
                .networkInterfaces()
                .getFirst()
                .privateIpAddress();
        assertThat(functions
                        .invoke("dialler", "{\"seconds\":1,\"to\":[[\"%s\",7000],[\"%s\",7000]]}".formatted(own, eni))
                        .payload())
                .doesNotContain("connected");
    }

    @Test
    @DisplayName("two VPCs with the same CIDR live side by side and never mix")
    void sameBlocks(Account account) {
        var one = Network.create(account);
        var two = Network.create(account);
        var functions = Functions.of(account);
        String role = functions.role("r", Functions.VPC_ACCESS);
        String host = one.database("one");
        String address = functionResolves(functions, role, one, host);
        functions.python("first", role, DIAL, f -> f.vpcConfig(Functions.in(one)));
        functions.python("second", role, DIAL, f -> f.vpcConfig(Functions.in(two)));
        String event = "{\"seconds\":%d,\"to\":[[\"" + address + "\",5432]]}";
        assertThat(functions.invoke("first", event.formatted(20)).payload()).contains("connected");
        assertThat(functions.invoke("second", event.formatted(1)).payload()).doesNotContain("connected");
    }

    private static String functionResolves(Functions functions, String role, Network network, String host) {
        functions.python(
                "resolver",
                role,
                "import socket\ndef handler(e, c): return socket.gethostbyname(e)",
                f -> f.vpcConfig(Functions.in(network)));
        String address =
                functions.invoke("resolver", "\"" + host + "\"").payload().replace("\"", "");
        assertThat(address).startsWith("10.0.");
        return address;
    }
}
