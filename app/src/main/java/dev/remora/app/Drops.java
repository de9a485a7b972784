package dev.remora.app;

import java.io.PrintStream;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/** {@code remora drops}: what the network refused a function. */
final class Drops {
    private static final long POLL_MILLIS = 500;
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
        boolean json = given.flag("--json");
        String function = given.places().getFirst();
        boolean headed = json;
        String after = "0";
        do {
            var answer = server.ask(
                    "GET",
                    "/_remora/drops",
                    Map.of(
                            "function", function,
                            "region", given.option("--region").orElse(Defaults.region(System.getenv())),
                            "account", given.option("--account").orElse(Defaults.account(System.getenv())),
                            "after", after));
            if (!headed && (given.flag("--follow") || !answer.path("drops").isEmpty())) {
                out.printf(ROW, "TIME", "CONNECTION", "CAUSE", "REFUSED BY");
                headed = true;
            }
            answer.path("drops").forEach(drop -> print(out, json, drop));
            out.flush();
            after = answer.path("next").asString("0");
            if (given.flag("--follow")) {
                Thread.sleep(POLL_MILLIS);
            }
        } while (given.flag("--follow"));
        if (!headed) {
            out.println("The network refused '" + function + "' nothing since the server started.");
        }
    }

    private static void print(PrintStream out, boolean json, JsonNode drop) {
        if (json) {
            out.println(drop);
            return;
        }
        out.printf(
                ROW,
                drop.path("time").asString(""),
                drop.path("connection").asString(""),
                drop.path("cause").asString(""),
                drop.path("refusedBy").asString(""));
    }

    private Drops() {}
}
