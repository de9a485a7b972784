package dev.remora.rds;

import java.util.ArrayList;
import java.util.List;

/** What a server is told so that its master user may do what AWS's may: much, but not everything. */
final class FirstStatements {
    private static final String MYSQL_RIGHTS = "SELECT, INSERT, UPDATE, DELETE, CREATE, DROP, RELOAD, PROCESS, REFERENCES, INDEX,"
            + " ALTER, SHOW DATABASES, CREATE TEMPORARY TABLES, LOCK TABLES, EXECUTE, REPLICATION SLAVE, REPLICATION CLIENT,"
            + " CREATE VIEW, SHOW VIEW, CREATE ROUTINE, ALTER ROUTINE, CREATE USER, EVENT, TRIGGER";

    /** For a new server. */
    static List<String> of(Database database) {
        return switch (database.server().engine()) {
            case POSTGRES -> postgres(database);
            case MYSQL, MARIADB -> mysql(database);
        };
    }

    private static List<String> postgres(Database database) {
        String master = postgresName(database.master().username());
        var statements = new ArrayList<>(List.of(
                "CREATE ROLE rds_superuser NOLOGIN",
                "GRANT pg_monitor, pg_signal_backend, pg_checkpoint, pg_create_subscription TO rds_superuser",
                "CREATE ROLE " + master + " LOGIN CREATEDB CREATEROLE PASSWORD "
                        + text(database.master().verifier()),
                "GRANT rds_superuser TO " + master + " WITH ADMIN OPTION",
                "ALTER DATABASE postgres OWNER TO " + master,
                "ALTER DATABASE template1 OWNER TO " + master));
        if (!database.name().isEmpty() && !database.name().equals("postgres")) {
            statements.add("CREATE DATABASE " + postgresName(database.name()) + " OWNER " + master);
        }
        return statements;
    }

    private static List<String> mysql(Database database) {
        String master = mysqlUser(database.master().username());
        var statements = new ArrayList<>(List.of(
                "CREATE USER " + master + " " + identified(database.master().verifier()),
                "GRANT " + MYSQL_RIGHTS + " ON *.* TO " + master + " WITH GRANT OPTION"));
        if (!database.name().isEmpty()) {
            statements.add("CREATE DATABASE `" + database.name().replace("`", "``") + "`");
        }
        return statements;
    }

    /** For another password. */
    static List<String> password(Database database, String verifier) {
        String username = database.master().username();
        return switch (database.server().engine()) {
            case POSTGRES -> List.of("ALTER ROLE " + postgresName(username) + " PASSWORD " + text(verifier));
            case MYSQL, MARIADB -> List.of("ALTER USER " + mysqlUser(username) + " " + identified(verifier));
        };
    }

    private static String identified(String verifier) {
        return "IDENTIFIED VIA mysql_native_password USING " + text(verifier);
    }

    private static String mysqlUser(String name) {
        return text(name) + "@'%'";
    }

    private static String postgresName(String identifier) {
        return '"' + identifier.replace("\"", "\"\"") + '"';
    }

    private static String text(String value) {
        return "'" + value.replace("'", "''") + "'";
    }

    private FirstStatements() {}
}
