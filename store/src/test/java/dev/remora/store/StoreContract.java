package dev.remora.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What every {@link Store} must do; a test class for each implementation extends it. */
@Timeout(180)
abstract class StoreContract {
    record Animal(String name, int legs, Set<String> food) {}

    record Counter(int value) {}

    sealed interface Shape {
        record Circle(double radius) implements Shape {}

        record Nothing() implements Shape {}

        sealed interface Polygon extends Shape {
            record Square(double side, Optional<Shape> inside) implements Polygon {}
        }
    }

    enum Colour {
        RED,
        BLUE
    }

    record Everything(
            String text, int number, long big, boolean flag, Optional<String> maybe, Optional<Integer> none, Instant time,
            Duration duration, Set<String> set, List<Shape> shapes, Map<String, String> tags, Colour colour, Counter nested,
            Shape shape, Shape.Circle exactly, byte[] bytes) {
        public String getDerived() {
            return "derived from " + text;
        }

        public boolean isEmpty() {
            return text.isEmpty();
        }
    }

    static final Kind<Animal> ANIMALS = Kind.of("test.animal", Animal.class)
            .index("legs", a -> List.of(Integer.toString(a.legs())))
            .index("food", Animal::food);
    static final Kind<Counter> COUNTERS = Kind.of("test.counter", Counter.class);
    static final Kind<Everything> EVERYTHING = Kind.of("test.everything", Everything.class);
    static final List<Kind<?>> KINDS = List.of(ANIMALS, COUNTERS, EVERYTHING);
    static final Scope HERE = new Scope("000000000000", "eu-central-1");
    static final Scope THERE = new Scope("111111111111", "eu-central-1");

    static final Animal HEN = new Animal("hen", 2, Set.of("corn", "worms"));
    static final Animal CAT = new Animal("cat", 4, Set.of("mice"));
    static final Animal DOG = new Animal("dog", 4, Set.of("mice", "corn"));

    Store store;

    /** Opens the store; a second call, after closing, opens the same one again. */
    abstract Store open();

    @BeforeEach
    void openIt() {
        store = open();
    }

    @AfterEach
    void closeIt() {
        store.close();
    }

    void reopen() {
        store.close();
        store = open();
    }

    void put(Animal... animals) {
        store.write(t -> {
            for (Animal a : animals) {
                t.put(ANIMALS, HERE, a.name(), a);
            }
            return null;
        });
    }

    @Test
    void readsWhatWasWritten() {
        put(HEN, CAT);
        assertThat(store.view().get(ANIMALS, HERE, "hen")).contains(HEN);
        assertThat(store.view().get(ANIMALS, HERE, "cow")).isEmpty();
        assertThat(store.view().get(ANIMALS, THERE, "hen")).isEmpty();
        assertThat(store.view().all(ANIMALS, HERE)).containsExactly(CAT, HEN);
        assertThat(store.view().count(ANIMALS, HERE)).isEqualTo(2);
        assertThat(store.view().count(ANIMALS, THERE)).isZero();
    }

    @Test
    void keepsDocumentsAndRevisionWhenOpenedAgain() {
        put(HEN, CAT, DOG);
        store.write(t -> {
            t.delete(ANIMALS, HERE, "cat");
            t.put(ANIMALS, THERE, "hen", new Animal("hen", 3, Set.of()));
            return null;
        });
        long revision = store.view().revision();
        reopen();
        assertThat(store.view().revision()).isEqualTo(revision).isEqualTo(2);
        assertThat(store.view().all(ANIMALS, HERE)).containsExactly(DOG, HEN);
        assertThat(store.view().find(ANIMALS, HERE, "food", "corn")).containsExactly(DOG, HEN);
        assertThat(store.view().scopes(ANIMALS)).containsExactly(HERE, THERE);
        assertThat(store.view().scopes(COUNTERS)).isEmpty();
    }

    @Test
    void pagesInTheOrderOfIds() {
        store.write(t -> {
            IntStream.range(0, 100).forEach(i -> t.put(COUNTERS, HERE, "c%02d".formatted(i), new Counter(i)));
            return null;
        });
        assertThat(store.view().page(COUNTERS, HERE, "", 2)).containsExactly(new Counter(0), new Counter(1));
        assertThat(store.view().page(COUNTERS, HERE, "c01", 2)).containsExactly(new Counter(2), new Counter(3));
        assertThat(store.view().page(COUNTERS, HERE, "c97x", 5)).containsExactly(new Counter(98), new Counter(99));
        assertThat(store.view().page(COUNTERS, HERE, "c99", 5)).isEmpty();
        assertThat(store.view().page(COUNTERS, THERE, "", 5)).isEmpty();
    }

