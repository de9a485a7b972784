package dev.remora.app;

import dev.remora.app.Arguments.WrongUse;
import dev.remora.ec2.Quotas;
import dev.remora.iam.Enforcement;
import dev.remora.lambda.LambdaOptions;
import dev.remora.net.InternetMode;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;

/** {@code remora start}: serves in the foreground until it is told to stop. */
final class Start {
    /** {@code --rehearse}, for the launcher: see {@link Rehearsal}. */
    private static final String REHEARSE = "--rehearse";
    private static final String CONNECTIONS = "--interface-connections";

    static void run(List<String> args, PrintStream out) throws InterruptedException {
        var given = Arguments.parse(
                args,
                Set.of("--port", "--data", "--internet", "--listen", "--quota", "--credentials-life", "--iam",
                        CONNECTIONS),
                Set.of("--ephemeral", "--strict-runtimes", REHEARSE),
                List.of());
        var settings = settings(given, System.getenv());
        Main.logThroughSlf4j();
        if (given.flag(REHEARSE)) {
            Rehearsal.of(settings);
            return;
        }
        try (var server = Server.start(settings)) {
            serve(server, out);
        }
    }

    /** Makes the data folder of an ephemeral server; nothing else. */
    static Settings settings(Arguments given, Map<String, String> environment) {
        var defaults = Settings.defaults(environment);
        boolean rehearse = given.flag(REHEARSE);
        boolean ephemeral = given.flag("--ephemeral") || rehearse;
        int port = given.option("--port").map(Arguments::port).orElse(rehearse ? 0 : defaults.port());
        InternetMode internet = given.option("--internet")
                .map(Start::internet)
                .orElse(rehearse ? InternetMode.CLOSED : defaults.internet());
        Quotas quotas = given.option("--quota").map(Start::quotas).orElse(defaults.quotas());
        Duration life = given.option("--credentials-life").map(Start::seconds).orElse(defaults.credentialsLife());
        int connections = given.option(CONNECTIONS).map(Start::connections).orElse(defaults.interfaceConnections());
        Path data = DataFolders.choose(given.option("--data").map(Path::of), ephemeral, environment);
        Enforcement enforcement = given.option("--iam").map(Start::enforcement).orElse(defaults.enforcement());
        return new Settings(
                port, data, ephemeral, internet, given.flag("--strict-runtimes"), quotas, life,
                connections, enforcement, given.option("--listen"));
    }

    private static Quotas quotas(String text) {
        try {
            return Quotas.parse(text);
        } catch (IllegalArgumentException wrong) {
            throw new WrongUse(String.valueOf(wrong.getMessage()));
        }
    }

    private static int connections(String text) {
        int most = LambdaOptions.DEFAULTS.eniConnections();
        if (!text.matches("[1-9][0-9]{0,4}") || Integer.parseInt(text) > most) {
            throw new WrongUse(CONNECTIONS + " is a number up to " + most + ", not '" + text + "'");
        }
        return Integer.parseInt(text);
    }

    private static Duration seconds(String text) {
        if (!text.matches("[1-9][0-9]{0,4}")) {
            throw new WrongUse("--credentials-life is a number of seconds up to 99999, not '" + text + "'");
        }
        return Duration.ofSeconds(Integer.parseInt(text));
    }

    private static Enforcement enforcement(String text) {
        return switch (text) {
            case "on" -> Enforcement.ON;
            case "warn" -> Enforcement.WARN;
            default -> throw new WrongUse("--iam is 'on' or 'warn', not '" + text + "'");
        };
    }

    private static InternetMode internet(String text) {
        return switch (text) {
            case "host" -> InternetMode.HOST;
            case "closed" -> InternetMode.CLOSED;
            default -> throw new WrongUse("--internet is 'host' or 'closed', not '" + text + "'");
        };
    }

    /** Returns when the process is told to end; the hook then waits until the server is closed. */
    private static void serve(Server server, PrintStream out) throws InterruptedException {
        var told = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            told.countDown();
            server.close();
            // Being told to stop is a good end, not 128 plus the signal.
            Runtime.getRuntime().halt(0);
        }));
        out.println(server.modeLine());
        out.println("Ready.");
        told.await();
        server.close();
    }

    private Start() {}
}
