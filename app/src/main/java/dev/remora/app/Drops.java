package dev.remora.app;

import java.io.PrintStream;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/** {@code remora drops}: what the network refused a function. */
final class Drops {
    private static final String ROW = "%-24s  %-45s  %-15s  %s%n";

    static void run(List<String> args, PrintStream out) throws InterruptedException {
        var given = given(args);
        list(given, new RemoteServer(System.getenv()), out);
    }

    static Arguments given(List<String> args) {
        return Arguments.parse(
                args, Set.of("--region", "--account"), Set.of("--follow", "--json"), List.of("FUNCTION"));
    }

    static void list(Arguments given, RemoteServer server, PrintStream out) throws InterruptedException {
        String function = given.places().getFirst();
        new Table("/_remora/drops", "drops", ROW, List.of("TIME", "CONNECTION", "CAUSE", "REFUSED BY"), Drops::cells,
                        "The network refused '" + function + "' nothing since the server started.")
                .print(
                        Map.of(
                                "function", function,
                                "region", given.option("--region").orElse(Defaults.region(System.getenv())),
                                "account", given.option("--account").orElse(Defaults.account(System.getenv()))),
                        given,
                        server,
                        out);
    }

    private static List<String> cells(JsonNode drop) {
        return Stream.of("time", "connection", "cause", "refusedBy").map(name -> drop.path(name).asString("")).toList();
    }

    private Drops() {}
}
