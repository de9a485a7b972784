package dev.remora.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.remora.store.StreamName.Family;
import dev.remora.store.Streams.Direction;
import dev.remora.store.Streams.Entry;
import dev.remora.store.Streams.Position;
import dev.remora.store.Streams.Row;
import dev.remora.store.Streams.Selection;
import dev.remora.store.Streams.Summary;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(180)
class StreamsTest {
    private static final Scope SCOPE = new Scope("000000000000", "eu-central-1");
    private static final Family GROUP = new Family(SCOPE, "logs:/aws/lambda/f");
    private static final StreamName A = new StreamName(GROUP, "a");
    private static final StreamName B = new StreamName(GROUP, "b");
    private static final StreamName C = new StreamName(GROUP, "c");
    private static final StreamName ELSEWHERE = new StreamName(new Family(SCOPE, "logs:other"), "a");
    private static final Instant NOW = Instant.parse("2026-11-23T08:00:00Z");
    private static final Instant EVER = Instant.ofEpochMilli(Long.MAX_VALUE);

    @TempDir
    Path temp;

    private DataFolder folder;
    private Streams streams;

    @BeforeEach
    void open() {
        folder = DataFolder.open(temp.resolve("data"));
        streams = Streams.open(folder, () -> NOW);
    }

    @AfterEach
    void close() {
        streams.close();
        folder.close();
    }

    @Test
    void decidesOverRowsInOneTransaction() {
        Family dead = new Family(SCOPE, "queue:dead");
        var letters = new StreamName(dead, "a");
        streams.appendDurably(List.of(entry(A, 1, "keep"), entry(A, 2, "delete"), entry(A, 3, "hide"), entry(A, 4, "move"),
                entry(A, 9, "not due")));
        int seen = streams.decide(GROUP, at(5), 10, row -> switch (new String(row.data(), UTF_8)) {
            case "delete" -> Fate.DELETED;
            case "hide" -> new Fate.Changed(B, at(7), "hidden".getBytes(UTF_8));
            case "move" -> new Fate.Changed(letters, at(5), row.data());
            default -> Fate.KEPT;
        });
        assertThat(seen).isEqualTo(4);
        reopen();
        assertThat(all(Selection.of(GROUP, at(0), EVER))).containsExactly("keep", "hidden", "not due");
        assertThat(all(Selection.of(dead, at(0), EVER))).containsExactly("move");
        assertThat(streams.summaries(GROUP).get("a").rows()).isEqualTo(2);
        assertThat(streams.summaries(GROUP).get("b")).extracting(Summary::rows, Summary::bytes).containsExactly(1L, 6L);
        assertThat(streams.summaries(dead).get("a").rows()).isEqualTo(1);
        assertThat(streams.count(GROUP, "a", at(1))).isEqualTo(1);
        assertThat(streams.count(GROUP, "b", at(7))).isZero();
        assertThat(streams.count(GROUP, "", at(1))).isEqualTo(2);

        long hidden = streams.read(Selection.of(B, at(0), EVER), Position.START, Direction.FORWARDS, 1, 100).getFirst()
                .sequence();
        assertThat(streams.decide(dead, List.of(hidden), row -> Fate.DELETED)).as("of another family").isZero();
        assertThat(streams.decide(GROUP, List.of(hidden, 99L), row -> Fate.DELETED)).isEqualTo(1);
        assertThat(all(Selection.of(GROUP, at(0), EVER))).containsExactly("keep", "not due");
    }

