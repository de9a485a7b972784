package dev.remora.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("e2e")
@DisplayName("A crowded Hyperplane interface gets another")
class CrowdedInterfaceGetsAnotherTest {
    /** Says to each client what address it has, and then whatever the client says. */
    private static final String SERVER = """
            #!/usr/bin/python3
            import os, socketserver
            class Echo(socketserver.BaseRequestHandler):
                def handle(self):
                    said = self.client_address[0].encode()
                    while said:
                        self.request.sendall(said)
                        said = self.request.recv(100)
            if os.fork():
                os._exit(0)
            socketserver.ThreadingTCPServer.allow_reuse_address = True
            socketserver.ThreadingTCPServer(('0.0.0.0', 7000), Echo).serve_forever()
            """;

    /** Keeps its connections from one invocation to the next. */
    private static final String HOLD = """
            import socket
            kept = []
            def handler(event, context):
                seen = []
                for i in range(event['more']):
                    s = socket.create_connection((event['host'], 7000), timeout=20)
                    seen.append(s.recv(100).decode())
                    kept.append(s)
                kept[0].sendall(b'still here')
                return sorted(set(seen)) + [kept[0].recv(100).decode()]
            """;

    @Test
    @DisplayName("beside it, by which new connections go, while the old ones keep theirs; both go with the function")
    void another() {
        try (var server = Server.start("--ephemeral", "--interface-connections", "5")) {
            var account = Account.fresh(server);
            var network = Network.create(account);
            network.allow(7000);
            var functions = Functions.of(account);
            functions.python(
                    "hold", functions.role("hold", Functions.VPC_ACCESS), HOLD,
                    f -> f.vpcConfig(Functions.in(List.of(network.subnetA()), network.app())));
            String image = account.aws("ssm", "get-parameter", "--name", "/aws/service/debian/release/12/latest/amd64")
                    .get("Parameter").get("Value").asString();
            var instance = account.aws(
                            "ec2", "run-instances", "--image-id", image, "--instance-type", "t3.micro", "--subnet-id",
                            network.subnetB(), "--security-group-ids", network.db(), "--user-data", SERVER)
                    .get("Instances").get(0);
            String host = instance.get("PrivateIpAddress").asString();
            // A packet that comes before is lost, and would count as a connection for two minutes.
            Eventually.holds("the instance runs", () -> state(network, instance.get("InstanceId").asString()).equals("running"));
            String first = addresses(network).getFirst();
            Eventually.holds("the server listens", () -> hold(functions, host, 1).contains(first));
            assertThat(hold(functions, host, 2)).isEqualTo("[\"" + first + "\", \"still here\"]");
            assertThat(addresses(network)).hasSize(1);

            // The last of these is the fifth: before it, no other way is looked for, however long this takes.
            assertThat(hold(functions, host, 2)).isEqualTo("[\"" + first + "\", \"still here\"]");
            Eventually.holds("there is another interface", () -> addresses(network).size() == 2);
            String second = addresses(network).stream().filter(a -> !a.equals(first)).findFirst().orElseThrow();
            Eventually.holds("new connections go by it", () -> hold(functions, host, 1).contains(second));
            for (int i = 0; i < 3; i++) {
                assertThat(hold(functions, host, 1)).isEqualTo("[\"" + second + "\", \"still here\"]");
            }
            functions.lambda().deleteFunction(r -> r.functionName("hold"));
            Eventually.holds("both are gone", () -> addresses(network).isEmpty());
        }
    }

    private static String hold(Functions functions, String host, int more) {
        return functions.invoke("hold", "{\"host\":\"" + host + "\",\"more\":" + more + "}").payload();
    }

    private static String state(Network network, String instance) {
        return network.sdk().ec2().describeInstances(r -> r.instanceIds(instance)).reservations().getFirst().instances()
                .getFirst().state().nameAsString();
    }

    private static List<String> addresses(Network network) {
        return network.sdk().ec2().describeNetworkInterfaces(r -> r.filters(f -> f.name("interface-type").values("lambda")))
                .networkInterfaces().stream()
                .map(i -> i.privateIpAddress())
                .toList();
    }
}
