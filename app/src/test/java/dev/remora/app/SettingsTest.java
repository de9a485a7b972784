package dev.remora.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SettingsTest {
    @Test
    void haveTheseDefaults() {
        assertThat(Settings.defaults(Map.of()))
                .isEqualTo(new Settings(
                        4566,
                        Path.of("/var/lib/remora"),
                        false,
                        dev.remora.net.InternetMode.HOST,
                        false,
                        Optional.empty()));
    }

    @Test
    void takeTheDataFolderFromTheEnvironment() {
        assertThat(Settings.defaults(Map.of("REMORA_DATA", "/srv/r")).data()).isEqualTo(Path.of("/srv/r"));
        assertThat(Settings.defaults(Map.of("REMORA_DATA", " ")).data()).isEqualTo(Path.of("/var/lib/remora"));
    }
}
