package dev.remora.e2e;

import java.nio.file.Path;

/** Where the checkout under test is. */
public final class Project {
    public static final Path ROOT = Path.of(System.getProperty("remora.root", System.getProperty("user.dir")))
            .toAbsolutePath();
    public static final Path REMORA = ROOT.resolve("remora");

    private Project() {}
}
