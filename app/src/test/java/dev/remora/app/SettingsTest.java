package dev.remora.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.remora.ec2.Quotas;
import dev.remora.iam.Enforcement;
import dev.remora.net.InternetMode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SettingsTest {
    @Test
    void haveTheseDefaults() {
        assertThat(Settings.defaults(Map.of()))
                .isEqualTo(new Settings(
                        4566,
                        Path.of("/var/lib/remora"),
                        false,
                        InternetMode.HOST,
                        false,
                        Quotas.HIGHEST,
                        Duration.ofHours(12),
                        65_000,
                        Enforcement.ON,
                        Optional.empty()));
    }

    @Test
    void takeQuotasOneByOneOrAtOnce() {
        assertThat(quotas("--quota", "vpcs=1", "--quota=elastic-ips=2")).isEqualTo(quotas("--quota=vpcs=1,elastic-ips=2"));
        assertThatThrownBy(() -> quotas("--quota", "cars=1"))
                .isInstanceOf(Arguments.WrongUse.class)
                .hasMessageStartingWith("there is no quota 'cars'; there are vpcs, ");
    }

    @Test
    void takeTheLifeOfCredentialsInSeconds() {
        assertThat(life("--credentials-life=30")).isEqualTo(Duration.ofSeconds(30));
        for (String wrong : List.of("0", "-1", "1m", "100000", "")) {
            assertThatThrownBy(() -> life("--credentials-life=" + wrong))
                    .isInstanceOf(Arguments.WrongUse.class)
                    .hasMessageContaining("'" + wrong + "'");
        }
    }

    @Test
    void takeTheConnectionsOfAnInterfaceUpToAwsNumber() {
        assertThat(connections("--interface-connections=65000")).isEqualTo(65_000);
        for (String wrong : List.of("0", "65001", "many")) {
            assertThatThrownBy(() -> connections("--interface-connections=" + wrong))
                    .isInstanceOf(Arguments.WrongUse.class)
                    .hasMessage("--interface-connections is a number up to 65000, not '" + wrong + "'");
        }
    }

    private static int connections(String... arguments) {
        var given = Arguments.parse(List.of(arguments), Set.of("--interface-connections"), Set.of(), List.of());
        return Start.settings(given, Map.of("REMORA_DATA", "/nowhere")).interfaceConnections();
    }

    private static Duration life(String... arguments) {
        var given = Arguments.parse(List.of(arguments), Set.of("--credentials-life"), Set.of(), List.of());
        return Start.settings(given, Map.of("REMORA_DATA", "/nowhere")).credentialsLife();
    }

    private static Quotas quotas(String... arguments) {
        var given = Arguments.parse(List.of(arguments), Set.of("--quota"), Set.of(), List.of());
        return Start.settings(given, Map.of("REMORA_DATA", "/nowhere")).quotas();
    }

    @Test
    void takeTheDataFolderFromTheEnvironment() {
        assertThat(Settings.defaults(Map.of("REMORA_DATA", "/srv/r")).data()).isEqualTo(Path.of("/srv/r"));
        assertThat(Settings.defaults(Map.of("REMORA_DATA", " ")).data()).isEqualTo(Path.of("/var/lib/remora"));
    }
}
