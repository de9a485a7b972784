package dev.remora.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remora.linux.NftElement;
import dev.remora.linux.NftTransaction;
import dev.remora.net.Topology.Acl;
import dev.remora.net.Topology.AclRule;
import dev.remora.net.Topology.Attachment;
import dev.remora.net.Topology.Gateway;
import dev.remora.net.Topology.Peer;
import dev.remora.net.Topology.Rule;
import dev.remora.sharing.SharedMap;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Topologies beside the rules that they become. */
class RouterRulesTest {
    private static final RouterState NOTHING = RouterState.empty("r");
    private static final NatKey KEY = new NatKey("key");

    @Test
    void everyRouter() throws IOException {
        assertThat(RouterRules.base(IpFamily.V4).text()).isEqualTo(golden("router.rules"));
    }

    @Test
    void everyShard() throws IOException {
        assertThat(ShardRules.base().text() + ShardRules.trunkBase().text()).isEqualTo(golden("shard.rules"));
    }

    @Test
    void theInternetAndItsGateways() throws IOException {
        int device = 20;
        Ipv4 inside = Ipv4.parse("10.0.1.4");
        Ipv4 outside = Ipv4.parse("198.18.64.1");
        NftTransaction addresses = InternetRules.rules();
        InternetRules.translate(addresses, device, "igw-1", inside, outside);
        NftTransaction noAddresses = InternetRules.rules();
        InternetRules.untranslate(noAddresses, device, "igw-1", inside, outside);
        List<NftElement> block = List.of(InternetRules.block(device, "igw-1", Cidr6.parse("2001:db8:1000::/56")));
        assertThat(text(List.of(
                        InternetRules.base(),
                        InternetRules.shard(11, "shard 1", InternetPlan.SHARDS.base().plus(2)),
                        InternetRules.gateway(device, "igw-1", false),
                        InternetRules.gateway(device + 1, "eigw-1", true),
                        addresses,
                        InternetRules.blocks(List.of(), block),
                        InternetRules.outside(40, List.of(Ipv4.parse("192.0.2.7"))),
                        InternetRules.blocks(block, List.of()),
                        noAddresses,
                        InternetRules.noGateway(device + 1, "eigw-1", true))))
                .isEqualTo(golden("internet.rules"));
    }

    @Test
    void aNatGateway() throws IOException {
        Ipv4 one = TestVpc.ENI;
        Ipv4 two = one.plus(1);
        assertThat(text(List.of(
                        Translator.rules(),
                        Translator.change(List.of(one), List.of(), List.of(one)),
                        Translator.change(List.of(two), List.of(), List.of(one, two)),
                        Translator.change(List.of(), List.of(two), List.of(one)))))
                .isEqualTo(golden("nat-gateway.rules"));
    }

    @Test
    void aFunctionAndADatabase() throws IOException {
        RouterState state = NOTHING.next(TestVpc.withDatabase("r", KEY).topology());
        assertThat(text(RouterRules.change(NOTHING, state))).isEqualTo(golden("function-and-database.rules"));
    }

    @Test
    void rulesOfEveryKind() throws IOException {
        TestVpc vpc = new TestVpc("r").group("sg-1")
                .ingress("sg-1", new Rule(6, 443, 443, new Peer.Block(Cidr.parse("0.0.0.0/0"))))
                .ingress("sg-1", new Rule(17, 1000, 2000, new Peer.Block(Cidr.parse("10.1.0.0/20"))))
                .ingress("sg-1", new Rule(1, 8, 0, new Peer.Members("sg-1")))
                .ingress("sg-1", new Rule(1, 3, -1, new Peer.Block(Cidr.parse("10.1.2.3/32"))))
                .ingress("sg-1", new Rule(1, -1, -1, new Peer.Members("sg-elsewhere")))
                .ingress("sg-1", new Rule(50, -1, -1, new Peer.Block(Cidr.parse("0.0.0.0/0"))))
                .egress("sg-1", TestVpc.everything());
        assertThat(text(RouterRules.change(NOTHING, NOTHING.next(vpc.topology())))).isEqualTo(golden("every-rule.rules"));
    }

