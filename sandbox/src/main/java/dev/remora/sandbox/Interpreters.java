package dev.remora.sandbox;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The interpreters of this host, those that a sandbox can see: below /usr, or the configured JDK. */
final class Interpreters {
    private static final Pattern VERSION = Pattern.compile("([0-9]+(?:\\.[0-9]+)*)");

    private final Path javaHome;
    private final Map<Language, Optional<Sandboxes.Interpreter>> found = new ConcurrentHashMap<>();

    Interpreters(Path javaHome) {
        this.javaHome = javaHome;
    }

    Optional<Sandboxes.Interpreter> of(Language language) {
        return found.computeIfAbsent(language, this::find);
    }

    private Optional<Sandboxes.Interpreter> find(Language language) {
        return switch (language) {
            case PYTHON -> program(language, List.of("/usr/bin/python3", "/usr/local/bin/python3"), "python3");
            case NODE -> program(language, List.of("/usr/bin/node", "/usr/local/bin/node"), "nodejs");
            case JAVA -> java();
            case PROVIDED -> Optional.of(new Sandboxes.Interpreter(language, Path.of("/var/task/bootstrap"), "", ""));
        };
    }

    private static Optional<Sandboxes.Interpreter> program(Language language, List<String> places, String debianPackage) {
        return places.stream().map(Path::of).filter(Files::isExecutable).findFirst().map(path ->
                new Sandboxes.Interpreter(language, path, version(path), debianPackage));
    }

    private static String version(Path program) {
        try {
            Process asked = new ProcessBuilder(program.toString(), "--version").redirectErrorStream(true).start();
            String answer = new String(asked.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            asked.waitFor();
            return firstVersion(answer);
        } catch (IOException refused) {
            return "";
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return "";
        }
    }

    /** {@code Python 3.11.2}, {@code v20.20.2}, {@code JAVA_VERSION="25.0.3"}: the first number with dots. */
    static String firstVersion(String text) {
        Matcher matcher = VERSION.matcher(text);
        return matcher.find() ? matcher.group(1) : "";
    }

    private Optional<Sandboxes.Interpreter> java() {
        Path program = javaHome.resolve("bin/java");
        if (!Files.isExecutable(program)) {
            return Optional.empty();
        }
        try {
            String release = Files.readAllLines(javaHome.resolve("release")).stream()
                    .filter(line -> line.startsWith("JAVA_VERSION="))
                    .findFirst()
                    .orElse("");
            String version = firstVersion(release);
            return Optional.of(new Sandboxes.Interpreter(
                    Language.JAVA, program.toRealPath(), version, "openjdk-" + version.split("\\.")[0] + "-jdk-headless"));
        } catch (IOException unreadable) {
            return Optional.empty();
        }
    }
}
