package dev.remora.sharing;

import java.util.AbstractMap;
import java.util.AbstractSet;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * An immutable sorted map. A change gives a new map that shares all but the path to the change with the old one; a range is a
 * map of its own that shares all but its edges.
 *
 * <p>Because of what is shared, {@link #differences} between a map and one that was made from it costs what was changed, and so
 * does {@link #equals}: a part that both hold is not looked into. Of two maps that were made apart, all of both is compared.
 * That is what the JDK's collections and other libraries' persistent ones do not offer, and why this class is here.
 *
 * <p>A tree balanced by weight: of two siblings none is more than {@value #DELTA} times as heavy as the other (Adams,
 * "Efficient sets: a balancing act", 1993, with the factors proved by Hirai and Yamamoto, 2011). Its size is in each node, so
 * that counting a range walks through nothing. Trees that hold the same need not have the same shape; a comparison splits one
 * of them along the other.
 *
 * <p>An immutable {@link Map} in every other respect; keys are compared, never hashed, and neither they nor values are null.
 */
public final class SharedMap<K extends Comparable<? super K>, V> extends AbstractMap<K, V> {
    private static final int DELTA = 3;
    private static final int RATIO = 2;
    private static final SharedMap<?, ?> EMPTY = new SharedMap<String, Object>(null);

    /** Its own entry, so that going through a map makes nothing. */
    private static final class Node<K, V> implements Map.Entry<K, V> {
        private final K key;
        private final V value;
        private final @Nullable Node<K, V> left;
        private final @Nullable Node<K, V> right;
        private final int size;

        Node(K key, V value, @Nullable Node<K, V> left, @Nullable Node<K, V> right) {
            this.key = key;
            this.value = value;
            this.left = left;
            this.right = right;
            this.size = size(left) + 1 + size(right);
        }

        @Override
        public K getKey() {
            return key;
        }

        @Override
        public V getValue() {
            return value;
        }

        @Override
        public V setValue(V never) {
            throw new UnsupportedOperationException();
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Map.Entry<?, ?> entry && key.equals(entry.getKey()) && value.equals(entry.getValue());
        }

        @Override
        public int hashCode() {
            return key.hashCode() ^ value.hashCode();
        }

        @Override
        public String toString() {
            return key + "=" + value;
        }
    }

    /** A map in three parts: what is before a key, its value, what is behind it. */
    private record Split<K, V>(@Nullable Node<K, V> left, @Nullable V value, @Nullable Node<K, V> right) {}

    /** Told of each key that two maps do not hold alike. */
    public interface Difference<K, V> {
        /**
         * @param before null if the first map does not hold the key
         * @param after null if the second one does not
         */
        void is(K key, @Nullable V before, @Nullable V after);
    }

    private final @Nullable Node<K, V> root;

    private SharedMap(@Nullable Node<K, V> root) {
        this.root = root;
    }

    @SuppressWarnings("unchecked") // it holds nothing
    public static <K extends Comparable<? super K>, V> SharedMap<K, V> empty() {
        return (SharedMap<K, V>) EMPTY;
    }

    /** The map itself if it is one of these. */
    public static <K extends Comparable<? super K>, V> SharedMap<K, V> copyOf(Map<K, V> map) {
        if (map instanceof SharedMap<K, V> shared) {
            return shared;
        }
        if (map.isEmpty()) {
            return empty();
        }
        SortedMap<K, V> sorted = map instanceof TreeMap<K, V> tree && tree.comparator() == null ? tree : new TreeMap<>(map);
        List<Map.Entry<K, V>> entries = new ArrayList<>(sorted.entrySet());
        return of(balanced(entries, 0, entries.size()));
    }

    private static <K, V> @Nullable Node<K, V> balanced(List<Map.Entry<K, V>> entries, int from, int to) {
        if (from == to) {
            return null;
        }
        int middle = (from + to) >>> 1;
        Map.Entry<K, V> entry = entries.get(middle);
        return node(
                Objects.requireNonNull(entry.getKey()), Objects.requireNonNull(entry.getValue()),
                balanced(entries, from, middle), balanced(entries, middle + 1, to));
    }

    private static <K extends Comparable<? super K>, V> SharedMap<K, V> of(@Nullable Node<K, V> root) {
        return root == null ? empty() : new SharedMap<>(root);
    }

    @Override
    public int size() {
        return size(root);
    }

    @Override
    @SuppressWarnings("unchecked") // as TreeMap: a key of another type is a ClassCastException
    public @Nullable V get(@Nullable Object key) {
        K wanted = (K) Objects.requireNonNull(key);
        Node<K, V> node = root;
        while (node != null) {
            int order = wanted.compareTo(node.key);
            if (order == 0) {
                return node.value;
            }
            node = order < 0 ? node.left : node.right;
        }
        return null;
    }

    @Override
    public boolean containsKey(@Nullable Object key) {
        return get(key) != null;
    }

    public Optional<V> find(K key) {
        return Optional.ofNullable(get(key));
    }

    /** This map itself if it holds an equal value for the key. */
    public SharedMap<K, V> plus(K key, V value) {
        Node<K, V> with = insert(root, key, value);
        return with == root ? this : of(with);
    }

    /** This map itself if it does not hold the key. */
    public SharedMap<K, V> minus(K key) {
        Node<K, V> without = delete(root, key);
        return without == root ? this : of(without);
    }

    /** {@link #plus}, or {@link #minus} without a value. */
    public SharedMap<K, V> with(K key, @Nullable V value) {
        return value == null ? minus(key) : plus(key, value);
    }

    /** The keys from {@code from} on, but before {@code to}. */
    public SharedMap<K, V> range(K from, K to) {
        return from(from).before(to);
    }

    /** The keys from {@code key} on. */
    public SharedMap<K, V> from(K key) {
        Split<K, V> split = split(root, key);
        return of(split.value == null ? split.right : link(key, split.value, null, split.right));
    }

    /** The keys before {@code key}. */
    public SharedMap<K, V> before(K key) {
        return of(split(root, key).left);
    }

    /** The keys after {@code key}. */
    public SharedMap<K, V> after(K key) {
        return of(split(root, key).right);
    }

    /** The least key; empty if there is none. */
    public Optional<K> first() {
        Node<K, V> node = root;
        if (node == null) {
            return Optional.empty();
        }
        while (node.left != null) {
            node = node.left;
        }
        return Optional.of(node.key);
    }

    /** Tells of each key whose values are not equal, or that only one of the maps holds, in the order of the keys. */
    public static <K extends Comparable<? super K>, V> void differences(
            SharedMap<K, V> before, SharedMap<K, V> after, Difference<? super K, ? super V> to) {
        differ(before.root, after.root, to);
    }

    private static <K extends Comparable<? super K>, V> void differ(
            @Nullable Node<K, V> before, @Nullable Node<K, V> after, Difference<? super K, ? super V> to) {
        if (before == after) {
            return;
        }
        if (before == null) {
            each(after, (key, value) -> to.is(key, null, value));
        } else if (after == null) {
            each(before, (key, value) -> to.is(key, value, null));
        } else {
            Split<K, V> other = split(after, before.key);
            differ(before.left, other.left, to);
            if (before.value != other.value && !before.value.equals(other.value)) {
                to.is(before.key, before.value, other.value);
            }
            differ(before.right, other.right, to);
        }
    }

    private static <K extends Comparable<? super K>, V> boolean same(@Nullable Node<K, V> one, @Nullable Node<K, V> other) {
        if (one == other) {
            return true;
        }
        if (one == null || other == null || one.size != other.size) {
            return false;
        }
        Split<K, V> split = split(other, one.key);
        return (one.value == split.value || one.value.equals(split.value))
                && same(one.left, split.left)
                && same(one.right, split.right);
    }

    @Override
    public void forEach(BiConsumer<? super K, ? super V> action) {
        each(root, action);
    }

    private static <K, V> void each(@Nullable Node<K, V> node, BiConsumer<? super K, ? super V> action) {
        if (node != null) {
            each(node.left, action);
            action.accept(node.key, node.value);
            each(node.right, action);
        }
    }

    @Override
    @SuppressWarnings("unchecked") // a map whose keys are of another type is not equal, or a ClassCastException as of TreeMap
    public boolean equals(@Nullable Object other) {
        return other instanceof SharedMap<?, ?> map ? same(root, ((SharedMap<K, V>) map).root) : super.equals(other);
    }

    @Override
    public int hashCode() {
        return super.hashCode();
    }

    @Override
    public Set<Entry<K, V>> entrySet() {
        return new AbstractSet<>() {
            @Override
            public int size() {
                return SharedMap.this.size();
            }

            @Override
            public Iterator<Entry<K, V>> iterator() {
                return new InOrder<>(root);
            }
        };
    }

    private static final class InOrder<K, V> implements Iterator<Entry<K, V>> {
        private final Deque<Node<K, V>> next = new ArrayDeque<>();

        InOrder(@Nullable Node<K, V> root) {
            descend(root);
        }

        private void descend(@Nullable Node<K, V> from) {
            for (Node<K, V> node = from; node != null; node = node.left) {
                next.push(node);
            }
        }

        @Override
        public boolean hasNext() {
            return !next.isEmpty();
        }

        @Override
        public Entry<K, V> next() {
            if (next.isEmpty()) {
                throw new NoSuchElementException();
            }
            Node<K, V> node = next.pop();
            descend(node.right);
            return node;
        }
    }

    private static int size(@Nullable Node<?, ?> node) {
        return node == null ? 0 : node.size;
    }

    private static <K, V> Node<K, V> node(K key, V value, @Nullable Node<K, V> left, @Nullable Node<K, V> right) {
        return new Node<>(key, value, left, right);
    }

    private static <K extends Comparable<? super K>, V> Node<K, V> insert(@Nullable Node<K, V> node, K key, V value) {
        if (node == null) {
            return node(Objects.requireNonNull(key), Objects.requireNonNull(value), null, null);
        }
        int order = key.compareTo(node.key);
        if (order == 0) {
            return node.value == value || node.value.equals(value)
                    ? node
                    : new Node<>(node.key, value, node.left, node.right);
        }
        if (order < 0) {
            Node<K, V> left = insert(node.left, key, value);
            return left == node.left ? node : balance(node.key, node.value, left, node.right);
        }
        Node<K, V> right = insert(node.right, key, value);
        return right == node.right ? node : balance(node.key, node.value, node.left, right);
    }

    private static <K extends Comparable<? super K>, V> @Nullable Node<K, V> delete(@Nullable Node<K, V> node, K key) {
        if (node == null) {
            return null;
        }
        int order = key.compareTo(node.key);
        if (order == 0) {
            return join(node.left, node.right);
        }
        if (order < 0) {
            Node<K, V> left = delete(node.left, key);
            return left == node.left ? node : balance(node.key, node.value, left, node.right);
        }
        Node<K, V> right = delete(node.right, key);
        return right == node.right ? node : balance(node.key, node.value, node.left, right);
    }

    /** Two siblings as one tree. */
    private static <K, V> @Nullable Node<K, V> join(@Nullable Node<K, V> left, @Nullable Node<K, V> right) {
        if (left == null) {
            return right;
        }
        if (right == null) {
            return left;
        }
        Node<K, V> least = right;
        while (least.left != null) {
            least = least.left;
        }
        return balance(least.key, least.value, left, withoutFirst(right));
    }

    private static <K, V> @Nullable Node<K, V> withoutFirst(Node<K, V> node) {
        return node.left == null ? node.right : balance(node.key, node.value, withoutFirst(node.left), node.right);
    }

    /** A tree of an entry and two trees around it, of which one has one entry too many or too few at most. */
    private static <K, V> Node<K, V> balance(K key, V value, @Nullable Node<K, V> left, @Nullable Node<K, V> right) {
        if (size(left) + size(right) > 1) {
            if (right != null && size(right) > DELTA * size(left)) {
                return size(right.left) < RATIO * size(right.right)
                        ? node(right.key, right.value, node(key, value, left, right.left), right.right)
                        : doubleLeft(key, value, left, right, Objects.requireNonNull(right.left));
            }
            if (left != null && size(left) > DELTA * size(right)) {
                return size(left.right) < RATIO * size(left.left)
                        ? node(left.key, left.value, left.left, node(key, value, left.right, right))
                        : doubleRight(key, value, left, Objects.requireNonNull(left.right), right);
            }
        }
        return node(key, value, left, right);
    }

    private static <K, V> Node<K, V> doubleLeft(
            K key, V value, @Nullable Node<K, V> left, Node<K, V> right, Node<K, V> middle) {
        return node(
                middle.key, middle.value,
                node(key, value, left, middle.left),
                node(right.key, right.value, middle.right, right.right));
    }

    private static <K, V> Node<K, V> doubleRight(
            K key, V value, Node<K, V> left, Node<K, V> middle, @Nullable Node<K, V> right) {
        return node(
                middle.key, middle.value,
                node(left.key, left.value, left.left, middle.left),
                node(key, value, middle.right, right));
    }

    /** A tree of an entry and two trees around it, of whatever sizes. */
    private static <K extends Comparable<? super K>, V> Node<K, V> link(
            K key, V value, @Nullable Node<K, V> left, @Nullable Node<K, V> right) {
        if (left == null) {
            return insert(right, key, value);
        }
        if (right == null) {
            return insert(left, key, value);
        }
        if (DELTA * left.size < right.size) {
            return balance(right.key, right.value, link(key, value, left, right.left), right.right);
        }
        if (DELTA * right.size < left.size) {
            return balance(left.key, left.value, left.left, link(key, value, left.right, right));
        }
        return node(key, value, left, right);
    }

    private static <K extends Comparable<? super K>, V> Split<K, V> split(@Nullable Node<K, V> node, K key) {
        if (node == null) {
            return new Split<>(null, null, null);
        }
        int order = key.compareTo(node.key);
        if (order == 0) {
            return new Split<>(node.left, node.value, node.right);
        }
        if (order < 0) {
            Split<K, V> split = split(node.left, key);
            Node<K, V> right = split.right == node.left ? node : link(node.key, node.value, split.right, node.right);
            return new Split<>(split.left, split.value, right);
        }
        Split<K, V> split = split(node.right, key);
        Node<K, V> left = split.left == node.right ? node : link(node.key, node.value, node.left, split.left);
        return new Split<>(left, split.value, split.right);
    }
}
