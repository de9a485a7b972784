package dev.remora.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remora.wire.Coverage;
import dev.remora.wire.Declarations;
import dev.remora.wire.Operations;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code docs/coverage.md} says what the tables say. With {@code -Dcoverage.write=true} the test writes the page anew. */
class CoverageTest {
    private static final Path PAGE = Path.of(System.getProperty("remora.root"), "docs/coverage.md");

    @TempDir
    Path folder;

    @Test
    void pageIsOfTheseTables() throws IOException {
        ServiceTables.with(folder, services -> {
            String page = Coverage.markdown(services);
            if (Boolean.getBoolean("coverage.write")) {
                Files.writeString(PAGE, page);
            }
            assertThat(PAGE)
                    .as("stale: run mvn -pl app -am test -Dtest=CoverageTest -Dcoverage.write=true"
                            + " -Dsurefire.failIfNoSpecifiedTests=false")
                    .hasContent(page);
        });
    }

    @Test
    void everyParameterIsDeclaredAndExists() throws IOException {
        ServiceTables.with(folder, services -> {
            for (Operations service : services) {
                assertThat(Declarations.undeclared(service))
                        .as(service.service().signingName())
                        .isEmpty();
                assertThat(Declarations.unknown(service))
                        .as(service.service().signingName())
                        .isEmpty();
            }
        });
    }
}
