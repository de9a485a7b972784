package dev.remora.app;

import java.util.Map;

/**
 * A run that nobody asked anything of: the launcher makes it once, so that Java can keep the classes that a start needs, loaded
 * and linked, in a file beside the jars.
 */
final class Rehearsal {
    static void of(Server server) {
        var client = new RemoteServer(Map.of("REMORA_PORT", Integer.toString(server.port())));
        client.ask("GET", "/_remora/health", Map.of());
    }

    private Rehearsal() {}
}
