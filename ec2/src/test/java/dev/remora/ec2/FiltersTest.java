package dev.remora.ec2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.services.ec2.model.Filter;

class FiltersTest {
    private static final Filters<String> FILTERS = new Filters<String>()
            .on("name", s -> s)
            .indexed("name", "by-name")
            .onAny("letter", s -> List.of(s.split("")));

    private static Filter filter(String name, String... values) {
        return Filter.builder().name(name).values(values).build();
    }

    private static boolean passes(String value, Filter... filters) {
        return FILTERS.matching(List.of(filters)).test(value);
    }

    @ParameterizedTest
    @CsvSource({
        "web,web,true",
        "web,Web,false",
        "w*,web,true",
        "*,web,true",
        "w?b,web,true",
        "w?b,wb,false",
        "*e*,web,true",
        "w\\*,w*,true",
        "w\\*,web,false",
        "a.c,abc,false",
        "[a],a,false",
        "\\,\\,true"
    })
    void wildcards(String pattern, String value, boolean passes) {
        assertThat(passes(value, filter("name", pattern))).isEqualTo(passes);
    }

    @Test
    void many_wildcards_are_matched_at_once() {
        String value = "a".repeat(255);
        assertThat(passes(value, filter("name", "*a".repeat(100) + "*b"))).isFalse();
        assertThat(passes(value, filter("name", "*a".repeat(20_000)))).isFalse();
        assertThat(passes(value, filter("name", "*a".repeat(255)))).isTrue();
    }

    @Test
    void values_are_or_and_names_are_and() {
        assertThat(passes("web", filter("name", "db", "web"))).isTrue();
        assertThat(passes("web", filter("name", "web"), filter("letter", "x"))).isFalse();
        assertThat(passes("web", filter("name", "web"), filter("letter", "x", "e"))).isTrue();
        assertThat(passes("web")).isTrue();
    }

    @Test
    void an_unknown_filter_is_refused_by_name() {
        assertThatThrownBy(() -> passes("web", filter("colour", "red")))
                .hasToString("InvalidParameterValue: The filter 'colour' is invalid");
        assertThatThrownBy(() -> passes("web", filter("tag:colour", "red")))
                .hasToString("InvalidParameterValue: The filter 'tag:colour' is invalid");
    }

    @Test
    void too_many_values_are_refused() {
        String[] values = Collections.nCopies(Filters.MAX_VALUES + 1, "x").toArray(String[]::new);
        assertThatThrownBy(() -> passes("web", filter("name", values)))
                .hasToString("FilterLimitExceeded: The maximum number of filter values specified on a single call is 200");
    }

    @Test
    void an_index_serves_exact_values_only() {
        assertThat(FILTERS.lookup(List.of(filter("letter", "a"), filter("name", "a", "b"))))
                .hasValueSatisfying(l -> assertThat(l.keys()).containsExactlyInAnyOrder("a", "b"));
        assertThat(FILTERS.lookup(List.of(filter("name", "a*")))).isEmpty();
        assertThat(FILTERS.lookup(List.of(filter("letter", "a")))).isEmpty();
    }
}
