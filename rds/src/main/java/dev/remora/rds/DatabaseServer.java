package dev.remora.rds;

import dev.remora.fleet.Server;
import java.io.IOException;
import java.util.List;

/** A database server, of whatever engine. */
interface DatabaseServer extends Server {
    /** Runs statements as the owner of everything. */
    void execute(List<String> statements) throws IOException;
}
