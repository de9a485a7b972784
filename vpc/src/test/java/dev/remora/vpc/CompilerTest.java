package dev.remora.vpc;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each case is a VPC and the topology that it becomes, side by side in the test's resources. */
class CompilerTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "function-and-database",
                "unused-groups-cost-nothing",
                "route-tables",
                "rules-that-say-the-same",
                "ipv6-rules-meet-nothing",
                "default-vpc"
            })
    void compiles(String name) throws IOException {
        assertThat(TopologyText.write(Compiler.compile(VpcText.parse(resource(name + ".vpc")))))
                .isEqualTo(resource(name + ".topology"));
    }

    private static String resource(String name) throws IOException {
        try (InputStream in = CompilerTest.class.getResourceAsStream("/compiler/" + name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
