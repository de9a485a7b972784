package dev.remora.app;

import java.io.PrintStream;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What {@code remora exec} asks first: the host's number of a running instance's first program. */
final class Door {
    static void run(List<String> args, PrintStream out) {
        var given = Arguments.parse(args, Set.of(), Set.of(), List.of("INSTANCE"));
        var answer = new RemoteServer(System.getenv())
                .ask("GET", "/_remora/instance", Map.of("instance", given.places().getFirst()));
        out.println(answer.path("process").asLong());
    }

    private Door() {}
}
