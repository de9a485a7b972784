package dev.remora.rds;

import java.util.ArrayList;
import java.util.List;

/** What a new server is told, so that its master user may do what AWS's may: much, but not everything. */
final class FirstStatements {
    static List<String> of(Database database) {
        String master = name(database.master().username());
        var statements = new ArrayList<>(List.of(
                "CREATE ROLE rds_superuser NOLOGIN",
                "GRANT pg_monitor, pg_signal_backend, pg_checkpoint, pg_create_subscription TO rds_superuser",
                "CREATE ROLE " + master + " LOGIN CREATEDB CREATEROLE PASSWORD "
                        + text(database.master().verifier()),
                "GRANT rds_superuser TO " + master + " WITH ADMIN OPTION",
                "ALTER DATABASE postgres OWNER TO " + master,
                "ALTER DATABASE template1 OWNER TO " + master));
        if (!database.name().isEmpty() && !database.name().equals("postgres")) {
            statements.add("CREATE DATABASE " + name(database.name()) + " OWNER " + master);
        }
        return statements;
    }

    static String password(String username, String verifier) {
        return "ALTER ROLE " + name(username) + " PASSWORD " + text(verifier);
    }

    private static String name(String identifier) {
        return '"' + identifier.replace("\"", "\"\"") + '"';
    }

    private static String text(String value) {
        return "'" + value.replace("'", "''") + "'";
    }

    private FirstStatements() {}
}
