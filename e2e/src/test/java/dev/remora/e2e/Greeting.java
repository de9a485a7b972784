package dev.remora.e2e;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A server of the host that says hello, and the bridge that puts it into a subnet. */
final class Greeting {
    private Greeting() {}

    /** Until the socket is closed. */
    static void serve(ServerSocket server) {
        while (!server.isClosed()) {
            try (Socket client = server.accept()) {
                client.getOutputStream().write("hello".getBytes(StandardCharsets.UTF_8));
            } catch (IOException closed) {
                return;
            }
        }
    }

    static Process bridge(Account account, String... words) throws IOException {
        var line = new ArrayList<>(List.of(Project.REMORA.toString(), "bridge"));
        line.addAll(List.of(words));
        var builder = new ProcessBuilder(line).redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().putAll(account.environment());
        return builder.start();
    }
}
