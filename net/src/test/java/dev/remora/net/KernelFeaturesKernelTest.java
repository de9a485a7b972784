package dev.remora.net;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("kernel")
class KernelFeaturesKernelTest {
    @Test
    void nothingIsMissingHere() {
        assertThat(KernelFeatures.check()).isEmpty();
    }
}
