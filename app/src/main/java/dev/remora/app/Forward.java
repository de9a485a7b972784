package dev.remora.app;

import java.io.PrintStream;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** {@code remora forward}: the server opens the port and keeps it open while it runs. */
final class Forward {
    static void run(List<String> args, PrintStream out) {
        var given = Arguments.parse(args, Set.of("--region", "--account"), Set.of(), List.of("DATABASE", "PORT"));
        int port = Arguments.port(given.places().get(1));
        var query = Map.of(
                "database", given.places().getFirst(),
                "port", Integer.toString(port),
                "region", given.option("--region").orElse(Defaults.region(System.getenv())),
                "account", given.option("--account").orElse(Defaults.account(System.getenv())));
        var answer = new RemoteServer(System.getenv()).ask("POST", "/_remora/forward", query);
        out.println("127.0.0.1:" + answer.path("port").asInt() + " leads to " + answer.path("to").asString("")
                + " until the server stops.");
    }

    private Forward() {}
}
