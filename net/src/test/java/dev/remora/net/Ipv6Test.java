package dev.remora.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class Ipv6Test {
    /** The examples of RFC 5952, sections 1 to 4, and the edges. */
    @ParameterizedTest
    @CsvSource({
        "2001:db8:0:0:1:0:0:1, 2001:db8::1:0:0:1",
        "2001:0db8:0:0:1:0:0:1, 2001:db8::1:0:0:1",
        "2001:db8::1:0:0:1, 2001:db8::1:0:0:1",
        "2001:DB8:0:0:1::1, 2001:db8::1:0:0:1",
        "2001:db8:0:1:1:1:1:1, 2001:db8:0:1:1:1:1:1",
        "2001:0:0:1:0:0:0:1, 2001:0:0:1::1",
        "2001:db8:aaaa:bbbb:cccc:dddd:eeee:0001, 2001:db8:aaaa:bbbb:cccc:dddd:eeee:1",
        "::, ::",
        "::1, ::1",
        "fe80::, fe80::",
        "1:2:3:4:5:6:7:8, 1:2:3:4:5:6:7:8",
        "64:ff9b::192.0.2.33, 64:ff9b::c000:221",
        "::ffff:192.0.2.1, ::ffff:c000:201",
        "::ffff:255.255.255.255, ::ffff:ffff:ffff",
    })
    void isWrittenInOneForm(String text, String canonical) {
        assertThat(Ipv6.parse(text)).hasToString(canonical).isEqualTo(Ipv6.parse(canonical));
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "", "1", "10.0.0.1", "::1%lo", "[::1]", "::1/128", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1::2::3", "12345::", ":1",
        "::g", "::1.2.3", " ::1", "*::",
    })
    void isNothingElse(String text) {
        assertThatThrownBy(() -> Ipv6.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }
}
