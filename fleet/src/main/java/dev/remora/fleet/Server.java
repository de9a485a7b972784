package dev.remora.fleet;

import dev.remora.linux.Netns;
import java.io.IOException;
import java.nio.file.Path;

/** One managed server, as the fleet drives it. */
public interface Server extends AutoCloseable {
    /** Makes it from nothing, in place of whatever its folder holds, and starts it. */
    void create() throws IOException, InterruptedException;

    /** Starts it with what its folder holds, waits until it answers, and from then on keeps it up. */
    void start() throws IOException, InterruptedException;

    /** Ends it so that its next start needs no recovery; returns when no process is left. */
    @Override
    void close();

    /**
     * Where a server lives.
     *
     * @param name in logs
     * @param folder the host's folder of this server alone
     * @param network the interface's namespace
     * @param address the interface's address
     * @param memoryMiB what all its processes may use together
     */
    record Spec(String name, Path folder, Netns network, String address, int port, int memoryMiB) {}
}
