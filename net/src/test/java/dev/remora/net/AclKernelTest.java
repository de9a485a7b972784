package dev.remora.net;

import static dev.remora.net.TestVpc.DATABASE;
import static dev.remora.net.TestVpc.ENI;
import static org.assertj.core.api.Assertions.assertThat;

import dev.remora.linux.Netns;
import dev.remora.net.Topology.Acl;
import dev.remora.net.Topology.AclRule;
import dev.remora.net.Topology.Attachment;
import dev.remora.net.Topology.Gateway;
import dev.remora.net.Topology.Target;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A function in the subnet a, a database in the subnet b, and network ACLs at the boundaries. */
@Tag("kernel")
class AclKernelTest {
    private static final String ROUTER = "1/r/vpc-1";
    private static final NatKey KEY = new NatKey("1/a/sg-fn");
    private static final Ipv4 WORLD = Ipv4.parse("203.0.113.9");
    private static final AclRule ALL = rule(100, -1, -1, -1, "0.0.0.0/0", true);
    private static final AclRule ALL6 = rule(101, -1, -1, -1, "::/0", true);

    private final TestEdges edges = new TestEdges();
    private final KernelLab lab = new KernelLab(edges);
    private final TestVpc vpc = TestVpc.withDatabase(ROUTER, KEY);

    @AfterEach
    void nothingIsLeft() throws Exception {
        lab.close();
    }

    private static AclRule rule(int number, int protocol, int from, int to, String peer, boolean allow) {
        return new AclRule(number, protocol, from, to, IpBlock.parse(peer), allow);
    }

    private void apply() {
        lab.fabric.apply(vpc.topology());
    }

    private Netns database() {
        return lab.fabric.workload(ROUTER, "eni-db");
    }

    @Test
    void answersNeedARuleOfTheirOwn() throws Exception {
        vpc.acl("b", new Acl("acl-b", List.of(ALL), List.of(rule(100, 6, 443, 443, "0.0.0.0/0", true))));
        apply();
        lab.serve(database(), 5432);
        try (Slot slot = lab.bound(KEY)) {
            lab.refused(Drop.Cause.ACL_EGRESS, slot.namespace(), DATABASE, 5432);
            AclRule ephemeral = rule(110, 6, 1024, 65535, "10.0.1.0/24", true);
            vpc.acl("b", new Acl("acl-b", List.of(ALL), List.of(ephemeral)));
            apply();
            assertThat(lab.seen(slot.namespace(), DATABASE, 5432)).isEqualTo(ENI.toString());
        }
    }

    @Test
    void theFirstRuleThatMatchesDecidesAndIsReported() throws Exception {
        AclRule deny = rule(90, 6, 5432, 5432, "10.0.1.0/24", false);
        vpc.acl("b", new Acl("acl-b", List.of(deny, ALL), List.of(ALL)));
        apply();
        lab.serve(database(), 5432);
        try (Slot slot = lab.bound(KEY)) {
            lab.refused(Drop.Cause.ACL_INGRESS, slot.namespace(), DATABASE, 5432);
            KernelLab.eventually("the drop is reported", () -> !lab.fabric.drops().isEmpty());
            Drop drop = lab.fabric.drops().getFirst();
            assertThat(drop.entry()).contains(new Drop.Entry("acl-b", 90));
            assertThat(drop.port()).contains("eni-db");
            assertThat(drop.slot()).contains(slot.id());
            vpc.acl("b", new Acl("acl-b", List.of(rule(80, 6, 5000, 6000, "10.0.0.0/16", true), deny), List.of(ALL)));
            apply();
            assertThat(lab.seen(slot.namespace(), DATABASE, 5432)).isEqualTo(ENI.toString());
            int before = lab.fabric.drops().size();
            lab.refused(Drop.Cause.ACL_INGRESS, slot.namespace(), DATABASE, 80);
            KernelLab.eventually("the drop is reported", () -> lab.fabric.drops().size() > before);
            assertThat(lab.fabric.drops().getLast().entry()).contains(new Drop.Entry("acl-b", Drop.Entry.NONE));
            vpc.withoutAcls();
            apply();
            lab.refused(Drop.Cause.GROUP_INGRESS, slot.namespace(), DATABASE, 80);
            assertThat(lab.seen(slot.namespace(), DATABASE, 5432)).isEqualTo(ENI.toString());
        }
    }

