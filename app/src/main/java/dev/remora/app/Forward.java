package dev.remora.app;

import java.io.PrintStream;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;

/** {@code remora forward}: the server opens the port, and closes it when this command is told to end. */
final class Forward {
    static void run(List<String> args, PrintStream out) throws InterruptedException {
        var given = Arguments.parse(args, Set.of("--region", "--account"), Set.of(), List.of("DATABASE", "PORT"));
        int port = Arguments.port(given.places().get(1));
        var query = Map.of(
                "database", given.places().getFirst(),
                "port", Integer.toString(port),
                "region", given.option("--region").orElse(Defaults.region(System.getenv())),
                "account", given.option("--account").orElse(Defaults.account(System.getenv())));
        var server = new RemoteServer(System.getenv());
        var answer = server.ask("POST", "/_remora/forward", query);
        int opened = answer.path("port").asInt();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            try {
                server.ask("DELETE", "/_remora/forward", Map.of("port", Integer.toString(opened)));
            } catch (StartFailure gone) {
                out.println(gone.line());
            }
        }));
        out.println("127.0.0.1:" + opened + " leads to " + answer.path("to").asString("") + ". Ctrl-C closes it.");
        new CountDownLatch(1).await();
    }

    private Forward() {}
}
