package dev.remora.app;

import java.io.PrintWriter;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;

/** {@code remora drops}: what the network refused a function. */
@Command(name = "drops", description = "Lists the connections of a function that the network refused.")
final class Drops implements Callable<Integer> {
    private static final long POLL_MILLIS = 500;
    private static final String ROW = "%-24s  %-45s  %-14s  %s%n";

    @Parameters(index = "0", paramLabel = "FUNCTION", description = "The function's name.")
    private String function = "";

    @Option(names = "--follow", description = "Goes on listing as they happen.")
    private boolean follow;

    @Option(names = "--json", description = "One JSON document a line.")
    private boolean json;

    @Option(names = "--region", description = "Its region.")
    private String region = Defaults.region(System.getenv());

    @Option(names = "--account", description = "Its account.")
    private String account = Defaults.account(System.getenv());

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        PrintWriter out = spec.commandLine().getOut();
        var server = new RemoteServer(System.getenv());
        if (!json) {
            out.printf(ROW, "TIME", "CONNECTION", "CAUSE", "REFUSED BY");
        }
        long after = 0;
        do {
            var query = Map.of(
                    "function", function, "region", region, "account", account, "after", Long.toString(after));
            JsonNode answer = server.ask("GET", "/_remora/drops", query);
            for (JsonNode drop : answer.path("drops")) {
                print(out, drop);
            }
            out.flush();
            after = answer.path("next").asLong();
            if (follow) {
                Thread.sleep(POLL_MILLIS);
            }
        } while (follow);
        return 0;
    }

    private void print(PrintWriter out, JsonNode drop) {
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
}