    @Test
    void aTransactionSeesStreamByStream() {
        streams.appendDurably(List.of(entry(B, 2, "b"), entry(A, 3, "a"), entry(A, 9, "later"), entry(C, 9, "c")));
        assertThat(streams.due(GROUP, at(5), 10)).containsExactly("b", "a");
        assertThat(streams.due(GROUP, at(5), 1)).containsExactly("b");
        assertThat(streams.next(GROUP, at(3))).contains(at(9));
        assertThat(streams.next(GROUP, at(9))).isEmpty();
        List<String> seen = streams.transact(rows -> {
            assertThat(rows.later(A, at(5))).isTrue();
            assertThat(rows.later(B, at(5))).isFalse();
            Row row = rows.due(A, at(5), 10).getFirst();
            rows.settle(row, new Fate.Changed(B, at(1), row.data()));
            rows.settle(rows.due(B, at(2), 10).getLast(), Fate.DELETED);
            return texts(rows.due(B, at(5), 10));
        });
        assertThat(seen).containsExactly("a");
        streams.transact(rows -> {
            rows.settle(rows.due(C, at(9), 1).getFirst(), Fate.DELETED);
            return true;
        });
        streams.dropEmpty(GROUP);
        assertThat(streams.summaries(GROUP)).containsOnlyKeys("a", "b");
        streams.appendDurably(List.of(entry(C, 10, "again")));
        assertThat(all(Selection.of(GROUP, at(0), EVER))).containsExactly("a", "later", "again");
    }

    private void reopen() {
        streams.close();
        streams = Streams.open(folder, () -> NOW);
    }

    private static Instant at(long millis) {
        return Instant.ofEpochMilli(millis);
    }

    private static Entry entry(StreamName stream, long millis, String text) {
        return new Entry(stream, at(millis), text.getBytes(UTF_8));
    }

    private static List<String> texts(List<Row> rows) {
        return rows.stream().map(r -> new String(r.data(), UTF_8)).toList();
    }

    private List<String> all(Selection selection) {
        streams.flush();
        return texts(streams.read(selection, Position.START, Direction.FORWARDS, 1_000, Long.MAX_VALUE));
    }

    private List<String> all(StreamName stream) {
        return all(Selection.of(stream, at(0), EVER));
    }

    private List<String> all(Family family) {
        return all(Selection.of(family, at(0), EVER));
    }

    @Test
    void readsInTheOrderOfTimeThenOfSequence() {
        streams.append(List.of(entry(A, 20, "a20"), entry(B, 10, "b10"), entry(A, 10, "a10"), entry(C, 20, "c20"),
                entry(ELSEWHERE, 15, "no")));
        assertThat(all(A)).containsExactly("a10", "a20");
        assertThat(all(GROUP)).containsExactly("b10", "a10", "a20", "c20");
        assertThat(all(new Selection(GROUP, Optional.of(Set.of("a", "c")), at(0), EVER))).containsExactly("a10", "a20", "c20");
        assertThat(all(new Selection(GROUP, Optional.of(Set.of("unknown")), at(0), EVER))).isEmpty();
        assertThat(all(new Family(SCOPE, "unknown"))).isEmpty();
        assertThat(all(Selection.of(GROUP, at(11), at(20)))).isEmpty();
        assertThat(all(Selection.of(GROUP, at(10), at(20)))).containsExactly("b10", "a10");
    }

    @Test
    void pagesBothWaysThroughEqualTimes() {
        streams.append(IntStream.range(0, 25).mapToObj(i -> entry(i % 3 == 0 ? B : A, i / 10, "e" + i)).toList());
        streams.flush();
        for (var selection : List.of(Selection.of(GROUP, at(0), EVER), Selection.of(A, at(0), at(3)))) {
            for (var direction : Direction.values()) {
                var paged = new ArrayList<String>();
                var position = direction == Direction.FORWARDS ? Position.START : Position.END;
                List<Row> page = streams.read(selection, position, direction, 4, Long.MAX_VALUE);
                while (!page.isEmpty()) {
                    paged.addAll(texts(page));
                    page = streams.read(selection, page.getLast().position(), direction, 4, Long.MAX_VALUE);
                }
                assertThat(direction == Direction.FORWARDS ? paged : paged.reversed()).isEqualTo(all(selection)).isNotEmpty();
            }
        }
    }

