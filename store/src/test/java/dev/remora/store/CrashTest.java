package dev.remora.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Kills a process that writes, at some moment, and looks at what it left. */
class CrashTest {
    private static final int ROUNDS = 4;
    private static final int WRITERS = 4;
    private static final Scope SCOPE = Scope.global("000000000000");

    /** One half of a pair that only one transaction writes. */
    record Half(int writer, int number) {}

    private static final Kind<Half> LEFT = Kind.of("test.left", Half.class);
    private static final Kind<Half> RIGHT = Kind.of("test.right", Half.class);
    private static final List<Kind<?>> KINDS = List.of(LEFT, RIGHT);

    @TempDir
    Path temp;

    @Test
    @Timeout(300)
    void everyAcknowledgedTransactionIsThereAndNoneIsTorn() throws Exception {
        long seed = System.nanoTime();
        var random = new Random(seed);
        var acknowledged = new ArrayList<String>();
        for (int round = 0; round < ROUNDS; round++) {
            acknowledged.addAll(writeAndKill(round, 1 + random.nextInt(400)));
            check(acknowledged, "seed " + seed + ", round " + round);
        }
        assertThat(acknowledged).hasSizeGreaterThan(ROUNDS);
    }

    /** Kills the writer once it has acknowledged so many transactions; gives all that it acknowledged. */
    private List<String> writeAndKill(int round, int killAfter) throws IOException, InterruptedException {
        Process child = ChildJvm.start(Writer.class, temp.resolve("data").toString(), Integer.toString(round));
        var acknowledged = new ArrayList<String>();
        try (var lines = child.inputReader()) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                acknowledged.add(line);
                if (acknowledged.size() == killAfter) {
                    child.destroyForcibly();
                }
            }
        } catch (IOException streamClosedByTheKill) {
            assertThat(acknowledged.size()).isGreaterThanOrEqualTo(killAfter);
        } finally {
            child.destroyForcibly();
        }
        assertThat(child.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(acknowledged.size()).as("acknowledged before the kill").isGreaterThanOrEqualTo(killAfter);
        return acknowledged;
    }

    private void check(List<String> acknowledged, String when) {
        try (var folder = DataFolder.open(temp.resolve("data")); var store = SqliteStore.open(folder, KINDS)) {
            View view = store.view();
            assertThat(view.all(LEFT, SCOPE)).as(when).isEqualTo(view.all(RIGHT, SCOPE));
            assertThat(view.revision()).as(when).isEqualTo(view.all(LEFT, SCOPE).size());
            for (String id : acknowledged) {
                assertThat(view.get(LEFT, SCOPE, id)).as(when + ", acknowledged " + id).isPresent();
            }
        }
    }

    /** Writes pairs with several threads for ever, and prints the id of each once it is durable. */
    static final class Writer {
        public static void main(String[] arguments) throws Exception {
            var folder = DataFolder.open(Path.of(arguments[0]));
            var store = SqliteStore.open(folder, KINDS);
            for (int w = 0; w < WRITERS; w++) {
                int writer = w;
                Thread.ofPlatform().start(() -> {
                    for (int n = 0; ; n++) {
                        var half = new Half(writer, n);
                        String id = "r" + arguments[1] + "-w" + writer + "-" + n;
                        store.write(t -> {
                            t.put(LEFT, SCOPE, id, half);
                            t.put(RIGHT, SCOPE, id, half);
                            return id;
                        });
                        System.out.println(id);
                    }
                });
            }
            if (System.in.read() < 0) {
                Runtime.getRuntime().halt(1);
            }
        }
    }
}
