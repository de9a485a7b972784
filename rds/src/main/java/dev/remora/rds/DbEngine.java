package dev.remora.rds;

import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** The engines of DB instances, and what each allows in a request. */
enum DbEngine {
    POSTGRES(
            "postgres",
            "PostgreSQL",
            5432,
            "postgresql-license",
            new Limits(63, 128, "[a-zA-Z_][a-zA-Z0-9_]{0,62}"),
            Set.of("admin", "rdsadmin", "rds_superuser", "rds_replication", "rdsrepladmin", "rds_password", "user", "public"),
            Set.of("rdsadmin", "template0", "template1")),
    MYSQL(
            "mysql",
            "MySQL Community Edition",
            3306,
            "general-public-license",
            new Limits(16, 41, "[a-zA-Z][a-zA-Z0-9_]{0,63}"),
            Set.of("rdsadmin", "rdsrepladmin", "rdstopmgr", "mysql", "root", "public"),
            Set.of("mysql", "sys", "information_schema", "performance_schema", "innodb", "tmp", "rdsadmin")),
    MARIADB(
            "mariadb",
            "MariaDB Community Edition",
            3306,
            "general-public-license",
            new Limits(16, 41, "[a-zA-Z][a-zA-Z0-9_]{0,63}"),
            Set.of("rdsadmin", "rdsrepladmin", "rdstopmgr", "mysql", "root", "public"),
            Set.of("mysql", "sys", "information_schema", "performance_schema", "innodb", "tmp", "rdsadmin"));

    private final String text;
    private final String description;
    private final int port;
    private final String license;
    private final Limits limits;
    private final Set<String> reservedUsers;
    private final Set<String> reservedDatabases;

    /** @param databasePattern what a database may be called */
    private record Limits(int usernameMax, int passwordMax, String databasePattern) {}

    DbEngine(
            String text,
            String description,
            int port,
            String license,
            Limits limits,
            Set<String> reservedUsers,
            Set<String> reservedDatabases) {
        this.text = text;
        this.description = description;
        this.port = port;
        this.license = license;
        this.limits = limits;
        this.reservedUsers = reservedUsers;
        this.reservedDatabases = reservedDatabases;
    }

    /** AWS's word. */
    String text() {
        return text;
    }

    String description() {
        return description;
    }

    int port() {
        return port;
    }

    String license() {
        return license;
    }

    int usernameMax() {
        return limits.usernameMax();
    }

    int passwordMax() {
        return limits.passwordMax();
    }

    boolean mayNameDatabase(String name) {
        return Pattern.matches(limits.databasePattern(), name);
    }

    /** In lower case. */
    Set<String> reservedUsers() {
        return reservedUsers;
    }

    Set<String> reservedDatabases() {
        return reservedDatabases;
    }

    static Optional<DbEngine> of(String text) {
        return Arrays.stream(values()).filter(e -> e.text.equals(text)).findFirst();
    }
}
