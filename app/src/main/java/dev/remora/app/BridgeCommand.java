package dev.remora.app;

import java.io.PrintStream;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;

/** {@code remora bridge}: the server puts a port of the host into a subnet, and takes it out when this command is told to end. */
final class BridgeCommand {
    static void run(List<String> args, PrintStream out) throws InterruptedException {
        var given = Arguments.parse(
                args, Set.of("--groups", "--to", "--name", "--region", "--account"), Set.of(), List.of("SUBNET", "PORT"));
        int port = Arguments.port(given.places().get(1));
        Map<String, String> query = new HashMap<>();
        query.put("subnet", given.places().getFirst());
        query.put("port", Integer.toString(port));
        query.put("to", Integer.toString(given.option("--to").map(Arguments::port).orElse(port)));
        query.put("groups", given.option("--groups").orElse(""));
        query.put("name", given.option("--name").orElse(""));
        query.put("region", given.option("--region").orElse(Defaults.region(System.getenv())));
        query.put("account", given.option("--account").orElse(Defaults.account(System.getenv())));
        var server = new RemoteServer(System.getenv());
        var answer = server.ask("POST", "/_remora/bridge", query);
        String id = answer.path("interface").asString("");
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            try {
                server.ask("DELETE", "/_remora/bridge", Map.of("interface", id));
            } catch (StartFailure gone) {
                out.println(gone.line());
            }
        }));
        String named = given.option("--name").map(name -> " (" + name + ")").orElse("");
        out.println(answer.path("address").asString("") + ":" + port + named + ", interface " + id + ", leads to 127.0.0.1:"
                + query.get("to") + ". Ctrl-C closes it.");
        out.flush();
        new CountDownLatch(1).await();
    }

    private BridgeCommand() {}
}
