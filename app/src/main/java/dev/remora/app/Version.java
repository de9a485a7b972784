package dev.remora.app;

import java.util.Optional;

/** The version that was built, as the jar's manifest says it. */
final class Version {
    static final String TEXT = Optional.ofNullable(Version.class.getPackage().getImplementationVersion())
            .orElse("development");

    private Version() {}
}
