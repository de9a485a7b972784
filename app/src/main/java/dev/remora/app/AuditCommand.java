package dev.remora.app;

import java.io.PrintStream;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/** {@code remora audit}: who called what, what was decided, and by which statement. */
final class AuditCommand {
    private static final long POLL_MILLIS = 500;
    private static final String ROW = "%-24s  %-55s  %-32s  %-15s  %s%n";

    static void run(List<String> args, PrintStream out) throws InterruptedException {
        list(given(args), new RemoteServer(System.getenv()), out);
    }

    static Arguments given(List<String> args) {
        return Arguments.parse(args, Set.of("--account"), Set.of("--denied", "--follow", "--json"), List.of());
    }

    static void list(Arguments given, RemoteServer server, PrintStream out) throws InterruptedException {
        boolean json = given.flag("--json");
        boolean headed = json;
        String after = "0";
        do {
            JsonNode answer = server.ask("GET", "/_remora/audit", Map.of(
                    "account", given.option("--account").orElse(Defaults.account(System.getenv())),
                    "denied", Boolean.toString(given.flag("--denied")),
                    "after", after));
            if (!headed && (given.flag("--follow") || !answer.path("calls").isEmpty())) {
                out.printf(ROW, "TIME", "WHO", "ACTION", "OUTCOME", "RESOURCE, AND WHY");
                headed = true;
            }
            answer.path("calls").forEach(call -> print(out, json, call));
            out.flush();
            after = answer.path("next").asString("0");
            if (given.flag("--follow")) {
                Thread.sleep(POLL_MILLIS);
            }
        } while (given.flag("--follow"));
        if (!headed) {
            out.println(given.flag("--denied") ? "Nothing was denied since the server started."
                    : "Nobody called since the server started.");
        }
    }

    private static void print(PrintStream out, boolean json, JsonNode call) {
        if (json) {
            out.println(call);
            return;
        }
        String because = call.path("because").asString("");
        out.printf(
                ROW,
                call.path("time").asString(""),
                call.path("principal").asString(""),
                call.path("action").asString(""),
                call.path("outcome").asString(""),
                (call.path("resource").asString("") + (because.isEmpty() ? "" : " " + because)).strip());
    }

    private AuditCommand() {}
}
