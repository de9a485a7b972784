package dev.remora.vpc;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
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

    @Test
    void a_vpc_with_idle_interfaces_only_is_uninhabited() {
        var idle = Compiler.compile(VpcText.parse("""
                vpc 10.0.0.0/16
                subnet a 10.0.1.0/24
                group g
                interface i in a at 10.0.1.4 of g behind nothing
                """));
        assertThat(Compiler.inhabited(idle)).isFalse();
    }

    @Test
    void a_vpc_with_a_function_in_it_is_inhabited() {
        var used = Compiler.compile(VpcText.parse("""
                vpc 10.0.0.0/16
                subnet a 10.0.1.0/24
                group g
                interface i in a at 10.0.1.4 of g behind key
                """));
        assertThat(Compiler.inhabited(used)).isTrue();
    }

    private static String resource(String name) throws IOException {
        try (InputStream in = CompilerTest.class.getResourceAsStream("/compiler/" + name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
