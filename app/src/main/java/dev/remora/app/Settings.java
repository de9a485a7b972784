package dev.remora.app;

import dev.remora.ec2.Quotas;
import dev.remora.iam.Enforcement;
import dev.remora.lambda.LambdaOptions;
import dev.remora.net.InternetMode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * What a server is told at its start. There is no other configuration: no file, no property.
 *
 * @param port on the host's loopback; 0 takes a free one
 * @param data where everything is kept
 * @param ephemeral whether {@code data} was made for this server only and goes with it
 * @param internet what is behind a VPC's way out
 * @param strictRuntimes whether a runtime is refused whose exact version this host does not have
 * @param quotas what every account may have in each region
 * @param credentialsLife how long the credentials in a function's environment are good
 * @param interfaceConnections what one network interface of Lambda carries before there is another
 * @param enforcement whether what policies do not allow is refused, or only warned of
 * @param listen a further address to serve on, without the keys that every installation knows
 */
record Settings(
        int port,
        Path data,
        boolean ephemeral,
        InternetMode internet,
        boolean strictRuntimes,
        Quotas quotas,
        Duration credentialsLife,
        int interfaceConnections,
        Enforcement enforcement,
        Optional<String> listen) {
    static final int PORT = 4566;
    static final Path DATA = Path.of("/var/lib/remora");
    static final InternetMode INTERNET = InternetMode.HOST;

    static Settings defaults(Map<String, String> environment) {
        return new Settings(PORT, data(environment), false, INTERNET, false, Quotas.HIGHEST,
                LambdaOptions.DEFAULTS.credentialsLife(), LambdaOptions.DEFAULTS.eniConnections(), Enforcement.ON,
                Optional.empty());
    }

    /** The same, but for a server that leaves its data folder. */
    Settings kept() {
        return new Settings(
                port, data, false, internet, strictRuntimes, quotas, credentialsLife, interfaceConnections,
                enforcement, listen);
    }

    static Path data(Map<String, String> environment) {
        return Optional.ofNullable(environment.get("REMORA_DATA"))
                .filter(d -> !d.isBlank())
                .map(Path::of)
                .orElse(DATA);
    }
}
