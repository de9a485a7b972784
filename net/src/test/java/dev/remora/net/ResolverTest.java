package dev.remora.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Opcode;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

class ResolverTest {
    private static final Ipv4 API = Ipv4.parse("198.18.0.1");
    private static final Ipv4 DATABASE = Ipv4.parse("10.0.0.9");

    private final Resolver resolver = new Resolver(API, Optional.empty());

    @AfterEach
    void stop() {
        resolver.close();
    }

    @Test
    void answersItsNamesInAnyCase() throws IOException {
        resolver.names(Map.of("db.example.rds.amazonaws.com", DATABASE));
        Message answer = ask("DB.Example.rds.amazonaws.com.", Type.A);
        assertThat(addresses(answer)).containsExactly("10.0.0.9");
        assertThat(answer.getHeader().getFlag(Flags.QR)).isTrue();
        assertThat(answer.getHeader().getFlag(Flags.RA)).isTrue();
    }

    @Test
    void everyNameOfAmazonIsTheApi() throws IOException {
        assertThat(addresses(ask("sts.us-east-1.amazonaws.com.", Type.A))).containsExactly("198.18.0.1");
        assertThat(ask("notamazonaws.com.", Type.A).getRcode()).isEqualTo(Rcode.NXDOMAIN);
    }

    @Test
    void laterNamesReplaceEarlierOnes() throws IOException {
        resolver.names(Map.of("a.internal", DATABASE));
        resolver.names(Map.of("b.internal", DATABASE));
        assertThat(ask("a.internal.", Type.A).getRcode()).isEqualTo(Rcode.NXDOMAIN);
        assertThat(addresses(ask("b.internal.", Type.A))).containsExactly("10.0.0.9");
    }

    @Test
    void aKnownNameHasNoOtherRecords() throws IOException {
        Message answer = ask("sts.amazonaws.com.", Type.AAAA);
        assertThat(answer.getRcode()).isEqualTo(Rcode.NOERROR);
        assertThat(answer.getSection(Section.ANSWER)).isEmpty();
    }

    @Test
    void otherRequestsAreNotImplemented() throws IOException {
        Message update = Message.newQuery(Record.newRecord(Name.fromString("a."), Type.A, DClass.IN));
        update.getHeader().setOpcode(Opcode.UPDATE);
        assertThat(new Message(resolver.answer(update.toWire())).getRcode()).isEqualTo(Rcode.NOTIMP);
        assertThat(new Message(resolver.answer(new Message(7).toWire())).getRcode()).isEqualTo(Rcode.FORMERR);
        assertThatThrownBy(() -> resolver.answer(new byte[3])).isInstanceOf(IOException.class);
    }

    private Message ask(String name, int type) throws IOException {
        return new Message(resolver.answer(Message.newQuery(Record.newRecord(Name.fromString(name), type, DClass.IN)).toWire()));
    }

    private static List<String> addresses(Message answer) {
        return answer.getSection(Section.ANSWER).stream().map(Record::rdataToString).toList();
    }
}
