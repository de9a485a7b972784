package dev.remora.sandbox;

import java.nio.file.Path;
import java.util.Optional;

/** Makes sandboxes, cold or from interpreters that wait prepared. */
public interface Sandboxes extends AutoCloseable {
    /** Starts a sandbox; its init phase runs on after the return. */
    Sandbox start(SandboxSpec spec);

    /** The interpreter of the language on this host, or empty if there is none. */
    Optional<Interpreter> interpreter(Language language);

    @Override
    void close();

    /**
     * @param version as it says itself, e.g. {@code 3.11.2}
     * @param debianPackage the package that brings it
     */
    record Interpreter(Language language, Path executable, String version, String debianPackage) {}
}