    @Test
    void bothFamilies() throws IOException {
        TestVpc vpc = new TestVpc("r").six().group("sg-1")
                .ingress("sg-1", new Rule(6, 443, 443, new Peer.Members("sg-1")))
                .ingress("sg-1", new Rule(1, 8, -1, new Peer.Block(Cidr.parse("10.0.0.0/8"))))
                .ingress("sg-1", new Rule(58, 128, -1, new Peer.Block(Cidr6.parse("2001:db8::/32"))))
                .port("eni-1", "a", new Attachment.Workload(), List.of(TestVpc.ENI, Ipv6.parse("2001:db8:1000:a::50")), "sg-1");
        RouterState before = NOTHING.next(new TestVpc("r").group("sg-1").topology());
        // The chains that drop are the same in all tables.
        String text = text(RouterRules.change(before, before.next(vpc.topology())))
                .replaceAll("(?m)^add (counter ip6|(chain|rule) ip6 vpc drop_).*\n", "");
        assertThat(text).isEqualTo(golden("ipv6.rules"));
    }

    @Test
    void gatewaysAndTranslators() throws IOException {
        TestVpc vpc = new TestVpc("r")
                .gateway("igw-1", new Gateway.Internet(Map.of(), List.of()))
                .gateway("eigw-1", new Gateway.EgressOnly(List.of()))
                .gateway("pcx-1", new Gateway.Peering("pcx-1", List.of(Cidr.parse("10.1.0.0/16"), Cidr.parse("10.9.0.0/16"))))
                .foreign("sg-peer", Ipv4.parse("10.1.0.9"))
                .port("eni-nat", "a", new Attachment.Translator(), List.of(TestVpc.ENI));
        RouterState before = NOTHING.next(new TestVpc("r").topology());
        assertThat(text(RouterRules.change(before, before.next(vpc.topology())))).isEqualTo(golden("gateways.rules"));
    }

    @Test
    void aGatewayIsGivenARouteTable() throws IOException {
        SharedMap<Ipv4, Ipv4> none = SharedMap.empty();
        TestVpc vpc = new TestVpc("r").edgeRoute("10.0.2.0/24", new Topology.Target.ToPort("eni-1"))
                .gateway("igw-1", new Gateway.Internet(none, List.of(), Optional.empty()));
        RouterState before = NOTHING.next(vpc.topology());
        RouterState after = before.next(
                vpc.gateway("igw-1", new Gateway.Internet(none, List.of(), Optional.of("edge"))).topology());
        assertThat(text(RouterRules.change(before, after))).isEqualTo(golden("edge.rules"));
        RouterState taken = after.next(vpc.gateway("igw-1", new Gateway.Internet(none, List.of(), Optional.empty())).topology());
        assertThat(taken.gateways()).isEqualTo(before.gateways());
        assertThat(taken.marks()).isEqualTo(before.marks());
        assertThat(text(RouterRules.change(after, taken))).isEqualTo("delete element ip vpc subnet { igw-1 }\n");
    }

    @Test
    void networkAcls() throws IOException {
        Acl acl = new Acl(
                "acl-1",
                List.of(
                        new AclRule(90, 6, 22, 22, Cidr.parse("0.0.0.0/0"), false),
                        new AclRule(100, 6, 1, 1024, Cidr.parse("10.0.0.0/8"), true)),
                List.of(new AclRule(100, -1, -1, -1, Cidr.parse("0.0.0.0/0"), true)));
        TestVpc vpc = TestVpc.withDatabase("r", KEY);
        RouterState before = NOTHING.next(vpc.topology());
        RouterState after = before.next(vpc.acl("b", acl).topology());
        assertThat(text(RouterRules.change(before, after))).isEqualTo(golden("acl.rules"));
        assertThat(text(RouterRules.change(after, after.next(vpc.withoutAcls().topology())))).isEqualTo(golden("acl-gone.rules"));
    }

    @Test
    void rulesForEverybody() throws IOException {
        TestVpc vpc = new TestVpc("r").group("sg-1").egress("sg-1", TestVpc.everything())
                .ingress("sg-1", TestVpc.tcp(22, "0.0.0.0/0"))
                .port("eni-1", "a", new Attachment.Workload(), List.of(TestVpc.ENI), "sg-1")
                .eni("eni-fn", TestVpc.ENI.plus(1), KEY, "sg-1");
        RouterState before = NOTHING.next(new TestVpc("r").topology());
        RouterState after = before.next(vpc.topology());
        assertThat(text(RouterRules.change(before, after))).isEqualTo(golden("open.rules"));
        assertThat(OpenRules.stale(before, after)).isEmpty();
        RouterState revoked = after.next(vpc.revokeIngress("sg-1", TestVpc.tcp(22, "0.0.0.0/0")).topology());
        assertThat(OpenRules.stale(after, revoked))
                .containsExactly(new OpenRules.Stale(IpFamily.V4, Optional.empty(), false, 1 << 16, 0xffff0000));
    }

