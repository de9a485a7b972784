package dev.remora.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class PageTest {
    private static final Supplier<AwsError> INVALID = () -> new AwsError("InvalidToken", 400, "no token of ours");

    private static Page<String> page(List<String> items, String token) {
        return Page.of(items, Function.identity(), token, 2, INVALID);
    }

    @Test
    void pagesAreInTheOrderOfIdsAndEndWithoutAToken() {
        List<String> items = List.of("e", "c", "a", "d", "b");
        Page<String> first = page(items, "");
        assertThat(first.items()).containsExactly("a", "b");
        Page<String> second = page(items, first.nextToken().orElseThrow());
        assertThat(second.items()).containsExactly("c", "d");
        Page<String> third = page(items, second.nextToken().orElseThrow());
        assertThat(third.items()).containsExactly("e");
        assertThat(third.nextToken()).isEmpty();
    }

    @Test
    void deletingTheLastItemOfAPageLosesNothing() {
        String token = page(List.of("a", "b", "c", "d"), null).nextToken().orElseThrow();
        assertThat(page(List.of("a", "c", "d"), token).items()).containsExactly("c", "d");
    }

    @Test
    void aPageThatIsJustFullHasNoToken() {
        assertThat(page(List.of("a", "b"), null).nextToken()).isEmpty();
        assertThat(page(List.of(), null).items()).isEmpty();
    }

    @Test
    void aTokenOfSomebodyElseIsTheServicesError() {
        for (String token : List.of("%%%", "Zm9v", "x".repeat(5000))) {
            assertThatThrownBy(() -> page(List.of("a"), token))
                    .isInstanceOf(AwsError.class)
                    .hasMessage("no token of ours");
        }
    }
}
