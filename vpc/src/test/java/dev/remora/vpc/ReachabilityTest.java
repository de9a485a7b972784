package dev.remora.vpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.remora.net.Drop;
import dev.remora.net.Ip;
import dev.remora.vpc.Reachability.Connection;
import dev.remora.vpc.Reachability.Verdict;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ReachabilityTest {
    private static final String HOST = "198.18.0.1";

    /** A private subnet with a translator in a public one, and a VPC that it is peered with. */
    private static final String WORLD = """
            world home
            vpc 10.0.0.0/16 2001:db8:1000::/56
            subnet private 10.0.1.0/24 2001:db8:1000:1::/64 by private
            subnet public 10.0.2.0/24 2001:db8:1000:2::/64 by public
            subnet guarded 10.0.3.0/24 by private acl guard
            subnet lost 10.0.4.0/24
            table private
              10.0.0.0/16 local
              2001:db8:1000::/56 local
              0.0.0.0/0 nat-1
              ::/0 eigw-1
              10.1.0.0/16 pcx-1
              10.2.0.0/16 pcx-2
              192.0.2.0/24 igw-2 gone
            table public
              10.0.0.0/16 local
              2001:db8:1000::/56 local
              0.0.0.0/0 igw-1
              ::/0 igw-1
            acl guard
              in 90 deny tcp 5432 from 10.0.1.9/32
              in 100 allow tcp 5432 from 10.0.0.0/16
              out 100 allow tcp 32768-65535 to 10.0.1.0/24
            group app
              egress all to 0.0.0.0/0
              egress all to ::/0
            group db
              ingress tcp 5432 from app
              ingress tcp 5432 from visitor
            group web
              ingress tcp 80 from 0.0.0.0/0
              ingress tcp 80 from ::/0
              egress all to 0.0.0.0/0
            group ping
              ingress icmp 8-0 from 10.0.0.0/16
            internet igw-1
            egress-only eigw-1
            interface fn in private at 10.0.1.4,2001:db8:1000:1::4 of app behind app-in-private
            interface client in private at 10.0.1.9 of app behind workload
            interface pg in private at 10.0.1.10 of db behind workload
            interface pong in private at 10.0.1.11 of ping behind workload
            interface idle in private at 10.0.1.12 of db behind nothing
            interface vault in guarded at 10.0.3.4 of db behind workload
            interface shop in public at 10.0.2.4,2001:db8:1000:2::4 of web,app behind workload public 198.18.64.4
            interface hidden in public at 10.0.2.5 of app behind workload
            interface stray in lost at 10.0.4.4 of app behind workload
            interface liar in public at 10.0.2.6 of app behind workload
            interface eni-nat in public at 10.0.2.100 of none behind nat public 198.18.64.100
            nat nat-1 on eni-nat
            peer pcx-1
            peer pcx-2
            world near
            vpc 10.1.0.0/16
            subnet n 10.1.1.0/24
            table main
              10.1.0.0/16 local
              10.0.0.0/16 pcx-1
            group visitor
              egress all to 0.0.0.0/0
              ingress tcp 80 from app
            interface guest in n at 10.1.1.4 of visitor behind workload
            peer pcx-1
            world far
            vpc 10.2.0.0/16
            subnet f 10.2.1.0/24
            group open
              egress all to 0.0.0.0/0
              ingress all from 0.0.0.0/0
            interface other in f at 10.2.1.4 of open behind workload
            peer pcx-2
            """;

    private final Reachability reachability = new Reachability(WorldText.parse(WORLD), Set.of(Ip.parse(HOST)));

    private Verdict tcp(String source, String from, String destination, int port) {
        return reach("home", source, from, destination, GroupRule.TCP, port);
    }

    private Verdict reach(String vpc, String source, String from, String destination, int protocol, int port) {
        return reachability.of(new Connection(
                "000000000000/eu-west-1/" + vpc, source, Ip.parse(from), Ip.parse(destination), protocol, 40000, port));
    }

    private static Verdict reaches(String receiver) {
        return new Verdict.Reaches(receiver);
    }

    private static void assertLost(Verdict verdict, Drop.Cause cause, String by, boolean answer) {
        assertThat(verdict).isInstanceOfSatisfying(Verdict.Lost.class, lost -> {
            assertThat(lost.cause()).isEqualTo(cause);
            assertThat(lost.by()).contains(by);
            assertThat(lost.answer()).isEqualTo(answer);
        });
    }

    @Test
    void a_rule_that_names_the_senders_group_lets_it_in() {
        assertThat(tcp("fn", "10.0.1.4", "10.0.1.10", 5432)).isEqualTo(reaches("pg"));
    }

    @Test
    void another_port_is_refused_by_the_receivers_groups() {
        assertLost(tcp("fn", "10.0.1.4", "10.0.1.10", 22), Drop.Cause.GROUP_INGRESS, "pg", false);
    }

    @Test
    void a_group_without_egress_rules_lets_nothing_out() {
        assertLost(tcp("pg", "10.0.1.10", "10.0.2.4", 80), Drop.Cause.GROUP_EGRESS, "pg", false);
    }

    @Test
    void the_default_route_leads_by_the_translator_to_the_internet() {
        assertThat(tcp("fn", "10.0.1.4", HOST, 443)).isEqualTo(reaches(HOST));
    }

    @Test
    void a_public_subnet_gives_no_internet_without_a_public_address() {
        assertThat(tcp("shop", "10.0.2.4", HOST, 443)).isEqualTo(reaches(HOST));
        assertLost(tcp("hidden", "10.0.2.5", HOST, 443), Drop.Cause.NO_PUBLIC_ADDRESS, "igw-1", false);
    }

    @Test
    void a_table_without_a_route_leads_nowhere_and_a_lost_target_neither() {
        assertLost(tcp("stray", "10.0.4.4", HOST, 443), Drop.Cause.ROUTE, "main", false);
        assertLost(tcp("client", "10.0.1.9", "192.0.2.1", 443), Drop.Cause.ROUTE, "private", false);
    }

    @Test
    void nobody_answers_at_a_free_address_or_an_idle_interface() {
        assertLost(tcp("fn", "10.0.1.4", "10.0.1.99", 5432), Drop.Cause.ROUTE, "private", false);
        assertLost(tcp("fn", "10.0.1.4", "10.0.1.12", 5432), Drop.Cause.ROUTE, "private", false);
    }

    @Test
    void a_public_address_is_reached_over_the_internet_from_ones_own_vpc() {
        assertThat(tcp("fn", "10.0.1.4", "198.18.64.4", 80)).isEqualTo(reaches("shop"));
    }

    @Test
    void nothing_opens_a_connection_to_a_translator_or_a_function() {
        assertLost(tcp("client", "10.0.1.9", "10.0.2.100", 80), Drop.Cause.INBOUND, "eni-nat", false);
        var open = new Reachability(VpcText.parse("""
                vpc 10.0.0.0/16
                subnet a 10.0.1.0/24
                group g
                  ingress all from 0.0.0.0/0
                  egress all to 0.0.0.0/0
                interface fn in a at 10.0.1.4 of g behind key
                interface pg in a at 10.0.1.5 of g behind workload
                """));
        assertLost(
                open.of(new Connection(
                        "000000000000/eu-west-1/vpc", "pg", Ip.parse("10.0.1.5"), Ip.parse("10.0.1.4"), GroupRule.TCP,
                        40000, 80)),
                Drop.Cause.INBOUND, "fn", false);
    }

    @Test
    void acls_judge_at_the_boundary_in_the_order_of_their_numbers() {
        assertThat(tcp("fn", "10.0.1.4", "10.0.3.4", 5432)).isEqualTo(reaches("vault"));
        assertLost(tcp("client", "10.0.1.9", "10.0.3.4", 5432), Drop.Cause.ACL_INGRESS, "number=90", false);
        assertLost(tcp("hidden", "10.0.2.5", "10.0.3.4", 5432), Drop.Cause.ACL_EGRESS, "guard", true);
    }

    @Test
    void a_peered_vpc_is_reached_with_routes_on_both_sides_and_a_group_may_name_its_groups() {
        assertThat(tcp("fn", "10.0.1.4", "10.1.1.4", 80)).isEqualTo(reaches("guest"));
        assertThat(reach("near", "guest", "10.1.1.4", "10.0.1.10", GroupRule.TCP, 5432)).isEqualTo(reaches("pg"));
        assertLost(tcp("fn", "10.0.1.4", "10.2.1.4", 80), Drop.Cause.ROUTE, "main", true);
    }

    @Test
    void peering_is_not_transitive() {
        assertLost(reach("near", "guest", "10.1.1.4", "10.2.1.4", GroupRule.TCP, 80), Drop.Cause.ROUTE, "main", false);
        assertLost(reach("near", "guest", "10.1.1.4", HOST, GroupRule.TCP, 443), Drop.Cause.ROUTE, "main", false);
    }

    @Test
    void ipv6_goes_out_by_the_egress_only_gateway_and_comes_in_by_the_internet_gateway_alone() {
        assertThat(tcp("fn", "2001:db8:1000:1::4", "2001:db8:1000:2::4", 80)).isEqualTo(reaches("shop"));
        assertLost(tcp("fn", "2001:db8:1000:1::4", "2001:db8:ffff::1", 443), Drop.Cause.ROUTE, "", false);
        var dual = new Reachability(WorldText.parse(WORLD), Set.of(Ip.parse("2001:db8:ffff::1")));
        assertThat(dual.of(new Connection(
                        "000000000000/eu-west-1/home", "fn", Ip.parse("2001:db8:1000:1::4"), Ip.parse("2001:db8:ffff::1"),
                        GroupRule.TCP, 40000, 443)))
                .isEqualTo(reaches("2001:db8:ffff::1"));
    }

    @Test
    void what_came_in_by_an_internet_gateway_is_not_answered_by_an_egress_only_one() {
        String world = """
                world client
                vpc 10.0.0.0/16 2001:db8:1000:100::/56
                subnet asking 10.0.1.0/24 2001:db8:1000:101::/64
                table main
                  2001:db8:1000:100::/56 local
                  ::/0 igw-c
                internet igw-c
                group open
                  egress all to ::/0
                  ingress all from ::/0
                interface asker in asking at 10.0.1.4,2001:db8:1000:101::4 of open behind workload
                world server
                vpc 10.0.0.0/16 2001:db8:1000:200::/56
                subnet asked 10.0.1.0/24 2001:db8:1000:201::/64
                table main
                  2001:db8:1000:200::/56 local
                  ::/0 WAY-s
                internet igw-s
                egress-only eigw-s
                group open
                  egress all to ::/0
                  ingress all from ::/0
                interface answerer in asked at 10.0.1.4,2001:db8:1000:201::4 of open behind workload
                """;
        var asked = new Connection(
                "000000000000/eu-west-1/client", "asker", Ip.parse("2001:db8:1000:101::4"), Ip.parse("2001:db8:1000:201::4"),
                GroupRule.UDP, 40000, 53);
        var back = new Reachability(WorldText.parse(world.replace("WAY", "igw")), Set.of());
        assertThat(back.of(asked)).isEqualTo(reaches("answerer"));
        var aside = new Reachability(WorldText.parse(world.replace("WAY", "eigw")), Set.of());
        assertLost(aside.of(asked), Drop.Cause.ROUTE, "eigw-s", true);
    }

    @Test
    void the_source_must_be_the_senders_own_address() {
        assertLost(tcp("liar", "10.0.2.99", "10.0.2.4", 80), Drop.Cause.SOURCE_CHECK, "liar", false);
    }

    /** The shop's subnet is behind an appliance, for what comes from the internet; the neighbour's is not. */
    private static Verdict pastTheAppliance(String wall, String visited) {
        var world = new Reachability(WorldText.parse("""
                world home
                vpc 10.0.0.0/16
                subnet shops 10.0.1.0/24
                subnet walls 10.0.2.0/24
                table main
                  10.0.0.0/16 local
                  0.0.0.0/0 igw-1
                table edge
                  10.0.0.0/16 local
                  10.0.1.0/24 eni-wall
                group web
                  ingress tcp 80 from 0.0.0.0/0
                  egress all to 0.0.0.0/0
                internet igw-1 by edge
                interface shop in shops at 10.0.1.4 of web behind workload public 198.18.64.4
                interface neighbour in walls at 10.0.2.5 of web behind workload public 198.18.64.5
                %s
                """.formatted(wall)), Set.of());
        return world.of(new Connection(
                "000000000000/eu-west-1/home", "neighbour", Ip.parse("10.0.2.5"), Ip.parse(visited), GroupRule.TCP, 40000, 80));
    }

    @Test
    void a_gateways_table_leads_what_comes_in_past_an_appliance() {
        String wall = "interface eni-wall in walls at 10.0.2.4 of web behind workload";
        assertThat(pastTheAppliance(wall + " unchecked", "198.18.64.4")).isEqualTo(reaches("shop"));
        assertLost(pastTheAppliance(wall, "198.18.64.4"), Drop.Cause.SOURCE_CHECK, "eni-wall", false);
        assertLost(pastTheAppliance("", "198.18.64.4"), Drop.Cause.ROUTE, "igw-1", false);
        assertThat(pastTheAppliance("", "198.18.64.5")).isEqualTo(reaches("neighbour"));
        assertThat(pastTheAppliance("", "10.0.1.4")).isEqualTo(reaches("shop"));
    }

    @Test
    void an_icmp_rule_is_about_the_type() {
        assertThat(reach("home", "fn", "10.0.1.4", "10.0.1.11", GroupRule.ICMP, 8)).isEqualTo(reaches("pong"));
        assertLost(
                reach("home", "fn", "10.0.1.4", "10.0.1.11", GroupRule.ICMP, 13), Drop.Cause.GROUP_INGRESS, "pong", false);
    }

    @Test
    void an_unknown_sender_is_a_mistake_of_the_caller() {
        assertThatIllegalArgumentException().isThrownBy(() -> tcp("nobody", "10.0.1.4", "10.0.1.10", 1));
        assertThatIllegalArgumentException().isThrownBy(() -> tcp("idle", "10.0.1.12", "10.0.1.10", 1));
    }
}
