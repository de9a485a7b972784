package dev.remora.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
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
    private static final Ipv6 SIX = Ipv6.parse("2001:db8::9");

    private final Resolver resolver = new Resolver(API, Optional.empty());

    @AfterEach
    void stop() {
        resolver.close();
    }

    @Test
    void answersItsNamesInAnyCase() throws IOException {
        resolver.names(Map.of("db.example.rds.amazonaws.com", List.of(DATABASE)));
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
    void publicNamesAreTheirAddressesUnlessTheNetworkSaysOtherwise() throws IOException {
        String name = "ec2-198-18-64-7.compute-1.amazonaws.com";
        assertThat(addresses(ask(name + ".", Type.A))).containsExactly("198.18.64.7");
        assertThat(addresses(ask("ec2-198-18-64-8.eu-west-1.compute.amazonaws.com.", Type.A))).containsExactly("198.18.64.8");
        for (String elsewhere : List.of("ec2-3-4-5-6.compute-1", "ec2-198-18-64-777.compute-1", "ec2-198-18-0-1.compute-1")) {
            assertThat(ask(elsewhere + ".amazonaws.com.", Type.A).getRcode()).as(elsewhere).isEqualTo(Rcode.NXDOMAIN);
        }
        assertThat(addresses(ask("ec2.us-east-1.amazonaws.com.", Type.A))).containsExactly("198.18.0.1");
        NameTable own = new NameTable(Map.of(name, List.of(DATABASE)));
        assertThat(addresses(ask(name + ".", Type.A, own))).containsExactly("10.0.0.9");
        assertThat(ask("9.0.0.10.in-addr.arpa.", Type.PTR, own).getRcode()).isEqualTo(Rcode.NXDOMAIN);
    }

    @Test
    void laterNamesReplaceEarlierOnes() throws IOException {
        resolver.names(Map.of("a.internal", List.of(DATABASE)));
        resolver.names(Map.of("b.internal", List.of(DATABASE)));
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
        assertThat(new Message(resolver.answer(update.toWire(), NameTable.EMPTY, true)).getRcode()).isEqualTo(Rcode.NOTIMP);
        assertThat(new Message(resolver.answer(new Message(7).toWire(), NameTable.EMPTY, true)).getRcode())
                .isEqualTo(Rcode.FORMERR);
        assertThatThrownBy(() -> resolver.answer(new byte[3], NameTable.EMPTY, true)).isInstanceOf(IOException.class);
    }

    @Test
    void aNameMayHaveAddressesOfBothFamilies() throws IOException {
        resolver.names(Map.of("both.internal", List.of(DATABASE, API, SIX)));
        assertThat(addresses(ask("both.internal.", Type.A))).containsExactlyInAnyOrder("10.0.0.9", "198.18.0.1");
        assertThat(addresses(ask("both.internal.", Type.AAAA))).containsExactly("2001:db8:0:0:0:0:0:9");
        assertThat(ask("both.internal.", Type.MX).getRcode()).isEqualTo(Rcode.NOERROR);
    }

    @Test
    void aNetworksOwnNamesComeFirstAndAreAnsweredBackwards() throws IOException {
        resolver.names(Map.of("a.internal", List.of(API), "sqs.eu-west-1.amazonaws.com", List.of(API)));
        NameTable own = new NameTable(Map.of(
                "sqs.eu-west-1.amazonaws.com", List.of(DATABASE),
                "a-name.internal", List.of(DATABASE),
                "ip-10-0-0-9.ec2.internal", List.of(DATABASE),
                "six.internal", List.of(SIX)));
        assertThat(addresses(ask("sqs.eu-west-1.amazonaws.com.", Type.A, own))).containsExactly("10.0.0.9");
        assertThat(addresses(ask("a.internal.", Type.A, own))).containsExactly("198.18.0.1");
        assertThat(addresses(ask("9.0.0.10.in-addr.arpa.", Type.PTR, own))).containsExactly("ip-10-0-0-9.ec2.internal.");
        assertThat(addresses(ask("9" + ".0".repeat(23) + ".8.b.d.0.1.0.0.2.ip6.arpa.", Type.PTR, own)))
                .containsExactly("six.internal.");
        assertThat(ask("1.0.18.198.in-addr.arpa.", Type.PTR, own).getRcode()).isEqualTo(Rcode.NXDOMAIN);
        assertThat(ask("nonsense.in-addr.arpa.", Type.PTR, own).getRcode()).isEqualTo(Rcode.NXDOMAIN);
    }

    @Test
    void aStarIsEveryNameBelowThatHasNoneOfItsOwn() throws IOException {
        resolver.names(Map.of(
                "*.s3.internal", List.of(API), "*.b.s3.internal", List.of(SIX), "a.s3.internal", List.of(DATABASE)));
        assertThat(addresses(ask("bucket.s3.internal.", Type.A))).containsExactly("198.18.0.1");
        assertThat(addresses(ask("x.y.s3.internal.", Type.A))).containsExactly("198.18.0.1");
        assertThat(addresses(ask("a.s3.internal.", Type.A))).containsExactly("10.0.0.9");
        assertThat(addresses(ask("x.b.s3.internal.", Type.AAAA))).hasSize(1);
        assertThat(ask("s3.internal.", Type.A).getRcode()).isEqualTo(Rcode.NXDOMAIN);
    }

    @Test
    void aLongAnswerIsCutOffOverUdp() throws IOException {
        List<Ip> many = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            many.add(DATABASE.plus(i));
        }
        resolver.names(Map.of("many.internal", many));
        assertThat(ask("many.internal.", Type.A).getHeader().getFlag(Flags.TC)).isTrue();
        byte[] question = Message.newQuery(Record.newRecord(Name.fromString("many.internal."), Type.A, DClass.IN)).toWire();
        assertThat(addresses(new Message(resolver.answer(question, NameTable.EMPTY, false)))).hasSize(100);
    }

    private Message ask(String name, int type) throws IOException {
        return ask(name, type, NameTable.EMPTY);
    }

    private Message ask(String name, int type, NameTable own) throws IOException {
        byte[] question = Message.newQuery(Record.newRecord(Name.fromString(name), type, DClass.IN)).toWire();
        return new Message(resolver.answer(question, own, true));
    }

    private static List<String> addresses(Message answer) {
        return answer.getSection(Section.ANSWER).stream().map(Record::rdataToString).toList();
    }
}
