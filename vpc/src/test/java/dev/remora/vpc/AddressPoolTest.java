package dev.remora.vpc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remora.net.Cidr;
import dev.remora.net.Ipv4;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class AddressPoolTest {
    private static final Cidr SMALL = Cidr.parse("10.0.0.16/28");

    @Test
    void five_addresses_of_a_block_are_reserved() {
        assertThat(AddressPool.UNUSED.free(SMALL)).isEqualTo(11);
        assertThat(AddressPool.UNUSED.free(Cidr.parse("10.0.1.0/24"))).isEqualTo(251);
        assertThat(AddressPool.usable(SMALL, Ipv4.parse("10.0.0.19"))).isFalse();
        assertThat(AddressPool.usable(SMALL, Ipv4.parse("10.0.0.20"))).isTrue();
        assertThat(AddressPool.usable(SMALL, Ipv4.parse("10.0.0.30"))).isTrue();
        assertThat(AddressPool.usable(SMALL, Ipv4.parse("10.0.0.31"))).isFalse();
        assertThat(AddressPool.usable(SMALL, Ipv4.parse("10.0.0.32"))).isFalse();
    }

    @Test
    void it_gives_every_usable_address_once_and_then_none() {
        var taken = new HashSet<Ipv4>();
        AddressPool pool = fill(AddressPool.UNUSED, taken, 11);

        assertThat(taken).hasSize(11).allMatch(a -> AddressPool.usable(SMALL, a));
        assertThat(pool.free(SMALL)).isZero();
        assertThat(pool.find(SMALL, taken::contains)).isEmpty();
    }

    @Test
    void an_address_given_back_is_the_last_to_be_given_again() {
        var taken = new HashSet<Ipv4>();
        AddressPool pool = fill(AddressPool.UNUSED, taken, 2);
        Ipv4 first = Ipv4.parse("10.0.0.20");
        taken.remove(first);
        pool = pool.giveBack();

        pool = fill(pool, taken, 9);
        assertThat(taken).doesNotContain(first);
        fill(pool, taken, 1);
        assertThat(taken).contains(first).hasSize(11);
    }

    @Test
    void a_chosen_address_leaves_the_search_where_it_was() {
        AddressPool pool = AddressPool.UNUSED.takeChosen();
        assertThat(pool.find(SMALL, a -> false)).contains(Ipv4.parse("10.0.0.20"));
        assertThat(pool.free(SMALL)).isEqualTo(10);
    }

    @Test
    void a_busy_wide_block_is_searched_in_one_step() {
        Cidr wide = Cidr.parse("10.1.0.0/16");
        var asked = new AtomicInteger();
        AddressPool pool = AddressPool.UNUSED;
        for (int i = 0; i < 20_000; i++) {
            Ipv4 next = pool.find(wide, a -> asked.incrementAndGet() < 0).orElseThrow();
            pool = pool.take(wide, next);
        }
        assertThat(asked).hasValue(20_000);
    }

    private static AddressPool fill(AddressPool pool, Set<Ipv4> taken, int count) {
        for (int i = 0; i < count; i++) {
            Ipv4 next = pool.find(SMALL, taken::contains).orElseThrow();
            assertThat(taken.add(next)).isTrue();
            pool = pool.take(SMALL, next);
        }
        return pool;
    }
}
