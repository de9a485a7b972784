package dev.remora.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

class PageTest {
    private static final Tokens TOKENS = new Tokens("here", () -> new AwsError("InvalidToken", 400, "no token of ours"));

    private static Page<String> page(List<String> items, String token) {
        return Page.of(items, Function.identity(), token, 2, TOKENS);
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
        for (String token : List.of("%%%", "Zm9v", "-1", "a", "x".repeat(5000))) {
            assertThatThrownBy(() -> page(List.of("a"), token))
                    .isInstanceOf(AwsError.class)
                    .hasMessage("no token of ours");
        }
    }

    @Test
    void aTokenOfAnotherAccountOrRegionIsNone() {
        var call = call("111122223333", "us-east-1");
        String token = Tokens.of(call, TOKENS.invalid()).behind("a");

        assertThat(Tokens.of(call, TOKENS.invalid()).position(token)).isEqualTo("a");
        for (Call other : List.of(call("111122223333", "eu-west-1"), call("444455556666", "us-east-1"))) {
            assertThatThrownBy(() -> Tokens.of(other, TOKENS.invalid()).position(token)).hasMessage("no token of ours");
        }
    }

    @Test
    void aTokenOfAnAccountIsGoodInAllRegions() {
        String token = Tokens.ofAccount(call("111122223333", "us-east-1"), TOKENS.invalid()).behind("a:b");

        assertThat(Tokens.ofAccount(call("111122223333", "eu-west-1"), TOKENS.invalid()).position(token)).isEqualTo("a:b");
        assertThatThrownBy(() -> Tokens.ofAccount(call("444455556666", "us-east-1"), TOKENS.invalid()).position(token))
                .hasMessage("no token of ours");
    }

    private static Call call(String account, String region) {
        return new Call("request", region, new Principal.Root(account), "127.0.0.1", Instant.EPOCH);
    }
}
