package dev.remora.app;

import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code remora forward}: the server opens the port and keeps it open while it runs. */
@Command(name = "forward", description = "Opens a database of a private subnet at a port of the host's loopback.")
final class Forward implements Callable<Integer> {
    @Parameters(index = "0", paramLabel = "DATABASE", description = "The DB instance's identifier.")
    private String database = "";

    @Parameters(index = "1", paramLabel = "PORT", description = "The port on the host's loopback.")
    private int port;

    @Option(names = "--region", description = "Its region.")
    private String region = Defaults.region(System.getenv());

    @Option(names = "--account", description = "Its account.")
    private String account = Defaults.account(System.getenv());

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        var query = Map.of("database", database, "port", Integer.toString(port), "region", region, "account", account);
        var answer = new RemoteServer(System.getenv()).ask("POST", "/_remora/forward", query);
        spec.commandLine()
                .getOut()
                .println("127.0.0.1:" + answer.path("port").asInt() + " leads to " + answer.path("to").asString("")
                        + " until the server stops.");
        return 0;
    }
}
