package dev.remora.fleet;

/** Server programs that are Debian's. */
public enum Engine {
    MARIADB("mariadb-server-core", "usr/sbin/mariadbd"),
    PGBOUNCER("pgbouncer", "usr/sbin/pgbouncer"),
    MEMCACHED("memcached", "usr/bin/memcached"),
    REDIS("redis-server", "usr/bin/redis-server"),
    VALKEY("valkey-server", "usr/bin/valkey-server");

    private final String debianPackage;
    private final String program;

    Engine(String debianPackage, String program) {
        this.debianPackage = debianPackage;
        this.program = program;
    }

    /** The package that the program is in, by which an error names what is missing. */
    public String debianPackage() {
        return debianPackage;
    }

    /** The path of the program in the package. */
    String program() {
        return program;
    }
}