    @Test
    void aChangedRuleTouchesItsGroupOnly() throws IOException {
        TestVpc vpc = TestVpc.withDatabase("r", KEY);
        RouterState before = NOTHING.next(vpc.topology());
        RouterState after = before.next(vpc.ingress("sg-db", TestVpc.fromFunctions(5433)).topology());
        assertThat(text(RouterRules.change(before, after))).isEqualTo(golden("changed-rule.rules"));
        RouterState revoked = after.next(vpc.revokeIngress("sg-db", TestVpc.fromFunctions(5432)).topology());
        assertThat(text(RouterRules.change(after, revoked))).isEqualTo(golden("revoked-rule.rules"));
    }

    @Test
    void aChangedMembershipTouchesItsPortOnly() throws IOException {
        TestVpc vpc = TestVpc.withDatabase("r", KEY);
        RouterState before = NOTHING.next(vpc.topology());
        RouterState after = before.next(vpc.eni("eni-fn", TestVpc.ENI, KEY, "sg-fn", "sg-db").topology());
        assertThat(text(RouterRules.change(before, after))).isEqualTo(golden("changed-membership.rules"));
    }

    @Test
    void whatGoesLeavesNothing() throws IOException {
        TestVpc vpc = TestVpc.withDatabase("r", KEY);
        RouterState before = NOTHING.next(vpc.topology());
        RouterState after = before.next(new TestVpc("r").topology());
        assertThat(text(RouterRules.change(before, after))).isEqualTo(golden("gone.rules"));
    }

    @Test
    void twoInterfacesOfAKeyShareTheBuckets() {
        ShardRules.Interface one = new ShardRules.Interface(1, 11, "e11", TestVpc.ENI);
        ShardRules.Interface two = new ShardRules.Interface(2, 12, "e12", TestVpc.ENI.plus(1));
        ShardRules.Interfaces alone = new ShardRules.Interfaces(List.of(one));
        ShardRules.Interfaces both = new ShardRules.Interfaces(List.of(one, two));
        String text = ShardRules.key(5, alone, both).text();
        assertThat(text)
                .contains("5 . 0 : 1, 5 . 1 : 2, 5 . 2 : 1")
                .contains("add element inet shard zone_of_port { e12 : 5 }")
                .doesNotContain("zone_of_key");
        ShardRules.Interfaces past = new ShardRules.Interfaces(List.of(one, two), List.of(two));
        assertThat(ShardRules.key(5, both, past).text())
                .contains("5 . 0 : 2, 5 . 1 : 2, 5 . 2 : 2")
                .doesNotContain("address")
                .doesNotContain("member");
    }

    @Test
    void aPortKeepsItsDeviceAndANewAddressIsANewOne() {
        TestVpc vpc = TestVpc.withDatabase("r", KEY);
        RouterState before = NOTHING.next(vpc.topology());
        RouterState same = before.next(vpc.eni("eni-fn", TestVpc.ENI, KEY, "sg-db").topology());
        assertThat(same.devices()).isEqualTo(before.devices());
        RouterState moved = same.next(vpc.eni("eni-fn", TestVpc.ENI.plus(9), KEY, "sg-db").topology());
        assertThat(moved.devices().get("eni-fn")).isNotIn(before.devices().values());
    }

    @Test
    void aNewDeviceOfAnInterfaceTakesThePlaceOfTheOldOne() {
        TestVpc vpc = TestVpc.withDatabase("r", KEY).six();
        RouterState before = NOTHING.next(vpc.topology());
        List<Ip> both = List.of(TestVpc.ENI, Ipv6.parse("2001:db8:1000:a::50"));
        RouterState after = before.next(vpc.port("eni-fn", "a", new Attachment.Hyperplane(KEY), both, "sg-fn").topology());
        assertThat(after.devices().get("eni-fn")).isNotEqualTo(before.devices().get("eni-fn"));
        assertThat(text(RouterRules.change(before, after)).lines().filter(line -> line.contains(" ip vpc ")))
                .contains(
                        "delete element ip vpc source { eni-fn . 10.0.1.50 }",
                        "add element ip vpc source { eni-fn . 10.0.1.50 : 12 }",
                        "delete element ip vpc egress { eni-fn }",
                        "delete element ip vpc ingress { eni-fn }")
                .noneMatch(line -> line.contains("eni-db"));
    }

    private static String text(List<NftTransaction> changes) {
        return String.join("", changes.stream().map(NftTransaction::text).toList());
    }

    private static String golden(String name) throws IOException {
        try (InputStream file = RouterRulesTest.class.getResourceAsStream(name)) {
            if (file == null) {
                throw new IllegalStateException("no file " + name);
            }
            return new String(file.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