    @Test
    void whatStaysInTheSubnetAndQuestionsToTheResolverAreNotSubject() throws Exception {
        Ipv4 neighbour = DATABASE.plus(1);
        Acl nothing = new Acl("acl-none", List.of(), List.of());
        vpc.acl("b", nothing).port("eni-two", "b", new Attachment.Workload(), List.of(neighbour), "sg-db")
                .ingress("sg-db", TestVpc.tcp(80, "10.0.2.0/24"));
        apply();
        lab.serve(database(), 80, 5432);
        assertThat(lab.seen(lab.fabric.workload(ROUTER, "eni-two"), DATABASE, 80)).isEqualTo(neighbour.toString());
        lab.connect(database(), Ipv4.parse("10.0.0.2"), 53).close();
        try (Slot slot = lab.bound(KEY)) {
            lab.refused(Drop.Cause.ACL_INGRESS, slot.namespace(), DATABASE, 5432);
        }
        // The neighbour moves to the other subnet.
        vpc.port("eni-two", "a", new Attachment.Workload(), List.of(Ipv4.parse("10.0.1.60")), "sg-db");
        apply();
        lab.refused(Drop.Cause.ACL_EGRESS, database(), Ipv4.parse("10.0.1.60"), 80);
    }

    @Test
    void aGatewayHasNoSubnetAndMeetsTheOtherSidesAclOnly() throws Exception {
        vpc.gateway("igw", new Gateway.Internet(Map.of(), List.of())).route("0.0.0.0/0", new Target.By("igw"))
                .ingress("sg-db", TestVpc.tcp(443, "0.0.0.0/0"))
                .acl("b", new Acl("acl-b", List.of(rule(100, 6, 443, 443, "203.0.113.0/24", true)), List.of(ALL)));
        apply();
        edges.address("igw", WORLD);
        lab.serve(edges.host("igw"), 80);
        lab.serve(database(), 443);
        assertThat(lab.seen(edges.host("igw"), DATABASE, 443)).isEqualTo(WORLD.toString());
        lab.refused(Drop.Cause.ACL_INGRESS, edges.host("igw"), DATABASE, 444);
        // The answers would come to a port that the rules do not allow.
        lab.refused(Drop.Cause.ACL_INGRESS, database(), WORLD, 80);
        try (Slot slot = lab.bound(KEY)) {
            assertThat(lab.seen(slot.namespace(), WORLD, 80)).isEqualTo(ENI.toString());
        }
    }

    @Test
    void eachFamilyHasItsOwnRules() throws Exception {
        Ipv6 app = Ipv6.parse("2001:db8:1000:a::60");
        Ipv6 db = Ipv6.parse("2001:db8:1000:b::10");
        Ipv4 app4 = Ipv4.parse("10.0.1.60");
        vpc.six()
                .port("eni-app", "a", new Attachment.Workload(), List.of(app4, app), "sg-fn")
                .port("eni-db", "b", new Attachment.Workload(), List.of(DATABASE, db), "sg-db")
                .egress("sg-fn", TestVpc.everything6())
                .acl("b", new Acl("acl-b", List.of(ALL), List.of(ALL)));
        apply();
        lab.serve(database(), 5432);
        Netns from = lab.fabric.workload(ROUTER, "eni-app");
        assertThat(lab.seen(from, DATABASE, 5432)).isEqualTo(app4.toString());
        lab.refused(Drop.Cause.ACL_INGRESS, from, db, 5432);
        KernelLab.eventually("the drop is reported", () -> !lab.fabric.drops().isEmpty());
        assertThat(lab.fabric.drops().getFirst().entry()).isEqualTo(Optional.of(new Drop.Entry("acl-b", Drop.Entry.NONE)));
        vpc.acl("b", new Acl("acl-b", List.of(ALL6), List.of(ALL6)));
        apply();
        assertThat(lab.seen(from, db, 5432)).isEqualTo(app.toString());
        lab.refused(Drop.Cause.ACL_INGRESS, from, DATABASE, 5432);
    }
}
