package dev.remora.e2e;

import java.nio.file.Path;

/** The PostgreSQL driver that the functions of the tests bring along. */
public final class PostgresClient {
    /** A folder of node modules with {@code pg} and what it needs. */
    public static Path modules() {
        return Project.ROOT.resolve("app/target/dist/quickstart/node_modules");
    }

    private PostgresClient() {}
}
