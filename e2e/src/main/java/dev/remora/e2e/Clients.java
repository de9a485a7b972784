package dev.remora.e2e;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Where clients are found. */
public final class Clients {
    private static final String PYTHON = Command.run(Map.of(), List.of("python3", "-c", "import boto3"))
                            .exit()
                    == 0
            ? "python3"
            : "/usr/bin/python3";

    /** The Python of the PATH if it has boto3, else Debian's. */
    public static String pythonWithBoto3() {
        return PYTHON;
    }

    /** The AWS SDK for JavaScript, the same that functions find. */
    public static Path nodeModules() {
        return Project.ROOT.resolve("app/target/dist/node/node_modules");
    }

    /** Drivers of databases and caches, for functions to bring along: {@code mysql2}, {@code ioredis}, {@code memjs}. */
    public static Path drivers() {
        return Project.ROOT.resolve("app/target/dist/e2e/node_modules");
    }

    private Clients() {}
}
