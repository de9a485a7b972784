package dev.remora.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.remora.net.Topology.Gateway;
import java.io.IOException;
import java.net.Socket;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("kernel")
class PeeringKernelTest {
    private static final Ipv4 ONE = Ipv4.parse("10.0.0.1");
    private static final Ipv6 ONE6 = Ipv6.parse("2001:db8:1000:100::1");
    private static final Ipv4 TWO = Ipv4.parse("10.1.0.1");
    private static final Ipv6 TWO6 = Ipv6.parse("2001:db8:1000:200::1");
    private static final Gateway.Peering GATEWAY = new Gateway.Peering("pcx-1", List.of());

    private final KernelLab lab = new KernelLab();
    private final TestRouter one = new TestRouter(lab.fabric, "1/r/vpc-1", ONE.toString(), ONE6.toString());
    private final TestRouter two = new TestRouter(lab.fabric, "1/r/vpc-2", TWO.toString(), TWO6.toString());

    @AfterEach
    void nothingIsLeft() throws Exception {
        one.close();
        two.close();
        lab.close();
    }

    private String seen(TestRouter from, Ip source, Ip to) throws IOException {
        try (Socket socket = lab.connect(from.namespace, source, to, 80)) {
            return KernelLab.ask(socket);
        }
    }

    private void refused(TestRouter from, Ip source, Ip to) {
        lab.refused(Drop.Cause.ROUTE, from.namespace, source, to, 80);
    }

    private void joined() throws IOException {
        assertThat(seen(one, ONE, TWO)).isEqualTo(ONE.toString());
        assertThat(seen(two, TWO, ONE)).isEqualTo(TWO.toString());
        assertThat(seen(one, ONE6, TWO6)).isEqualTo(ONE6.toString());
        assertThat(seen(two, TWO6, ONE6)).isEqualTo(TWO6.toString());
    }

    @Test
    void twoSidesAreJoinedWhenBothAreThereAndPartedWhenOneGoes() throws Exception {
        lab.serve(one.namespace, 80);
        lab.serve(two.namespace, 80);
        Edges.Edge left = one.open("pcx-1", GATEWAY);
        refused(one, ONE, TWO);
        Edges.Edge right = two.open("pcx-1", GATEWAY);
        joined();
        left.close();
        left.close();
        assertThat(one.devices()).isEmpty();
        refused(two, TWO, ONE);
        refused(two, TWO6, ONE6);
        one.open("pcx-1", GATEWAY);
        joined();
        right.close();
        refused(one, ONE, TWO);
    }

    @Test
    void connectionsDoNotMeet() throws Exception {
        lab.serve(two.namespace, 80);
        try (TestRouter three = new TestRouter(lab.fabric, "1/r/vpc-3", TWO.toString())) {
            lab.serve(three.namespace, 80);
            one.open("pcx-1", GATEWAY);
            three.open("pcx-2", new Gateway.Peering("pcx-2", List.of()));
            refused(one, ONE, TWO);
            two.open("pcx-1", GATEWAY);
            assertThat(seen(one, ONE, TWO)).isEqualTo(ONE.toString());
            assertThatThrownBy(() -> three.open("pcx-1", GATEWAY))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("two sides");
            assertThat(three.devices()).hasSize(1);
            assertThat(seen(one, ONE, TWO)).isEqualTo(ONE.toString());
        }
    }

    @Test
    void aRouterThatGoesFirstParts() throws Exception {
        lab.serve(one.namespace, 80);
        Edges.Edge left = one.open("pcx-1", GATEWAY);
        two.open("pcx-1", GATEWAY);
        one.close();
        left.close();
        refused(two, TWO, ONE);
    }
}
