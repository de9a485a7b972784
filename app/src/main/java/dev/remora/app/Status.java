package dev.remora.app;

import java.io.PrintStream;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** {@code remora status}: the health page, for a reader. */
final class Status {
    static void run(List<String> args, PrintStream out) {
        Arguments.parse(args, Set.of(), Set.of(), List.of());
        var health = new RemoteServer(System.getenv()).ask("GET", "/_remora/health", Map.of());
        out.println("remora " + health.path("version").asString("") + ", internet "
                + health.path("internet").asString(""));
        health.path("services")
                .properties()
                .forEach(
                        s -> out.println("  " + s.getKey() + ": " + s.getValue().asString("")));
        health.path("runtimes")
                .properties()
                .forEach(
                        r -> out.println("  " + r.getKey() + ": " + r.getValue().asString("")));
        health.path("drops")
                .properties()
                .forEach(d -> out.println(
                        "  dropped, " + d.getKey() + ": " + d.getValue().asLong()));
    }

    private Status() {}
}
