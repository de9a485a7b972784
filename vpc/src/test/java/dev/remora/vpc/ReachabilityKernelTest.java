package dev.remora.vpc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remora.net.Ip;
import dev.remora.net.Topology;
import dev.remora.vpc.KernelWorld.Fate;
import dev.remora.vpc.Reachability.Connection;
import dev.remora.vpc.Reachability.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * For random VPCs the model's verdict is what the kernel does to a real packet, and a packet that is lost is counted under the
 * cause that the model names. More worlds than usual: {@code -Dremora.worlds=2000}.
 */
@Tag("kernel")
class ReachabilityKernelTest {
    private static final int WORLDS = Integer.getInteger("remora.worlds", 100);
    private static final int CONNECTIONS = 12;
    private static final Ip HOST = Ip.parse(RandomWorld.INTERNET_HOST);
    private static final int EARLIER = 1_000_000;
    private static final int FIRST_SOURCE_PORT = 32768;

    @Test
    void the_kernel_does_what_the_model_says() {
        int tried = 0;
        for (int seed = 0; seed < WORLDS; seed++) {
            tried += inOneWorld(new Random(seed), seed);
        }
        assertThat(tried).as("connections tried").isGreaterThan(WORLDS * CONNECTIONS / 2);
    }

    private static int inOneWorld(Random random, int seed) {
        String text = RandomWorld.text(random);
        List<VpcContents> world = WorldText.parse(text);
        var model = new Reachability(world, Set.of(HOST));
        List<Connection> connections = connections(world, random);
        if (connections.isEmpty()) {
            return 0;
        }
        int tried = 0;
        // Every second world is made of another one, so that what the kernel was told before must not show.
        List<VpcContents> earlier =
                seed % 2 == 0 ? List.of() : WorldText.parse(RandomWorld.text(new Random(EARLIER + seed)));
        try (var kernel = new KernelWorld(world, earlier)) {
            for (Connection c : connections) {
                Verdict verdict = model.of(c);
                // The answer to a lost answer is another one: TCP sends again, and the next connection would be blamed for it.
                if (c.protocol() == GroupRule.TCP && verdict instanceof Verdict.Lost lost && lost.answer()) {
                    continue;
                }
                assertThat(fate(kernel, c)).as("%s (%s) in world %d:%n%s", c, verdict, seed, text).isEqualTo(expected(verdict));
                tried++;
            }
        }
        return tried;
    }

    private static Object fate(KernelWorld kernel, Connection c) {
        try {
            return kernel.fate(c);
        } catch (RuntimeException unknown) {
            return unknown.toString();
        }
    }

    private static Fate expected(Verdict verdict) {
        return switch (verdict) {
            case Verdict.Reaches reaches -> new Fate.Answered();
            case Verdict.Lost lost -> new Fate.Dropped(lost.cause());
        };
    }

    /** Between random ends, each with a source port of its own, so that no connection is an answer to another one. */
    private static List<Connection> connections(List<VpcContents> world, Random random) {
        record Start(String router, NetworkInterface sender) {}
        List<Start> starts = new ArrayList<>();
        List<Ip> ends = new ArrayList<>();
        for (VpcContents contents : world) {
            for (NetworkInterface i : contents.population().interfaces().values()) {
                ends.addAll(i.addresses());
                i.publicAddress().ifPresent(ends::add);
                if (!(i.backing() instanceof Topology.Attachment.None)
                        && !(i.backing() instanceof Topology.Attachment.Translator)) {
                    starts.add(new Start(contents.router(), i));
                }
            }
        }
        ends.add(HOST);
        ends.add(Ip.parse("10.0.9.9"));
        List<Connection> connections = new ArrayList<>();
        for (int n = 0; n < CONNECTIONS && !starts.isEmpty(); n++) {
            Start start = starts.get(random.nextInt(starts.size()));
            Ip to = ends.get(random.nextInt(ends.size()));
            boolean ipv6 = Reachability.ipv6(to);
            List<Ip> own = start.sender().addresses().stream().filter(a -> Reachability.ipv6(a) == ipv6).toList();
            if (!own.isEmpty() && !own.contains(to)) {
                int protocol = to.equals(HOST) || random.nextBoolean() ? GroupRule.TCP : GroupRule.UDP;
                int port = RandomWorld.PORTS[random.nextInt(RandomWorld.PORTS.length)];
                connections.add(new Connection(
                        start.router(), start.sender().id(), own.getFirst(), to, protocol, FIRST_SOURCE_PORT + n, port));
            }
        }
        return connections;
    }
}
