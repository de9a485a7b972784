package dev.remora.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remora.linux.NftStatement;
import dev.remora.linux.NftValue;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("kernel")
class KernelFeaturesKernelTest {
    @Test
    void nothingIsMissingHere() {
        assertThat(KernelFeatures.check()).isEmpty();
    }

    @Test
    void whatTheKernelRefusesIsNamedAndTheRestIsTriedAllTheSame() {
        List<String> missing = KernelFeatures.check(features -> {
            features.chain("sending out of a device where packets are routed", NftStatement.forwardTo(NftValue.IN_DEVICE));
            features.chain("marks", NftStatement.setMark(NftValue.MARK));
        });
        assertThat(missing).containsExactly("sending out of a device where packets are routed");
    }
}
