package dev.remora.app;

import java.util.logging.Level;
import java.util.logging.Logger;
import org.slf4j.bridge.SLF4JBridgeHandler;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The command line behind {@code ./remora}. Exit status: 0 done, 1 could not, 2 wrongly used. */
@Command(
        name = "remora",
        description = "Runs AWS Lambda functions inside real private networks.",
        subcommands = {Start.class, Forward.class, Drops.class, Status.class, VersionCommand.class})
public final class Main {
    static final int COULD_NOT = 1;
    static final int WRONG_USE = 2;

    public static void main(String[] args) {
        logThroughSlf4j();
        System.exit(commandLine().execute(args));
    }

    /** The HTTP server's library logs by the JDK's own logging. */
    private static void logThroughSlf4j() {
        SLF4JBridgeHandler.removeHandlersForRootLogger();
        SLF4JBridgeHandler.install();
        Logger.getLogger("").setLevel(Level.WARNING);
    }

    static CommandLine commandLine() {
        return new CommandLine(new Main())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setParameterExceptionHandler((wrong, args) -> {
                    wrong.getCommandLine().getErr().println("remora: " + wrong.getMessage());
                    wrong.getCommandLine().getErr().println("Try 'remora --help'.");
                    return WRONG_USE;
                })
                .setExecutionExceptionHandler((failure, command, parsed) -> {
                    if (failure instanceof StartFailure told) {
                        command.getErr().println("remora: " + told.line());
                    } else {
                        failure.printStackTrace(command.getErr());
                    }
                    return COULD_NOT;
                });
    }

    private Main() {}
}
