package dev.remora.lambda;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

/** Rules as in AWS's table of comparison operators ("Control which events Lambda sends to your function"). */
class EventFilterTest {
    private static final String BODY = "{\"user\":\"Ann\",\"age\":7,\"price\":10.50,\"gone\":null,\"empty\":\"\",\"on\":true,"
            + "\"tags\":[\"a\",\"b\"],\"place\":{\"city\":\"Ulm\"}}";

    private static boolean matches(String pattern, String body) {
        var record = JsonMapper.shared().createObjectNode().put("messageId", "m-1").put("body", body);
        return EventFilter.of(pattern).orElseThrow().matches(record);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
        "{\"user\":[\"Ann\"]} | true",
        "{\"user\":[\"Bob\",\"Ann\"]} | true",
        "{\"user\":[\"ann\"]} | false",
        "{\"user\":[{\"equals-ignore-case\":\"ann\"}]} | true",
        "{\"user\":[\"Ann\"],\"age\":[8]} | false",
        "{\"age\":[7.0]} | true",
        "{\"age\":[\"7\"]} | false",
        "{\"gone\":[null]} | true",
        "{\"user\":[null]} | false",
        "{\"empty\":[\"\"]} | true",
        "{\"on\":[true]} | true",
        "{\"user\":[{\"anything-but\":[\"Bob\"]}]} | true",
        "{\"user\":[{\"anything-but\":\"Ann\"}]} | false",
        "{\"none\":[{\"anything-but\":\"Ann\"}]} | false",
        "{\"price\":[{\"numeric\":[\"=\",10.5]}]} | true",
        "{\"price\":[{\"numeric\":[\">\",10,\"<=\",20]}]} | true",
        "{\"price\":[{\"numeric\":[\"<\",10.5]}]} | false",
        "{\"user\":[{\"numeric\":[\">\",1]}]} | false",
        "{\"user\":[{\"exists\":true}]} | true",
        "{\"none\":[{\"exists\":false}]} | true",
        "{\"none\":[{\"exists\":true}]} | false",
        "{\"user\":[{\"prefix\":\"A\"}]} | true",
        "{\"user\":[{\"suffix\":\"nn\"}]} | true",
        "{\"tags\":[\"b\"]} | true",
        "{\"tags\":[\"c\"]} | false",
        "{\"place\":{\"city\":[\"Ulm\"]}} | true",
        "{\"place\":{\"city\":[\"Bonn\"]}} | false",
        "{\"$or\":[{\"user\":[\"Bob\"]},{\"age\":[7]}]} | true",
        "{\"$or\":[{\"user\":[\"Bob\"]},{\"age\":[8]}]} | false",
    })
    void rulesForMembersOfTheBody(String pattern, boolean expected) {
        assertThat(matches("{\"body\":" + pattern + "}", BODY)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
        "{\"body\":[\"hello\"]} | hello | true",
        "{\"body\":[\"hello\"]} | other | false",
        "{\"body\":[{\"prefix\":\"he\"}]} | hello | true",
        "{\"body\":{\"a\":[1]}} | hello | false",
        "{\"body\":[{\"prefix\":\"{\"}]} | {\"a\":1} | false",
        "{\"messageId\":[\"m-1\"]} | hello | true",
    })
    void aBodyOfTheOtherKindDoesNotMatch(String pattern, String body, boolean expected) {
        assertThat(matches(pattern, body)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "", "no", "[]", "{}", "{\"body\":\"text\"}", "{\"body\":{}}", "{\"body\":[]}", "{\"body\":{\"a\":[{\"like\":\"x\"}]}}",
        "{\"body\":{\"a\":[{\"numeric\":[\">\",\"1\"]}]}}", "{\"body\":{\"a\":[{\"numeric\":[\"!\",1]}]}}",
        "{\"body\":{\"a\":[{\"prefix\":1}]}}", "{\"body\":{\"a\":[{\"exists\":\"yes\"}]}}", "{\"body\":{\"$or\":[]}}",
        "{\"body\":{\"a\":[[1]]}}", "{\"body\":{\"a\":[{\"prefix\":\"a\",\"suffix\":\"b\"}]}}"
    })
    void whatIsNoPatternIsRefused(String text) {
        assertThat(EventFilter.of(text)).isEmpty();
    }
}
