package dev.remora.fleet;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where the engines' programs are on this host: unpacked from Debian's packages in a folder of ours, or installed by somebody.
 *
 * <p>The packages are unpacked and not installed, because an installed one starts a service of the host, makes accounts and
 * opens a port; {@code scripts/host.sh} does it while building. An engine is looked for when it is first asked for.
 */
public final class Engines {
    private static final Pattern VERSION = Pattern.compile("[0-9]+\\.[0-9]+(\\.[0-9]+)?");
    private static final int ANSWER_MAX = 4096;
    private static final long ANSWER_SECONDS = 20;
    private static final Path HOST = Path.of("/");

    private final Path unpacked;
    private final Map<Engine, Installed> found = new EnumMap<>(Engine.class);

    /** @param unpacked a folder with a folder for each package */
    public Engines(Path unpacked) {
        this.unpacked = unpacked;
    }

    /** The engine, if it is on this host. */
    public synchronized Optional<Installed> find(Engine engine) {
        Installed known = found.get(engine);
        if (known != null) {
            return Optional.of(known);
        }
        for (Path root : List.of(unpacked.resolve(engine.debianPackage()), HOST)) {
            if (Files.isExecutable(root.resolve(engine.program()))) {
                var installed = new Installed(engine, root, version(root, engine));
                found.put(engine, installed);
                return Optional.of(installed);
            }
        }
        return Optional.empty();
    }

    private static String version(Path root, Engine engine) {
        try {
            var builder = new ProcessBuilder(root.resolve(engine.program()).toString(), "--version").redirectErrorStream(true);
            builder.environment().put("LD_LIBRARY_PATH", libraries(root));
            Process process = builder.start();
            process.getOutputStream().close();
            try (InputStream out = process.getInputStream()) {
                String said = new String(out.readNBytes(ANSWER_MAX), StandardCharsets.UTF_8);
                Matcher version = VERSION.matcher(said.substring(Math.max(0, said.indexOf(' '))));
                if (!process.waitFor(ANSWER_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0 || !version.find()) {
                    throw new IllegalStateException(engine.program() + " does not say its version: " + said);
                }
                return version.group();
            } finally {
                process.destroyForcibly();
            }
        } catch (IOException failure) {
            throw new IllegalStateException(engine.program() + " cannot be run", failure);
        } catch (InterruptedException toldSo) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(toldSo);
        }
    }

    private static String libraries(Path root) {
        return root.resolve("usr/lib/x86_64-linux-gnu").toString();
    }

    /**
     * An engine on this host.
     *
     * @param root the folder that has its {@code usr}
     * @param version e.g. {@code 7.0.15}
     */
    public record Installed(Engine engine, Path root, String version) {
        /** The first two numbers of the version, e.g. {@code 7.0}. */
        public String major() {
            String[] parts = version.split("\\.");
            return parts[0] + "." + parts[1];
        }

        /** Where a confined program finds the package's {@code usr}. */
        public Path inside() {
            return root.equals(HOST) ? HOST : Path.of("/opt", engine.debianPackage());
        }

        /** The program's path as a confined program sees it. */
        public String program() {
            return inside().resolve(engine.program()).toString();
        }

        /** What a confined program must be shown of the host, besides its {@code /usr}. */
        public Map<Path, Path> folders() {
            return root.equals(HOST) ? Map.of() : Map.of(root, inside());
        }

        public Map<String, String> environment() {
            return Map.of(
                    "LC_ALL", "C",
                    "TZ", "UTC",
                    "PATH", inside().resolve("usr/bin") + ":/usr/bin:/bin",
                    "LD_LIBRARY_PATH", libraries(inside()));
        }
    }
}
