package dev.remora.sharing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class SharedMapTest {
    private static final int KEYS = 300;

    /** A key that counts how often it is compared. */
    private record Counted(int number, int[] comparisons) implements Comparable<Counted> {
        @Override
        public int compareTo(Counted other) {
            comparisons[0]++;
            return Integer.compare(number, other.number);
        }
    }

    @Test
    void holdsWhatASortedMapHolds() {
        var random = new Random(1);
        var expected = new TreeMap<Integer, Integer>();
        SharedMap<Integer, Integer> map = SharedMap.empty();
        for (int i = 0; i < 20_000; i++) {
            int key = random.nextInt(KEYS);
            if (random.nextInt(5) < 2) {
                expected.remove(key);
                map = map.minus(key);
            } else {
                expected.put(key, i);
                map = map.plus(key, i);
            }
            int from = random.nextInt(KEYS);
            int to = from + random.nextInt(KEYS);
            assertThat(map.get(from)).isEqualTo(expected.get(from));
            assertThat(map).hasSize(expected.size());
            if (i % 50 == 0) {
                assertThat(map.entrySet()).containsExactlyElementsOf(expected.entrySet());
                assertThat(map.range(from, to).entrySet()).containsExactlyElementsOf(expected.subMap(from, to).entrySet());
                assertThat(map.after(from).entrySet())
                        .containsExactlyElementsOf(expected.tailMap(from, false).entrySet());
                assertThat(map).isEqualTo(expected).isEqualTo(SharedMap.copyOf(expected));
                assertThat(map.first()).isEqualTo(expected.keySet().stream().findFirst());
            }
        }
    }

    @Test
    void tellsWhatIsDifferent() {
        var random = new Random(2);
        for (int round = 0; round < 500; round++) {
            SharedMap<Integer, Integer> before = SharedMap.copyOf(some(random));
            SharedMap<Integer, Integer> after = before;
            for (int change = random.nextInt(30); change > 0; change--) {
                int key = random.nextInt(KEYS);
                after = random.nextBoolean() ? after.minus(key) : after.plus(key, random.nextInt(3));
            }
            if (random.nextInt(4) == 0) {
                after = SharedMap.copyOf(some(random));
            }
            assertThat(told(before, after)).isEqualTo(expected(before, after));
            assertThat(before.equals(after)).isEqualTo(expected(before, after).isEmpty());
        }
    }

    private static Map<Integer, Integer> some(Random random) {
        var map = new TreeMap<Integer, Integer>();
        for (int i = random.nextInt(KEYS); i > 0; i--) {
            map.put(random.nextInt(KEYS), random.nextInt(3));
        }
        return map;
    }

    private static List<String> told(SharedMap<Integer, Integer> before, SharedMap<Integer, Integer> after) {
        var told = new ArrayList<String>();
        SharedMap.differences(before, after, (key, had, has) -> told.add(key + ":" + had + ">" + has));
        return told;
    }

    private static List<String> expected(Map<Integer, Integer> before, Map<Integer, Integer> after) {
        var keys = new TreeMap<Integer, Integer>(before);
        keys.putAll(after);
        return keys.keySet().stream()
                .filter(key -> !java.util.Objects.equals(before.get(key), after.get(key)))
                .map(key -> key + ":" + before.get(key) + ">" + after.get(key))
                .toList();
    }

    @Test
    void comparesNoMoreThanWasChanged() {
        int[] comparisons = {0};
        SharedMap<Counted, Integer> map = SharedMap.empty();
        for (int i = 0; i < 100_000; i++) {
            map = map.plus(new Counted(i, comparisons), i);
        }
        SharedMap<Counted, Integer> changed = map.minus(new Counted(50, comparisons))
                .plus(new Counted(99_000, comparisons), -1)
                .plus(new Counted(100_000, comparisons), 1);
        var told = new ArrayList<Integer>();
        comparisons[0] = 0;
        SharedMap.differences(map, changed, (key, had, has) -> told.add(key.number()));
        assertThat(told).containsExactly(50, 99_000, 100_000);
        assertThat(map.equals(changed)).isFalse();
        assertThat(comparisons[0]).isLessThan(500);
        comparisons[0] = 0;
        assertThat(map.equals(changed.plus(new Counted(50, comparisons), 50)
                        .plus(new Counted(99_000, comparisons), 99_000)
                        .minus(new Counted(100_000, comparisons))))
                .isTrue();
        assertThat(comparisons[0]).isLessThan(500);
    }

    @Test
    void staysBalanced() {
        SharedMap<Integer, Integer> map = SharedMap.empty();
        for (int i = 0; i < 1_000_000; i++) {
            map = map.plus(i, i);
        }
        for (int i = 0; i < 990_000; i++) {
            map = map.minus(i);
        }
        assertThat(map).hasSize(10_000);
        assertThat(map.before(995_000)).hasSize(5_000);
    }

    @Test
    void isItselfWhereNothingChanges() {
        SharedMap<String, String> map = SharedMap.copyOf(Map.of("a", "1", "b", "2"));
        assertThat(map.plus("a", "1")).isSameAs(map);
        assertThat(map.minus("c")).isSameAs(map);
        assertThat(SharedMap.copyOf(map)).isSameAs(map);
        assertThatThrownBy(() -> map.put("c", "3")).isInstanceOf(UnsupportedOperationException.class);
    }

    @Test
    void setsTellWhatCameAndWent() {
        SharedSet<String> before = SharedSet.copyOf(List.of("a", "b", "c"));
        var gone = new ArrayList<String>();
        var come = new ArrayList<String>();
        SharedSet.differences(before, before.minus("b").plus("d"), gone::add, come::add);
        assertThat(gone).containsExactly("b");
        assertThat(come).containsExactly("d");
        assertThat(before.range("b", "d")).containsExactly("b", "c");
        assertThat(before.plus("a")).isSameAs(before).isEqualTo(java.util.Set.of("c", "b", "a"));
    }
}
