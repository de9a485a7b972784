package dev.remora.app;

import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code remora status}: the health page, for a reader. */
@Command(name = "status", description = "Says what the server runs.")
final class Status implements Runnable {
    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        var out = spec.commandLine().getOut();
        var health = new RemoteServer(System.getenv()).ask("GET", "/_remora/health", Map.of());
        out.println("remora " + health.path("version").asString("") + ", internet " + health.path("internet").asString(""));
        health.path("services").properties().forEach(s -> out.println("  " + s.getKey() + ": " + s.getValue().asString("")));
        health.path("runtimes").properties().forEach(r -> out.println("  " + r.getKey() + ": " + r.getValue().asString("")));
        health.path("drops").properties().forEach(d -> out.println("  dropped, " + d.getKey() + ": " + d.getValue().asLong()));
    }
}
