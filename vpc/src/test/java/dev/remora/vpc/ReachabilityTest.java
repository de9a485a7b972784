package dev.remora.vpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.remora.net.Ipv4;
import dev.remora.vpc.Reachability.Connection;
import dev.remora.vpc.Reachability.Verdict;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReachabilityTest {
    private static final String JOURNEY = """
            vpc 10.0.0.0/16
            subnet a 10.0.1.0/24
            subnet b 10.0.2.0/24
            subnet lost 10.0.3.0/24 by empty
            table empty
            group app
              egress all to 0.0.0.0/0
            group db
              ingress tcp 5432 from app
            group ping
              ingress icmp 8-0 from 10.0.0.0/16
            interface fn in a at 10.0.1.4 of app behind app-in-a
            interface other in a at 10.0.1.5 of db behind workload
            interface pg in b at 10.0.2.4 of db behind workload
            interface pong in b at 10.0.2.5 of ping behind workload
            interface idle in b at 10.0.2.6 of db behind nothing
            interface stray in lost at 10.0.3.4 of app behind workload
            """;

    private final Reachability reachability = new Reachability(VpcText.parse(JOURNEY));

    private Verdict tcp(String source, String destination, int port) {
        return reachability.of(new Connection(source, Ipv4.parse(destination), GroupRule.TCP, port));
    }

    @Test
    void a_rule_that_names_the_senders_group_lets_it_in() {
        assertThat(tcp("fn", "10.0.2.4", 5432))
                .isInstanceOfSatisfying(Verdict.Allowed.class, allowed -> {
                    assertThat(allowed.egress().id()).isEqualTo("sgr-app-0");
                    assertThat(allowed.ingress().id()).isEqualTo("sgr-db-0");
                });
    }

    @Test
    void another_port_is_refused_by_the_receivers_groups() {
        assertThat(tcp("fn", "10.0.2.4", 22)).isEqualTo(new Verdict.NoIngressRule("pg", List.of("db")));
    }

    @Test
    void a_group_without_egress_rules_lets_nothing_out() {
        assertThat(tcp("other", "10.0.2.4", 5432)).isEqualTo(new Verdict.NoEgressRule(List.of("db")));
    }

    @Test
    void groups_judge_within_a_subnet_too() {
        assertThat(tcp("fn", "10.0.1.5", 80)).isEqualTo(new Verdict.NoIngressRule("other", List.of("db")));
    }

    @Test
    void there_is_no_way_out_of_the_vpc() {
        assertThat(tcp("fn", "93.184.216.34", 443)).isEqualTo(new Verdict.NoRoute("main"));
    }

    @Test
    void a_table_without_routes_leads_nowhere() {
        assertThat(tcp("stray", "10.0.2.4", 5432)).isEqualTo(new Verdict.NoRoute("empty"));
    }

    @Test
    void nobody_answers_at_a_free_address_or_an_idle_interface() {
        assertThat(tcp("fn", "10.0.2.99", 5432)).isEqualTo(new Verdict.Nobody());
        assertThat(tcp("fn", "10.0.2.6", 5432)).isEqualTo(new Verdict.Nobody());
    }

    @Test
    void nothing_opens_a_connection_to_a_function() {
        var open = new Reachability(VpcText.parse("""
                vpc 10.0.0.0/16
                subnet a 10.0.1.0/24
                group g
                  ingress all from 0.0.0.0/0
                  egress all to 0.0.0.0/0
                interface fn in a at 10.0.1.4 of g behind key
                interface pg in a at 10.0.1.5 of g behind workload
                """));
        assertThat(open.of(new Connection("pg", Ipv4.parse("10.0.1.4"), GroupRule.TCP, 80)))
                .isEqualTo(new Verdict.FunctionsAcceptNothing("fn"));
    }

    @Test
    void an_icmp_rule_is_about_the_type() {
        Ipv4 pong = Ipv4.parse("10.0.2.5");
        assertThat(reachability.of(new Connection("fn", pong, GroupRule.ICMP, 8))).isInstanceOf(Verdict.Allowed.class);
        assertThat(reachability.of(new Connection("fn", pong, GroupRule.ICMP, 13))).isInstanceOf(Verdict.NoIngressRule.class);
    }

    @Test
    void an_unknown_sender_is_a_mistake_of_the_caller() {
        assertThatIllegalArgumentException().isThrownBy(() -> tcp("nobody", "10.0.2.4", 1));
    }
}
