package dev.remora.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.remora.linux.Netns;
import dev.remora.net.Topology.Gateway;
import java.io.IOException;
import java.net.Socket;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("kernel")
class ServicesKernelTest {
    private static final Ipv4 INSIDE = Ipv4.parse("10.0.0.1");
    private static final Ipv6 INSIDE6 = Ipv6.parse("2001:db8:1000:100::1");
    private static final Ipv6 SERVICE6 = Ipv6.parse("2001:db8:ffff::2");
    private static final Gateway.Services GATEWAY = new Gateway.Services(List.of(InternetPlan.S3_API, SERVICE6));

    private final KernelLab lab = new KernelLab();
    private final TestRouter router = new TestRouter(lab.fabric, "1/r/vpc-1", INSIDE.toString(), INSIDE6.toString());

    @AfterEach
    void nothingIsLeft() throws Exception {
        router.close();
        lab.close();
    }

    private String seen(Ip source, Ip to) throws IOException {
        try (Socket socket = lab.connect(router.namespace, source, to, 80)) {
            return KernelLab.ask(socket);
        }
    }

    @Test
    void aServiceIsReachedFromPrivateAddresses() throws Exception {
        Edges.Edge edge = router.open("vpce-1", GATEWAY);
        Netns services = edge.services().orElseThrow();
        lab.serve(services, 80);
        assertThat(seen(INSIDE, InternetPlan.S3_API)).isEqualTo(INSIDE.toString());
        assertThat(seen(INSIDE6, SERVICE6)).isEqualTo(INSIDE6.toString());
        edge.change(new Gateway.Services(List.of(InternetPlan.S3_API)));
        assertThat(seen(INSIDE, InternetPlan.S3_API)).isEqualTo(INSIDE.toString());
        assertThat(lab.connects(router.namespace, INSIDE6, SERVICE6, 80)).isFalse();
        long before = lab.count(Drop.Cause.ISOLATION);
        edge.close();
        assertThat(router.devices()).isEmpty();
        assertThat(lab.count(Drop.Cause.ISOLATION)).isEqualTo(before);
    }

    @Test
    void onlyItsOwnAddressesAreThere() {
        Edges.Edge edge = router.open("vpce-1", new Gateway.Services(List.of(InternetPlan.S3_API)));
        lab.serve(edge.services().orElseThrow(), 80);
        edge.change(new Gateway.Services(List.of()));
        assertThat(lab.connects(router.namespace, INSIDE, InternetPlan.S3_API, 80)).isFalse();
        assertThatThrownBy(() -> edge.change(new Gateway.EgressOnly(List.of()))).isInstanceOf(IllegalArgumentException.class);
    }
}
