package dev.remora.rds;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remora.fleet.Engines;
import java.nio.file.Path;
import java.util.function.UnaryOperator;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.rds.model.CreateDbInstanceRequest;

class InstanceRequestTest {
    @ParameterizedTest
    @ValueSource(strings = {"1st", "-a", "a-", "a--b", "a_b", "a.b"})
    void refusesIdentifiersThatAreNone(String id) {
        refused(
                r -> r.dbInstanceIdentifier(id),
                "InvalidParameterValue",
                "The parameter DBInstanceIdentifier is not a valid identifier. Identifiers must begin with a letter;"
                        + " must contain only ASCII letters, digits, and hyphens; and must not end with a hyphen or"
                        + " contain two consecutive hyphens.");
    }

    @Test
    void acceptsAnIdentifierOf63AndNot64() {
        assertThat(InstanceRequest.identifier("a".repeat(63))).hasSize(63);
        Assertions.assertThatThrownBy(() -> InstanceRequest.identifier("a".repeat(64)))
                .hasMessageContaining("not a valid identifier");
    }

    @ParameterizedTest
    @CsvSource({"17.1", "18.7", "8", "latest"})
    void refusesVersionsThatWeDoNotHave(String version) {
        refused(
                r -> r.engineVersion(version),
                "InvalidParameterCombination",
                "Cannot find version " + version + " for postgres");
    }

    @Test
    void acceptsOurVersionByItsMajorPartToo() {
        check(r -> r.engineVersion("18"));
        check(r -> r.engineVersion("18.6"));
    }

    @Test
    void refusesOtherEngines() {
        refused(
                r -> r.engine("oracle-ee"),
                "InvalidParameterValue",
                "Invalid DB engine: oracle-ee. Remora runs postgres, mysql and mariadb.");
    }

    @ParameterizedTest
    @ValueSource(strings = {"8.0", "8.4.3", "5.7", "10.11.18", "10.11.19"})
    void refusesVersionsOfMySqlThatMariaDbIsNot(String version) {
        refused(
                r -> r.engine("mysql").engineVersion(version),
                "InvalidParameterCombination",
                "Cannot find version " + version + " for mysql");
    }

    @Test
    void takesMariaDbForMySqlAndSaysSo() {
        assertThat(check(r -> r.engine("mysql")).version().number()).isEqualTo("10.11.19-MariaDB");
        assertThat(check(r -> r.engine("mariadb").engineVersion("10.11")).version().number())
                .isEqualTo("10.11.19");
        assertThat(check(r -> r.engine("mysql")).version().parameterGroup()).isEqualTo("default.mysql10.11");
        assertThat(check(r -> r.engine("mysql")).version().optionGroup()).isEqualTo("default:mysql-10-11");
    }

    @Test
    void namesThePackageOfAnEngineThatIsMissing() {
        var none = new EngineVersions(new Engines(Path.of("/nonexistent")));
        if (none.of(DbEngine.MYSQL).isEmpty()) {
            RdsFixture.refused(
                    () -> InstanceRequest.check(RdsFixture.request(r -> r.engine("mysql")), none),
                    "InvalidParameterCombination",
                    "The engine mysql is not on this host: it needs Debian's package mariadb-server-core.");
        }
        assertThat(none.of(DbEngine.POSTGRES)).isPresent();
    }

    @Test
    void holdsMySqlToItsOwnLimits() {
        refused(
                r -> r.engine("mysql").masterUserPassword("p".repeat(42)),
                "InvalidParameterValue",
                "The parameter MasterUserPassword is not a valid password because it is longer than 41 characters.");
        refused(
                r -> r.engine("mysql").masterUsername("u".repeat(17)),
                "InvalidParameterValue",
                "MasterUsername must be at most 16 characters long.");
        refused(
                r -> r.engine("mysql").dbName("mysql"),
                "InvalidParameterValue",
                "DBName mysql cannot be used. It is a reserved word for this engine");
        check(r -> r.engine("mysql").masterUsername("admin").masterUserPassword("p".repeat(41)));
    }

    private static InstanceRequest.Checked check(UnaryOperator<CreateDbInstanceRequest.Builder> more) {
        return InstanceRequest.check(RdsFixture.request(more), new EngineVersions(RdsFixture.ENGINES));
    }

    @ParameterizedTest
    @ValueSource(strings = {"t3.micro", "db.t3", "db.t3.nano!", "db..micro", "cache.t3.micro"})
    void refusesClassesThatAreNone(String name) {
        refused(r -> r.dbInstanceClass(name), "InvalidParameterValue", "Invalid DB Instance class: " + name);
    }

    @Test
    void refusesPasswordsThatAreTooShortOrCannotBeTyped() {
        refused(
                r -> r.masterUserPassword("short"),
                "InvalidParameterValue",
                "The parameter MasterUserPassword is not a valid password because it is shorter than 8 characters.");
        for (String bad : new String[] {"with space", "with/slash", "with@sign", "with\"quote", "with-\u00fcmlaut"}) {
            refused(
                    r -> r.masterUserPassword(bad),
                    "InvalidParameterValue",
                    "The parameter MasterUserPassword is not a valid password. Only printable ASCII characters besides"
                            + " '/', '@', '\"', ' ' may be used.");
        }
    }

    @Test
    void refusesUsersThatAreTheEnginesOwn() {
        refused(
                r -> r.masterUsername("admin"),
                "InvalidParameterValue",
                "MasterUsername admin cannot be used as it is a reserved word used by the engine");
        refused(
                r -> r.masterUsername("pg_dba"),
                "InvalidParameterValue",
                "MasterUsername pg_dba cannot be used because role names starting with \"pg_\" are reserved by the"
                        + " PostgreSQL engine");
    }

    @ParameterizedTest
    @CsvSource({"19", "65537"})
    void refusesStorageOutOfRange(int gib) {
        refused(
                r -> r.allocatedStorage(gib),
                "InvalidParameterCombination",
                "Invalid storage size for engine name postgres and storage type gp2: " + gib);
    }

    @Test
    void refusesWhatIsMissing() {
        refused(
                r -> r.masterUserPassword(null),
                "InvalidParameterValue",
                "The parameter MasterUserPassword must be provided and must not be blank.");
        refused(
                r -> r.masterUsername(null),
                "InvalidParameterValue",
                "The parameter MasterUsername must be provided and must not be blank.");
    }

    private static void refused(UnaryOperator<CreateDbInstanceRequest.Builder> with, String code, String message) {
        var request = RdsFixture.request(with);
        RdsFixture.refused(() -> InstanceRequest.check(request, new EngineVersions(RdsFixture.ENGINES)), code, message);
    }
}
