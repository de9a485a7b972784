package dev.remora.sharing;

import java.util.AbstractSet;
import java.util.Collection;
import java.util.Iterator;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** An immutable sorted set, of the same making as {@link SharedMap}. */
public final class SharedSet<E extends Comparable<? super E>> extends AbstractSet<E> {
    private static final SharedSet<?> EMPTY = new SharedSet<>(SharedMap.<String, Boolean>empty());

    private final SharedMap<E, Boolean> elements;

    private SharedSet(SharedMap<E, Boolean> elements) {
        this.elements = elements;
    }

    @SuppressWarnings("unchecked") // it holds nothing
    public static <E extends Comparable<? super E>> SharedSet<E> empty() {
        return (SharedSet<E>) EMPTY;
    }

    /** The set itself if it is one of these. */
    public static <E extends Comparable<? super E>> SharedSet<E> copyOf(Collection<E> elements) {
        if (elements instanceof SharedSet<E> shared) {
            return shared;
        }
        var all = new TreeMap<E, Boolean>();
        elements.forEach(element -> all.put(element, true));
        return of(SharedMap.copyOf(all));
    }

    private static <E extends Comparable<? super E>> SharedSet<E> of(SharedMap<E, Boolean> elements) {
        return elements.isEmpty() ? empty() : new SharedSet<>(elements);
    }

    @Override
    public int size() {
        return elements.size();
    }

    @Override
    public boolean contains(@Nullable Object element) {
        return elements.containsKey(element);
    }

    /** This set itself if it holds the element. */
    public SharedSet<E> plus(E element) {
        SharedMap<E, Boolean> with = elements.plus(element, true);
        return with == elements ? this : of(with);
    }

    /** This set itself if it does not hold the element. */
    public SharedSet<E> minus(E element) {
        SharedMap<E, Boolean> without = elements.minus(element);
        return without == elements ? this : of(without);
    }

    /** The elements from {@code from} on, but before {@code to}. */
    public SharedSet<E> range(E from, E to) {
        return of(elements.range(from, to));
    }

    /** The elements from {@code element} on. */
    public SharedSet<E> from(E element) {
        return of(elements.from(element));
    }

    /** The least element; empty if there is none. */
    public Optional<E> first() {
        return elements.first();
    }

    /** Tells what the first set alone holds and what the second one alone holds, each in its order. */
    public static <E extends Comparable<? super E>> void differences(
            SharedSet<E> before, SharedSet<E> after, Consumer<? super E> gone, Consumer<? super E> come) {
        SharedMap.differences(before.elements, after.elements, (element, had, has) -> {
            if (has == null) {
                gone.accept(element);
            } else {
                come.accept(element);
            }
        });
    }

    @Override
    public Iterator<E> iterator() {
        return elements.keySet().iterator();
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof SharedSet<?> set ? elements.equals(set.elements) : super.equals(other);
    }

    @Override
    public int hashCode() {
        return super.hashCode();
    }
}
