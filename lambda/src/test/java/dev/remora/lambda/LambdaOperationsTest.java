package dev.remora.lambda;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remora.wire.Declarations;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LambdaOperationsTest {
    @Test
    void everyMemberOfEveryRequestIsDeclared(@TempDir Path folder) throws Exception {
        try (var lab = new LambdaLab(folder)) {
            assertThat(Declarations.undeclared(lab.service.operations())).isEmpty();
            assertThat(Declarations.unknown(lab.service.operations())).isEmpty();
        }
    }
}