    @Test
    void indexesFollowChanges() {
        put(HEN, CAT, DOG);
        assertThat(store.view().find(ANIMALS, HERE, "legs", "4")).containsExactly(CAT, DOG);
        assertThat(store.view().count(ANIMALS, HERE, "legs", "4")).isEqualTo(2);
        assertThat(store.view().find(ANIMALS, HERE, "food", "mice")).containsExactly(CAT, DOG);
        var tripod = new Animal("dog", 3, Set.of("corn"));
        put(tripod);
        assertThat(store.view().find(ANIMALS, HERE, "legs", "4")).containsExactly(CAT);
        assertThat(store.view().find(ANIMALS, HERE, "food", "mice")).containsExactly(CAT);
        assertThat(store.view().find(ANIMALS, HERE, "food", "corn")).containsExactly(tripod, HEN);
        store.write(t -> {
            t.delete(ANIMALS, HERE, "hen");
            return null;
        });
        assertThat(store.view().find(ANIMALS, HERE, "food", "corn")).containsExactly(tripod);
        assertThat(store.view().find(ANIMALS, HERE, "food", "")).isEmpty();
        assertThat(store.view().any(ANIMALS, HERE, "food", "corn")).isTrue();
        assertThat(store.view().count(ANIMALS, HERE, "food", "corn")).isEqualTo(1);
        assertThat(store.view().count(ANIMALS, HERE, "food", "cor")).isZero();
        assertThat(store.view().count(ANIMALS, THERE, "food", "corn")).isZero();
        assertThat(store.view().any(ANIMALS, HERE, "food", "cor")).isFalse();
        assertThat(store.view().any(ANIMALS, HERE, "food", "zz")).isFalse();
        assertThatThrownBy(() -> store.view().any(ANIMALS, HERE, "colour", "red")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> store.view().find(ANIMALS, HERE, "colour", "red")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aViewDoesNotChange() {
        put(HEN);
        View before = store.view();
        put(CAT);
        assertThat(before.all(ANIMALS, HERE)).containsExactly(HEN);
        assertThat(store.view().all(ANIMALS, HERE)).containsExactly(CAT, HEN);
    }

    @Test
    void aTransactionSeesItsOwnWrites() {
        List<Animal> seen = store.write(t -> {
            t.put(ANIMALS, HERE, "hen", HEN);
            t.put(ANIMALS, HERE, "cat", CAT);
            t.delete(ANIMALS, HERE, "hen");
            return t.find(ANIMALS, HERE, "food", "mice");
        });
        assertThat(seen).containsExactly(CAT);
        assertThat(store.view().all(ANIMALS, HERE)).containsExactly(CAT);
    }

    @Test
    void whatTheWorkThrowsUndoesItsWrites() {
        put(HEN);
        assertThatThrownBy(() -> store.write(t -> {
                    t.put(ANIMALS, HERE, "cat", CAT);
                    t.delete(ANIMALS, HERE, "hen");
                    throw new IllegalCallerException("no");
                }))
                .isInstanceOf(IllegalCallerException.class);
        assertThat(store.view().all(ANIMALS, HERE)).containsExactly(HEN);
        reopen();
        assertThat(store.view().all(ANIMALS, HERE)).containsExactly(HEN);
    }

    @Test
    void aTransactionEndsWithItsWork() {
        Transaction escaped = store.write(t -> t);
        assertThatThrownBy(() -> escaped.put(ANIMALS, HERE, "hen", HEN)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> escaped.all(ANIMALS, HERE)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> store.write(t -> store.write(u -> 1))).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void refusesAKindThatItWasNotOpenedWith() {
        var other = Kind.of("test.animal", Animal.class);
        assertThatThrownBy(() -> store.view().all(other, HERE)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> store.write(t -> {
                    t.put(other, HERE, "hen", HEN);
                    return null;
                }))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void whatChangesNothingIsNoTransaction() {
        put(HEN);
        long revision = store.view().revision();
        put(HEN);
        store.write(t -> {
            t.delete(ANIMALS, HERE, "cow");
            t.put(ANIMALS, HERE, "cat", CAT);
            t.delete(ANIMALS, HERE, "cat");
            return null;
        });
        assertThat(store.view().revision()).isEqualTo(revision);
    }

    @Test
    void everyTypeOfComponentSurvives() {
        var all = new Everything("täxt\n\u0000\"😀", -1, Long.MAX_VALUE, true, Optional.of("x"), Optional.empty(),
                Instant.parse("2026-11-23T08:00:00.123456789Z"), Duration.ofMillis(90_061_007), Set.of("b", "a"),
                List.of(new Shape.Circle(1.5), new Shape.Nothing(),
                        new Shape.Polygon.Square(2, Optional.of(new Shape.Circle(3)))),
                Map.of("Name", "value"), Colour.BLUE, new Counter(7), new Shape.Nothing(), new Shape.Circle(4),
                new byte[] {1, 2, -3});
        store.write(t -> {
            t.put(EVERYTHING, HERE, "e", all);
            return null;
        });
        reopen();
        assertThat(store.view().get(EVERYTHING, HERE, "e").orElseThrow()).usingRecursiveComparison().isEqualTo(all);
    }

    @Test
    void theFeedTellsEachTransactionOnceInOrder() throws Exception {
        put(HEN);
        var heard = new LinkedBlockingQueue<Change>();
        AutoCloseable following = store.follow(heard::add);
        put(CAT);
        store.write(t -> {
            t.put(ANIMALS, HERE, "hen", new Animal("hen", 3, Set.of()));
            t.delete(ANIMALS, HERE, "cat");
            return null;
        });
        Change first = heard.poll(10, TimeUnit.SECONDS);
        Change second = heard.poll(10, TimeUnit.SECONDS);
        following.close();
        put(DOG);
        store.close();
        assertThat(first).isEqualTo(new Change(2, List.of(
                new Change.Edit<>(ANIMALS, HERE, "cat", Optional.empty(), Optional.of(CAT)))));
        assertThat(second).isEqualTo(new Change(3, List.of(
                new Change.Edit<>(ANIMALS, HERE, "hen", Optional.of(HEN), Optional.of(new Animal("hen", 3, Set.of()))),
                new Change.Edit<>(ANIMALS, HERE, "cat", Optional.of(CAT), Optional.empty()))));
        assertThat(heard).isEmpty();
    }

    @Test
    void aFollowerReadsWhatItIsToldAndMayWriteAndFail() throws Exception {
        var seen = new LinkedBlockingQueue<Optional<Counter>>();
        store.follow(change -> {
            throw new IllegalCallerException("a follower that fails");
        });
        store.follow(change -> {
            if (change.edits().getFirst().kind() == ANIMALS) {
                store.write(t -> {
                    t.put(COUNTERS, HERE, "seen", new Counter(t.all(ANIMALS, HERE).size()));
                    return null;
                });
                seen.add(store.view().get(COUNTERS, HERE, "seen"));
            }
        });
        put(HEN);
        assertThat(seen.poll(60, TimeUnit.SECONDS)).contains(new Counter(1));
    }

    @Test
    void aSlowFollowerHearsEverythingBeforeTheStoreCloses() {
        var gate = new CountDownLatch(1);
        var heard = new ArrayList<Long>();
        store.follow(change -> {
            try {
                gate.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            heard.add(change.revision());
        });
        put(HEN);
        put(CAT);
        gate.countDown();
        store.close();
        assertThat(heard).containsExactly(1L, 2L);
    }

    @Test
    void transactionsOfManyThreadsAreSerial() throws Exception {
        int threads = 16;
        int each = 50;
        var told = new ArrayList<Change>();
        store.follow(told::add);
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            var runs = IntStream.range(0, threads).mapToObj(n -> executor.submit(() -> {
                for (int i = 0; i < each; i++) {
                    int mine = store.write(t -> {
                        int next = t.get(COUNTERS, HERE, "sum").map(Counter::value).orElse(0) + 1;
                        t.put(COUNTERS, HERE, "sum", new Counter(next));
                        t.put(COUNTERS, HERE, "sum-again", new Counter(next));
                        return next;
                    });
                    View view = store.view();
                    assertThat(view.get(COUNTERS, HERE, "sum").orElseThrow().value()).isGreaterThanOrEqualTo(mine);
                    assertThat(view.get(COUNTERS, HERE, "sum")).isEqualTo(view.get(COUNTERS, HERE, "sum-again"));
                }
                return null;
            })).toList();
            for (var run : runs) {
                run.get();
            }
        }
        reopen();
        assertThat(store.view().get(COUNTERS, HERE, "sum")).contains(new Counter(threads * each));
        assertThat(told).extracting(Change::revision)
                .containsExactlyElementsOf(IntStream.rangeClosed(1, threads * each).mapToObj(i -> (long) i).toList());
    }

    @Test
    void aClosedStoreRefusesWritesAndStillReads() {
        put(HEN);
        store.close();
        assertThatThrownBy(() -> put(CAT)).isInstanceOf(StoreException.class).hasMessage("the store is closed");
        assertThat(store.view().all(ANIMALS, HERE)).containsExactly(HEN);
    }
}
