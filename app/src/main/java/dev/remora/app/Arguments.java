package dev.remora.app;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A command's arguments: {@code --name value} or {@code --name=value} for options, {@code --name} for flags, the rest by its
 * place.
 *
 * <p>Rejected: a library for it. The one at hand is compiled for a Java so old that its classes cannot be kept in Java's
 * cache, and reading them anew took a tenth of a second of each start.
 */
record Arguments(Map<String, String> options, Set<String> flags, List<String> places) {
    /** Options whose values are lists: given several times, they are joined with commas. Of others the last one counts. */
    private static final Set<String> REPEATABLE = Set.of("--quota");

    /** The command was wrongly used; the message says how. */
    static final class WrongUse extends RuntimeException {
        WrongUse(String message) {
            super(message, null, false, false);
        }
    }

    /**
     * @param options that take a value
     * @param flags that take none
     * @param places what the arguments by their place are called; each must be there
     */
    static Arguments parse(List<String> given, Set<String> options, Set<String> flags, List<String> places) {
        var values = new HashMap<String, String>();
        var set = new HashSet<String>();
        var rest = new ArrayList<String>();
        for (int i = 0; i < given.size(); i++) {
            String argument = given.get(i);
            int equals = argument.indexOf('=');
            String name = equals < 0 ? argument : argument.substring(0, equals);
            if (!argument.startsWith("--")) {
                rest.add(argument);
            } else if (flags.contains(argument)) {
                set.add(argument);
            } else if (!options.contains(name)) {
                throw new WrongUse("there is no option '" + name + "'");
            } else if (equals >= 0) {
                put(values, name, argument.substring(equals + 1));
            } else if (i + 1 == given.size()) {
                throw new WrongUse("the option '" + name + "' needs a value");
            } else {
                put(values, name, given.get(++i));
            }
        }
        if (rest.size() < places.size()) {
            throw new WrongUse(places.get(rest.size()) + " is missing");
        }
        if (rest.size() > places.size()) {
            throw new WrongUse("'" + rest.get(places.size()) + "' is one argument too many");
        }
        return new Arguments(values, set, rest);
    }

    private static void put(Map<String, String> values, String name, String value) {
        values.merge(name, value, (before, now) -> REPEATABLE.contains(name) ? before + "," + now : now);
    }

    Optional<String> option(String name) {
        return Optional.ofNullable(options.get(name));
    }

    boolean flag(String name) {
        return flags.contains(name);
    }

    /** A port from an option, or from an argument by its place. */
    static int port(String text) {
        if (!text.matches("[0-9]{1,5}") || Integer.parseInt(text) > 65535) {
            throw new WrongUse("'" + text + "' is not a port");
        }
        return Integer.parseInt(text);
    }
}
