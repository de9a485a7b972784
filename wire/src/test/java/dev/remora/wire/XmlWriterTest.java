package dev.remora.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class XmlWriterTest {
    private static final String HEAD = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";

    private static String written(String text) {
        var xml = new XmlWriter(new XmlShapes(true, QueryNames.TRAITS));
        return new String(xml.element("a", text).bytes(), StandardCharsets.UTF_8);
    }

    @Test
    void marksAreEscaped() {
        assertThat(written("x <&>\"'\r\n\ty")).isEqualTo(HEAD + "<a>x &lt;&amp;&gt;&quot;'&#xD;\n\ty</a>");
    }

    @Test
    void charactersOfAllLengthsAreWritten() {
        assertThat(written("aé漢😀b")).isEqualTo(HEAD + "<a>aé漢😀b</a>");
    }

    @Test
    void whatXmlCannotHoldIsReplaced() {
        assertThat(written("\u0000\u001f\u007f\uffff")).isEqualTo(HEAD + "<a>\ufffd\ufffd\u007f\ufffd</a>");
        assertThat(written("\ud800b\udc00")).isEqualTo(HEAD + "<a>?b?</a>");
    }

    @Test
    void aLongTextHasRoom() {
        String text = "0123456789".repeat(50_000) + "<" + "é".repeat(50_000);
        assertThat(written(text)).isEqualTo(HEAD + "<a>" + text.replace("<", "&lt;") + "</a>");
    }
}
