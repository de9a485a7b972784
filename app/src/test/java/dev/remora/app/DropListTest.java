package dev.remora.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remora.ec2.DropExplanation;
import dev.remora.ec2.Networks;
import dev.remora.net.Drop;
import dev.remora.net.Drop.Cause;
import dev.remora.net.Ipv4;
import dev.remora.net.Ipv6;
import dev.remora.store.Scope;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DropListTest {
    private static final Scope SCOPE = new Scope("123456789012", "eu-west-1");
    private static final Instant NOON = Instant.parse("2026-01-02T12:00:00Z");
    private static final String READER = "arn:aws:lambda:eu-west-1:123456789012:function:reader";

    private final List<Drop> drops = new ArrayList<>();
    private final DropList list = new DropList(
            () -> drops,
            drop -> new DropExplanation(
                    Optional.of("vpc-1"),
                    Optional.of("eni-1"),
                    List.of(new Networks.Group("sg-1", "vpc-1", "db")),
                    "no ingress rule allows it"),
            slot -> slot.equals("s1") ? Optional.of(READER) : Optional.empty());

    private void drop(int second, Cause cause, String slot, int sourcePort) {
        drops.add(new Drop(
                NOON.plusSeconds(second),
                cause,
                "123456789012/eu-west-1/vpc-1",
                Optional.of(slot),
                Optional.of("eni-1"),
                Optional.empty(),
                6,
                Ipv4.parse("10.0.1.5"),
                sourcePort,
                Ipv4.parse("10.0.2.6"),
                5432));
    }

    private List<DropList.Line> lines(String function, long after) {
        return list.lines(SCOPE, Optional.of(function), after);
    }

    @Test
    void saysWhichConnectionAndWhichGroup() {
        drop(0, Cause.GROUP_INGRESS, "s1", 40000);

        assertThat(lines("reader", 0)).singleElement().satisfies(line -> {
            assertThat(line.time()).isEqualTo("2026-01-02T12:00:00Z");
            assertThat(line.connection()).isEqualTo("tcp 10.0.1.5:40000 -> 10.0.2.6:5432");
            assertThat(line.cause()).isEqualTo("no ingress rule");
            assertThat(line.refusedBy()).isEqualTo("sg-1 (db)");
            assertThat(line.function()).isEqualTo(READER);
        });
    }

    @Test
    void writesIpv6InBracketsAndNamesTheEntryOfAnAcl() {
        drops.add(new Drop(
                NOON,
                Cause.ACL_EGRESS,
                "123456789012/eu-west-1/vpc-1",
                Optional.of("s1"),
                Optional.of("eni-1"),
                Optional.of(new Drop.Entry("acl-1", Drop.Entry.NONE)),
                17,
                Ipv6.parse("fd00::1"),
                40000,
                Ipv6.parse("fd00::2"),
                53));

        assertThat(lines("reader", 0)).singleElement().satisfies(line -> {
            assertThat(line.connection()).isEqualTo("udp [fd00::1]:40000 -> [fd00::2]:53");
            assertThat(line.cause()).isEqualTo("network ACL, outbound");
            assertThat(line.refusedBy()).isEqualTo("acl-1 (*)");
        });
    }

    @Test
    void isOneLineForAConnectionThatIsTriedAgain() {
        drop(0, Cause.GROUP_INGRESS, "s1", 40000);
        drop(1, Cause.GROUP_INGRESS, "s1", 40000);
        drop(1, Cause.GROUP_INGRESS, "s1", 40001);

        assertThat(lines("reader", 0)).extracting(DropList.Line::packets).containsExactly(2, 1);
    }

    @Test
    void goesOnAfterWhatWasListed() {
        drop(0, Cause.GROUP_INGRESS, "s1", 40000);
        long seen = lines("reader", 0).getLast().micros();
        drop(1, Cause.GROUP_INGRESS, "s1", 40000);
        drop(2, Cause.GROUP_INGRESS, "s1", 40001);

        assertThat(lines("reader", seen))
                .extracting(DropList.Line::connection)
                .containsExactly("tcp 10.0.1.5:40001 -> 10.0.2.6:5432");
    }

    @Test
    void isOfTheFunctionThatWasAskedFor() {
        drop(0, Cause.GROUP_INGRESS, "s2", 40000);

        assertThat(lines("reader", 0)).isEmpty();
        assertThat(list.lines(SCOPE, Optional.empty(), 0)).hasSize(1);
    }

    @Test
    void namesNoGroupWhereNoneDecided() {
        drop(0, Cause.ROUTE, "s1", 40000);

        assertThat(lines(READER, 0)).singleElement().satisfies(line -> {
            assertThat(line.cause()).isEqualTo("no route");
            assertThat(line.refusedBy()).isEqualTo("eni-1");
        });
    }
}
