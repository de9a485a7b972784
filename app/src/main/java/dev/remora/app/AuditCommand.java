package dev.remora.app;

import java.io.PrintStream;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/** {@code remora audit}: who called what, what was decided, and by which statement. */
final class AuditCommand {
    private static final String ROW = "%-24s  %-55s  %-32s  %-15s  %s%n";

    static void run(List<String> args, PrintStream out) throws InterruptedException {
        var given = Arguments.parse(args, Set.of("--account"), Set.of("--denied", "--follow", "--json"), List.of());
        boolean denied = given.flag("--denied");
        new Table("/_remora/audit", "calls", ROW, List.of("TIME", "WHO", "ACTION", "OUTCOME", "RESOURCE, AND WHY"),
                        AuditCommand::cells,
                        denied ? "Nothing was denied since the server started." : "Nobody called since the server started.")
                .print(
                        Map.of(
                                "account", given.option("--account").orElse(Defaults.account(System.getenv())),
                                "denied", Boolean.toString(denied)),
                        given,
                        new RemoteServer(System.getenv()),
                        out);
    }

    private static List<String> cells(JsonNode call) {
        return List.of(text(call, "time"), text(call, "principal"), text(call, "action"), text(call, "outcome"),
                (text(call, "resource") + " " + text(call, "because")).strip());
    }

    private static String text(JsonNode call, String name) {
        return call.path(name).asString("");
    }

    private AuditCommand() {}
}
