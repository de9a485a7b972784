package dev.remora.rds;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.rds.model.CreateDbInstanceRequest;

/** What a CreateDBInstance must be, whoever asks and whatever exists. */
final class InstanceRequest {
    static final int PORT_MIN = 1150;
    static final int PORT_MAX = 65535;
    static final int STORAGE_MIN_GIB = 20;
    static final int STORAGE_MAX_GIB = 65536;
    static final int PASSWORD_MIN = 8;

    private static final Pattern IDENTIFIER = Pattern.compile("[a-zA-Z](-?[a-zA-Z0-9]){0,62}");
    private static final Pattern USERNAME = Pattern.compile("[a-zA-Z][a-zA-Z0-9_]*");
    private static final Pattern PASSWORD = Pattern.compile("[!-~&&[^/@\"]]*");

    /** @param id in lower case */
    record Checked(String id, EngineVersions.Version version) {
        DbEngine engine() {
            return version.engine();
        }
    }

    /** Refuses what is wrong by itself. */
    static Checked check(CreateDbInstanceRequest request, EngineVersions versions) {
        String id = identifier(request.dbInstanceIdentifier());
        DbEngine engine = engine(request.engine());
        var version = versions.require(engine, request.engineVersion());
        instanceClass(request.dbInstanceClass());
        storage(engine, request.allocatedStorage(), request.storageType());
        username(engine, request.masterUsername());
        if (Boolean.TRUE.equals(request.manageMasterUserPassword())) {
            throw RdsErrors.combination("ManageMasterUserPassword is not supported here: give MasterUserPassword.");
        }
        password(engine, request.masterUserPassword());
        databaseName(engine, request.dbName());
        if (request.port() != null && (request.port() < PORT_MIN || request.port() > PORT_MAX)) {
            throw RdsErrors.invalid("Invalid port: " + request.port() + ". The port must be between " + PORT_MIN
                    + " and " + PORT_MAX + ".");
        }
        if (Boolean.TRUE.equals(request.enableIAMDatabaseAuthentication())) {
            throw RdsErrors.combination("IAM Database Authentication is not supported for this configuration.");
        }
        groups(version, request.dbParameterGroupName(), request.optionGroupName());
        networkType(request.networkType());
        return new Checked(id, version);
    }

    static void instanceClass(@Nullable String name) {
        if (name == null || name.isBlank()) {
            throw RdsErrors.blank("DBInstanceClass");
        }
        if (!InstanceClass.valid(name)) {
            throw RdsErrors.invalid("Invalid DB Instance class: " + name);
        }
    }

    /** Only the groups that AWS calls default exist. */
    static void groups(
            EngineVersions.Version version, @Nullable String parameterGroup, @Nullable String optionGroup) {
        if (parameterGroup != null && !parameterGroup.equals(version.parameterGroup())) {
            throw RdsErrors.noParameterGroup(parameterGroup);
        }
        if (optionGroup != null && !optionGroup.equals(version.optionGroup())) {
            throw RdsErrors.noOptionGroup(optionGroup);
        }
    }

    static void networkType(@Nullable String type) {
        if (type != null && !type.equals("IPV4")) {
            throw RdsErrors.invalid("Invalid network type: " + type + ". Only IPV4 is supported here.");
        }
    }

    static String identifier(@Nullable String id) {
        if (id == null || id.isBlank()) {
            throw RdsErrors.blank("DBInstanceIdentifier");
        }
        if (!IDENTIFIER.matcher(id).matches()) {
            throw RdsErrors.invalid(
                    "The parameter DBInstanceIdentifier is not a valid identifier. Identifiers must begin with a"
                            + " letter; must contain only ASCII letters, digits, and hyphens; and must not end with a"
                            + " hyphen or contain two consecutive hyphens.");
        }
        return id.toLowerCase(Locale.ROOT);
    }

    private static DbEngine engine(@Nullable String engine) {
        if (engine == null || engine.isBlank()) {
            throw RdsErrors.blank("Engine");
        }
        return DbEngine.of(engine)
                .orElseThrow(() -> RdsErrors.invalid(
                        "Invalid DB engine: " + engine + ". Remora runs postgres, mysql and mariadb."));
    }

    private static void storage(DbEngine engine, @Nullable Integer gib, @Nullable String type) {
        if (gib == null) {
            throw RdsErrors.combination("The parameter AllocatedStorage must be provided and must not be blank.");
        }
        if (gib < STORAGE_MIN_GIB || gib > STORAGE_MAX_GIB) {
            throw RdsErrors.combination("Invalid storage size for engine name " + engine.text() + " and storage type "
                    + Optional.ofNullable(type).orElse("gp2") + ": " + gib);
        }
    }

    private static void username(DbEngine engine, @Nullable String name) {
        if (name == null || name.isBlank()) {
            throw RdsErrors.blank("MasterUsername");
        }
        if (!USERNAME.matcher(name).matches()) {
            throw RdsErrors.invalid(
                    "MasterUsername must begin with a letter and contain only alphanumeric characters or underscores.");
        }
        if (name.length() > engine.usernameMax()) {
            throw RdsErrors.invalid("MasterUsername must be at most " + engine.usernameMax() + " characters long.");
        }
        if (engine.reservedUsers().contains(name.toLowerCase(Locale.ROOT))) {
            throw RdsErrors.invalid(
                    "MasterUsername " + name + " cannot be used as it is a reserved word used by the engine");
        }
        if (engine == DbEngine.POSTGRES && name.startsWith("pg_")) {
            throw RdsErrors.invalid("MasterUsername " + name
                    + " cannot be used because role names starting with \"pg_\" are reserved by the PostgreSQL engine");
        }
    }

    static void password(DbEngine engine, @Nullable String password) {
        if (password == null || password.isEmpty()) {
            throw RdsErrors.blank("MasterUserPassword");
        }
        String words = "The parameter MasterUserPassword is not a valid password";
        if (password.length() < PASSWORD_MIN) {
            throw RdsErrors.invalid(words + " because it is shorter than " + PASSWORD_MIN + " characters.");
        }
        if (password.length() > engine.passwordMax()) {
            throw RdsErrors.invalid(words + " because it is longer than " + engine.passwordMax() + " characters.");
        }
        if (!PASSWORD.matcher(password).matches()) {
            throw RdsErrors.invalid(
                    words + ". Only printable ASCII characters besides '/', '@', '\"', ' ' may be used.");
        }
    }

    private static void databaseName(DbEngine engine, @Nullable String name) {
        if (name == null || name.isEmpty()) {
            return;
        }
        if (!engine.mayNameDatabase(name)) {
            throw RdsErrors.invalid("DBName must begin with a letter and contain only alphanumeric characters.");
        }
        if (engine.reservedDatabases().contains(name)) {
            throw RdsErrors.invalid("DBName " + name + " cannot be used. It is a reserved word for this engine");
        }
    }

    private InstanceRequest() {}
}