    @Test
    void aPageIsBoundedByItsBytes() {
        streams.append(List.of(entry(A, 1, "12345"), entry(A, 2, "12345"), entry(A, 3, "12345")));
        streams.flush();
        assertThat(streams.read(Selection.of(A, at(0), EVER), Position.START, Direction.FORWARDS, 100, 6)).hasSize(2);
    }

    @Test
    void anInterruptedReaderTakesNothingFromOthers() {
        streams.append(List.of(entry(A, 1, "a")));
        streams.flush();
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> all(A)).isInstanceOf(StoreException.class).hasMessageContaining("interrupted");
        assertThat(Thread.interrupted()).isTrue();

        assertThat(all(A)).containsExactly("a");
    }

    @Test
    void summariesFollowAppendingAndDeleting() {
        streams.append(List.of(entry(A, 30, "12345"), entry(A, 10, "123"), entry(B, 20, "")));
        streams.flush();
        assertThat(streams.summary(A))
                .isEqualTo(new Summary(2, 8, Optional.of(at(10)), Optional.of(at(30)), Optional.of(NOW)));
        assertThat(streams.summaries(GROUP)).containsOnlyKeys("a", "b");
        assertThat(streams.size(GROUP)).isEqualTo(new Streams.Size(2, 3, 8));
        assertThat(streams.sweep(GROUP, at(20))).isEqualTo(1);
        assertThat(streams.summary(A))
                .isEqualTo(new Summary(1, 5, Optional.of(at(30)), Optional.of(at(30)), Optional.of(NOW)));
        assertThat(streams.summary(C)).isEqualTo(Summary.EMPTY);
    }

    @Test
    void sequencesGrowForEverAlsoWhenTheirRowsAreGone() {
        List<Long> first = streams.appendDurably(List.of(entry(A, 1, "x"), entry(A, 1, "y")));
        assertThat(first).isSorted().doesNotHaveDuplicates();
        streams.delete(first);
        reopen();
        assertThat(streams.appendDurably(List.of(entry(A, 1, "z"))).getFirst()).isGreaterThan(first.getLast());
        assertThat(all(A)).containsExactly("z");
    }

    @Test
    void aQueueGivesWhatIsDueAndGivesItAgainUnlessItIsDeleted() {
        List<Long> sequences = streams.appendDurably(List.of(entry(A, 10, "a"), entry(B, 5, "b"), entry(A, 99, "later")));
        assertThat(streams.earliest(GROUP)).contains(at(5));
        List<Row> taken = streams.take(GROUP, at(10), at(50), 10);
        assertThat(texts(taken)).containsExactly("b", "a");
        assertThat(streams.take(GROUP, at(49), at(60), 10)).isEmpty();
        assertThat(streams.earliest(GROUP)).contains(at(50));
        streams.delete(List.of(sequences.get(1)));
        assertThat(streams.reschedule(sequences.get(0), at(70), "a, second try".getBytes(UTF_8))).isTrue();
        assertThat(streams.reschedule(sequences.get(1), at(70), new byte[0])).isFalse();
        reopen();
        assertThat(streams.take(GROUP, at(69), at(80), 10)).isEmpty();
        assertThat(texts(streams.take(GROUP, at(200), at(300), 1))).containsExactly("a, second try");
        assertThat(texts(streams.take(GROUP, at(200), at(300), 9))).containsExactly("later");
        assertThat(streams.summary(A).bytes()).isEqualTo("a, second trylater".length());
        streams.delete(sequences);
        assertThat(streams.earliest(GROUP)).isEmpty();
        assertThat(streams.summary(A).rows()).isZero();
    }

    @Test
    void aDroppedStreamIsGoneAtOnceAndItsNameMayComeBack() throws Exception {
        int many = StreamWriter.BATCH_ROWS * 2 + 7;
        streams.append(IntStream.range(0, many).mapToObj(i -> entry(A, i, "old")).toList());
        streams.append(List.of(entry(B, 1, "b")));
        streams.drop(A);
        assertThat(all(A)).isEmpty();
        assertThat(all(GROUP)).containsExactly("b");
        streams.append(List.of(entry(A, 2, "new")));
        assertThat(all(A)).containsExactly("new");
        streams.drop(GROUP);
        assertThat(all(GROUP)).isEmpty();
        assertThat(streams.summaries(GROUP)).isEmpty();
        streams.append(List.of(entry(A, 3, "newer")));
        assertThat(all(GROUP)).containsExactly("newer");
        awaitRowsInFile(1);
    }

    private void awaitRowsInFile(int expected) throws Exception {
        long deadline = System.nanoTime() + 60_000_000_000L;
        long rows = -1;
        while (rows != expected && System.nanoTime() < deadline) {
            try (var connection = DriverManager.getConnection("jdbc:sqlite:" + folder.path().resolve("streams.db"));
                    var statement = connection.createStatement();
                    var count = statement.executeQuery("SELECT count(*) FROM entry")) {
                rows = count.getLong(1);
            }
            Thread.onSpinWait();
        }
        assertThat(rows).as("rows left in the file").isEqualTo(expected);
    }

    @Test
    void droppingGoesOnAfterOpeningAgain() throws Exception {
        streams.append(IntStream.range(0, StreamWriter.BATCH_ROWS * 3).mapToObj(i -> entry(A, i, "old")).toList());
        streams.drop(A);
        reopen();
        awaitRowsInFile(0);
    }

    @Test
    void sweepsMoreThanOneBatch() {
        int many = StreamWriter.BATCH_ROWS * 2 + 5;
        streams.append(IntStream.range(0, many).mapToObj(i -> entry(A, i, "x")).toList());
        assertThat(streams.sweep(GROUP, at(many - 3))).isEqualTo(many - 3);
        assertThat(all(A)).hasSize(3);
    }

    @Test
    void whatWasAppendedIsCommittedWithoutAnybodyWaiting() {
        streams.append(List.of(entry(A, 1, "x")));
        long deadline = System.nanoTime() + 60_000_000_000L;
        while (streams.summary(A).rows() == 0 && System.nanoTime() < deadline) {
            Thread.onSpinWait();
        }
        assertThat(streams.summary(A).rows()).isEqualTo(1);
    }

    @Test
    void manyThreadsAppendWithinTheBoundedMemory() throws Exception {
        byte[] large = new byte[1 << 20];
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int t = 0; t < 8; t++) {
                var stream = new StreamName(GROUP, "t" + t);
                executor.submit(() -> {
                    for (int i = 0; i < 8; i++) {
                        streams.append(List.of(new Entry(stream, at(i), large)));
                    }
                });
            }
        }
        streams.flush();
        assertThat(streams.summaries(GROUP)).hasSize(8).allSatisfy((name, summary) -> {
            assertThat(summary.rows()).isEqualTo(8);
            assertThat(summary.bytes()).isEqualTo(8L << 20);
        });
    }

    @Test
    void aFailedCommitIsToldAndTheNextOneWorks() throws Exception {
        streams.appendDurably(List.of(entry(A, 1, "x")));
        sql("CREATE TRIGGER refuse BEFORE INSERT ON entry BEGIN SELECT RAISE(ABORT, 'refused by the test'); END");
        assertThatThrownBy(() -> streams.appendDurably(List.of(entry(A, 1, "y"), entry(B, 1, "z"))))
                .isInstanceOf(StoreException.class).hasMessageContaining("refused by the test");
        sql("DROP TRIGGER refuse");
        streams.appendDurably(List.of(entry(A, 1, "v"), entry(B, 1, "w")));
        assertThat(all(GROUP)).containsExactly("x", "v", "w");
    }

    private void sql(String statement) throws SQLException {
        try (var connection = DriverManager.getConnection("jdbc:sqlite:" + folder.path().resolve("streams.db"));
                var s = connection.createStatement()) {
            s.execute(statement);
        }
    }

    @Test
    void closedStreamsRefuse() {
        streams.close();
        assertThatThrownBy(() -> streams.append(List.of(entry(A, 1, "x")))).isInstanceOf(StoreException.class);
    }
}
