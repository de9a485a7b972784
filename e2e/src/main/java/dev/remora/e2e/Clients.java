package dev.remora.e2e;

import java.nio.file.Path;

/** What the build installed for clients. */
public final class Clients {
    /** The AWS SDK for JavaScript, the same that functions find. */
    public static Path nodeModules() {
        return Project.ROOT.resolve("app/target/dist/node/node_modules");
    }

    private Clients() {}
}
