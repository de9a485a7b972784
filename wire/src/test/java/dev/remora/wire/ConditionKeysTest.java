package dev.remora.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ConditionKeysTest {
    @Test
    void whatHasNoValueIsNoKey() {
        assertThat(ConditionKeys.requested(Map.of()).with("a", null).withAll("b", List.of()).map()).isEmpty();
    }

    @Test
    void tagsBecomeOneKeyEach() {
        assertThat(ConditionKeys.requested(Map.of("k", "v")).and(ConditionKeys.owned(Map.of("o", "w")).map()).with("n", 3).map())
                .isEqualTo(Map.of("aws:RequestTag/k", List.of("v"), "aws:TagKeys", List.of("k"), "aws:ResourceTag/o",
                        List.of("w"), "n", List.of("3")));
        assertThat(ConditionKeys.untagging(List.of("k")).map()).isEqualTo(Map.of("aws:TagKeys", List.of("k")));
    }
}
