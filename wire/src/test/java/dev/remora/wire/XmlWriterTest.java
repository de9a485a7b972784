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
    void aLongAnswerComesInBlocks() throws Exception {
        var xml = new XmlWriter(new XmlShapes(true, QueryNames.TRAITS));
        var expected = new StringBuilder(HEAD);
        for (int i = 0; i < 20_000; i++) {
            xml.element("a" + i, "é" + i);
            expected.append("<a" + i + ">é" + i + "</a" + i + ">");
        }
        Content content = xml.answer(200, "text/xml").content();
        byte[] bytes = content.bytes().readAllBytes();
        assertThat(content.length()).isEqualTo(bytes.length).isGreaterThan(5 * XmlWriter.BLOCK_BYTES);
        assertThat(new String(bytes, StandardCharsets.UTF_8)).isEqualTo(expected.toString());
    }

    @Test
    void aShortAnswerIsHeld() {
        Response answer = new XmlWriter(new XmlShapes(true, QueryNames.TRAITS)).element("a", "b").answer(200, "text/xml");
        assertThat(answer.content()).isNull();
        assertThat(new String(answer.body(), StandardCharsets.UTF_8)).isEqualTo(HEAD + "<a>b</a>");
    }

    @Test
    void aLongTextHasRoom() {
        String text = "0123456789".repeat(50_000) + "<" + "é".repeat(50_000);
        assertThat(written(text)).isEqualTo(HEAD + "<a>" + text.replace("<", "&lt;") + "</a>");
    }
}
