package dev.remora.app;

import dev.remora.app.Arguments.WrongUse;
import java.io.PrintStream;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.slf4j.bridge.SLF4JBridgeHandler;

/** What is behind {@code ./remora}, which also has the help. Exit status: 0 done, 1 could not, 2 wrongly used. */
public final class Main {
    static final int COULD_NOT = 1;
    static final int WRONG_USE = 2;

    public static void main(String[] args) {
        System.exit(run(List.of(args), System.out, System.err));
    }

    static int run(List<String> args, PrintStream out, PrintStream err) {
        String level = System.getenv("REMORA_LOG");
        if (level != null) {
            System.setProperty("org.slf4j.simpleLogger.defaultLogLevel", level);
        }
        try {
            if (args.isEmpty()) {
                throw new WrongUse("a command is missing");
            }
            List<String> rest = args.subList(1, args.size());
            switch (args.getFirst()) {
                case "start" -> Start.run(rest, out);
                case "forward" -> Forward.run(rest, out);
                case "door" -> Door.run(rest, out);
                case "bridge" -> BridgeCommand.run(rest, out);
                case "audit" -> AuditCommand.run(rest, out);
                case "drops" -> Drops.run(rest, out);
                case "status" -> Status.run(rest, out);
                case "version" -> out.println("remora " + Version.TEXT + " on Java " + Runtime.version());
                default -> throw new WrongUse("there is no command '" + args.getFirst() + "'");
            }
            return 0;
        } catch (WrongUse wrong) {
            err.println("remora: " + wrong.getMessage() + ".");
            err.println("Try 'remora --help'.");
            return WRONG_USE;
        } catch (StartFailure told) {
            err.println("remora: " + told.line());
            return COULD_NOT;
        } catch (InterruptedException toldToEnd) {
            return COULD_NOT;
        }
    }

    /** The HTTP server's library logs by the JDK's own logging. */
    static void logThroughSlf4j() {
        SLF4JBridgeHandler.removeHandlersForRootLogger();
        SLF4JBridgeHandler.install();
        Logger.getLogger("").setLevel(Level.WARNING);
    }

    private Main() {}
}
