package dev.remora.lambda;

import dev.remora.sandbox.Language;
import dev.remora.sandbox.Sandboxes;
import dev.remora.sandbox.Sandboxes.Interpreter;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Which runtimes there are and what runs them here. The interpreter is the host's own: a function for {@code python3.12} runs
 * on a host with Python 3.11 unless {@link LambdaOptions#strictRuntimes} refuses it, and the INIT_START line names the version
 * that really runs.
 */
final class Runtimes {
    /** Runtimes that functions can be created with, newest first, and how they run here. */
    private static final Map<String, Language> RUNNABLE = runnable();

    /** AWS has these too; no interpreter of them can be used here. */
    private static final List<String> ELSEWHERE = List.of(
            "dotnet10", "dotnet8", "dotnet6", "ruby4.0", "ruby3.4", "ruby3.3", "ruby3.2", "java8.al2", "java11", "java8.al2023",
            "java11.al2023");

    /** "Runtime deprecation policy" of the Lambda guide: functions can be neither created nor updated with these. */
    private static final Set<String> RETIRED = Set.of(
            "nodejs", "nodejs4.3", "nodejs4.3-edge", "nodejs6.10", "nodejs8.10", "nodejs10.x", "nodejs12.x", "nodejs14.x",
            "nodejs16.x",
            "python2.7", "python3.6", "python3.7", "java8", "dotnetcore1.0", "dotnetcore2.0", "dotnetcore2.1", "dotnetcore3.1",
            "go1.x",
            "ruby2.5", "ruby2.7", "provided");

    private static final Map<Language, String> DEBIAN_PACKAGE = Map.of(
            Language.PYTHON, "python3",
            Language.NODE, "nodejs",
            Language.JAVA, "default-jre-headless");

    private final Sandboxes sandboxes;
    private final boolean strict;

    Runtimes(Sandboxes sandboxes, boolean strict) {
        this.sandboxes = sandboxes;
        this.strict = strict;
    }

    private static Map<String, Language> runnable() {
        var all = new LinkedHashMap<String, Language>();
        for (String v : List.of("26", "24", "22", "20", "18")) {
            all.put("nodejs" + v + ".x", Language.NODE);
        }
        for (String v : List.of("15", "14", "13", "12", "11", "10", "9", "8")) {
            all.put("python3." + v, Language.PYTHON);
        }
        for (String v : List.of("java25", "java21", "java17", "java17.al2023")) {
            all.put(v, Language.JAVA);
        }
        all.put("provided.al2023", Language.PROVIDED);
        all.put("provided.al2", Language.PROVIDED);
        return all;
    }

    /** Refuses a runtime that AWS does not have or that cannot run on this host. */
    void check(String runtime) {
        if (RETIRED.contains(runtime)) {
            throw Refusal.invalid("The runtime parameter of " + runtime + " is no longer supported for creating or updating"
                    + " AWS Lambda"
                    + " functions. We recommend you use a supported runtime while creating or updating functions.");
        }
        if (ELSEWHERE.contains(runtime)) {
            throw Refusal.invalid("The runtime " + runtime + " is not supported here. Supported runtimes: "
                    + String.join(", ", RUNNABLE.keySet()) + ".");
        }
        Language language = RUNNABLE.get(runtime);
        if (language == null) {
            throw Refusal.invalid("Value " + runtime + " at 'runtime' failed to satisfy constraint: Member must satisfy enum"
                    + " value set: "
                    + enumeration() + " or be a valid ARN");
        }
        if (language == Language.PROVIDED) {
            return;
        }
        Optional<Interpreter> interpreter = sandboxes.interpreter(language);
        if (interpreter.isEmpty()) {
            throw Refusal.invalid("The runtime " + runtime + " cannot run on this host: no interpreter for it is installed."
                    + " Install the"
                    + " Debian package " + DEBIAN_PACKAGE.get(language) + " and try again.");
        }
        String real = interpreter.get().version();
        if (strict && !sameVersion(runtime, real)) {
            throw Refusal.invalid("The runtime " + runtime + " cannot run on this host: its interpreter is " + real
                    + ", and strict runtimes are switched on.");
        }
    }

    private static String enumeration() {
        var all = new ArrayList<>(RUNNABLE.keySet());
        all.addAll(ELSEWHERE);
        return all.toString();
    }

    /**
     * Whether {@code 3.12.4} is what {@code python3.12} promises, {@code 20.1.0} what {@code nodejs20.x}, {@code 21.0.2} what
     * {@code java21}.
     */
    static boolean sameVersion(String runtime, String real) {
        String promised = runtime.replaceFirst("^(python|nodejs|java)", "").replaceFirst("\\.(x|al2|al2023)$", "");
        return real.equals(promised) || real.startsWith(promised + ".");
    }

    Language language(String runtime) {
        Language language = RUNNABLE.get(runtime);
        if (language == null) {
            throw new IllegalStateException("stored runtime " + runtime);
        }
        return language;
    }

    /** The runtime version's ARN: equal for equal runtime and interpreter. */
    String versionArn(String runtime, String region) {
        String real = sandboxes.interpreter(language(runtime)).map(Interpreter::version).orElse("");
        return "arn:aws:lambda:" + region + "::runtime:" + sha256Hex((runtime + " " + real).getBytes(StandardCharsets.UTF_8));
    }

    /** The version of the interpreter that runs it here; empty for runtimes that bring their own. */
    String realVersion(String runtime) {
        return sandboxes.interpreter(language(runtime)).map(Interpreter::version).orElse("");
    }

    /** The versions of this host's interpreters, by language. */
    Map<String, String> versions() {
        var versions = new LinkedHashMap<String, String>();
        for (Language language : Language.values()) {
            sandboxes
                    .interpreter(language)
                    .filter(i -> !i.version().isEmpty())
                    .ifPresent(i -> versions.put(language.name().toLowerCase(Locale.ROOT), i.version()));
        }
        return versions;
    }

    static String sha256Hex(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
