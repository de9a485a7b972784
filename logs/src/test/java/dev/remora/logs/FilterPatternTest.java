package dev.remora.logs;

import static dev.remora.logs.LogsFixture.refused;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FilterPatternTest {
    private static final String JSON = """
            {"eventType": "UpdateTrail", "sourceIPAddress": "111.111.111.111", "arrayKey": ["value", "another"],
             "objectList": [{"name": "a", "id": 1}, {"name": "b", "id": 2}], "SomeObject": null, "ThisFlag": true,
             "level": "ERROR", "code": 404, "ratio": 0.5, "user": {"id": 1, "e-mail": "John.Doe@example.com"}}""";

    @ParameterizedTest
    @CsvSource(delimiter = ';', quoteCharacter = '`', textBlock = """
            ``;                             [ERROR 400] BAD REQUEST;     true
            ERROR;                          [ERROR 400] BAD REQUEST;     true
            error;                          [ERROR 400] BAD REQUEST;     false
            ERROR REQUEST;                  [ERROR 400] BAD REQUEST;     true
            ERROR ARGUMENTS;                [ERROR 400] BAD REQUEST;     false
            ?ERROR ?ARGUMENTS;              INVALID ARGUMENTS;           true
            ?ERROR ?ARGUMENTS;              all is well;                 false
            "BAD REQUEST";                  [ERROR 400] BAD REQUEST;     true
            "REQUEST BAD";                  [ERROR 400] BAD REQUEST;     false
            "say \\"hi\\"";                 they say "hi" again;         true
            ERROR -ARGUMENTS;               ERROR 401;                   true
            ERROR -ARGUMENTS;               ERROR ARGUMENTS;             false
            -ERROR;                         all is well;                 true
            -"ERROR 4";                     ERROR 401;                   false
            ?ERROR REQUEST;                 a REQUEST;                   true
            ?ERROR -REQUEST;                a message;                   true
            %AUTHORIZED%;                   [ERROR 401] UNAUTHORIZED;    true
            %^[0-9]{3} %;                   404 not found;               true
            %^[0-9]{3} %;                   it is 404 now;               false
            """)
    void termsMatchAsTheGuideSays(String pattern, String message, boolean matches) {
        assertThat(FilterPattern.parse(pattern).matches(message)).isEqualTo(matches);
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', quoteCharacter = '`', textBlock = """
            { $.eventType = "UpdateTrail" };                                    true
            {$.eventType="UpdateTrail"};                                        true
            { $.eventType = UpdateTrail };                                      true
            { $.eventType = "Update*" };                                        true
            { $.eventType = "Trail*" };                                         false
            { $.sourceIPAddress != 123.123.* };                                 true
            { $.sourceIPAddress = 111.111.* };                                  true
            { $.missing != "x" };                                               false
            { $.missing NOT EXISTS };                                           true
            { $.level NOT EXISTS };                                             false
            { $.SomeObject IS NULL };                                           true
            { $.ThisFlag IS TRUE };                                             true
            { $.ThisFlag IS FALSE };                                            false
            { $.arrayKey[0] = "value" };                                        true
            { $.arrayKey[2] = "value" };                                        false
            { $.objectList[1].id = 2 };                                         true
            { $.objectList[*].name = "b" };                                     true
            { $.code = 404.0 };                                                 true
            { $.code = 4* };                                                    true
            { $.code >= 404 && $.code < 405 };                                  true
            { $.code > 404 || $.code <= 0 };                                    false
            { $.ratio < 1 };                                                    true
            { $.level > 3 };                                                    false
            { ($.user.id = 1) && ($.user.e-mail = "John.Doe@example.com") };    true
            { $.user['e-mail'] = "*@example.com" };                             true
            { ($.user.id = 2 && $.code = 404) || $.level = "ERROR" };           true
            { $.user.id = 2 && ($.code = 404 || $.level = "ERROR") };           false
            { $.level = %ERR|WARN% };                                           true
            { $.ThisFlag = true };                                              true
            """)
    void conditionsHoldAsTheGuideSays(String pattern, boolean matches) {
        assertThat(FilterPattern.parse(pattern).matches(JSON)).isEqualTo(matches);
    }

    @ParameterizedTest
    @CsvSource({"%a*a*a*a*a*a*a*a*b%", "%a.*a.*a.*a.*a.*a.*b%", "{ $.a = \"*a*a*a*a*a*a*a*b\" }", "{ $.a = %a.*a.*a.*a.*a.*b% }"})
    void noPatternTakesForEver(String pattern) {
        assertThat(FilterPattern.parse(pattern).matches("{\"a\": \"" + "a".repeat(1_000) + "\"}")).isFalse();
    }

    @Test
    void conditionsHoldForNothingThatIsNotJson() {
        var pattern = FilterPattern.parse("{ $.a NOT EXISTS }");
        assertThat(pattern.matches("{}")).isTrue();
        assertThat(pattern.matches("a plain line")).isFalse();
        assertThat(pattern.matches("{broken")).isFalse();
        assertThat(pattern.matches("")).isFalse();
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', quoteCharacter = '`', textBlock = """
            Status: timeout;       Invalid character(s) in term ':'
            level(1);              Invalid character(s) in term '('
            %a(b)%;                Invalid character(s) in term '('
            "open;                 Invalid filter pattern
            a - b;                 Invalid filter pattern
            { $.a = 1;             If a filter pattern starts with '{' it must end with '}'
            { $.a };               Invalid filter pattern
            { $.a = };             Invalid filter pattern
            { a = 1 };             Invalid filter pattern
            { $.a = 1 && };        Invalid filter pattern
            { ($.a = 1 };          Invalid filter pattern
            { $."a" = 1 };         Invalid character(s) in term '$."'
            { $.a IS NICE };       Invalid filter pattern
            %[a%;                  Invalid filter pattern
            """)
    void refusesWhatIsNoPattern(String pattern, String message) {
        refused("InvalidParameterException", message, () -> FilterPattern.parse(pattern));
    }

    @Test
    void refusesPatternsOfFields() {
        refused("InvalidParameterException",
                "Patterns of space-delimited events, in brackets, are not supported by Remora: see docs/coverage.md",
                () -> FilterPattern.parse("[w1=ERROR, w2]"));
    }

    @Test
    void refusesParenthesesWithoutEnd() {
        String deep = "{" + "(".repeat(100_000) + "}";
        refused("InvalidParameterException", "Invalid filter pattern", () -> FilterPattern.parse(deep));
    }
}
