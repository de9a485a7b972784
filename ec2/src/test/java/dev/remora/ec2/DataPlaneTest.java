package dev.remora.ec2;

import static dev.remora.ec2.Ec2Lab.SCOPE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.remora.net.NatKey;
import dev.remora.net.Topology;
import dev.remora.store.DataFolder;
import dev.remora.store.SqliteStore;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.ec2.model.AuthorizeSecurityGroupIngressRequest;
import software.amazon.awssdk.services.ec2.model.AuthorizeSecurityGroupIngressResponse;

class DataPlaneTest {
    private static final Topology.Attachment LAMBDA = new Topology.Attachment.Hyperplane(new NatKey("key"));
    private static final Topology.Attachment WORKLOAD = new Topology.Attachment.Workload();
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Ec2Lab ec2 = new Ec2Lab();

    @AfterEach
    void close() {
        ec2.close();
    }

    @Test
    void a_vpc_in_which_nothing_sends_has_no_router() {
        String vpc = ec2.vpc("10.0.0.0/16");
        String subnet = ec2.subnet(vpc, "10.0.1.0/24");
        var idle = ec2.serviceInterface(subnet, new Topology.Attachment.None(), "interface");

        assertThat(ec2.service.networks().awaitInForce(SCOPE, idle.id(), PATIENCE)).isTrue();
        assertThat(ec2.fabric.calls()).isEmpty();
    }

    @Test
    void the_first_interface_makes_the_router_and_the_last_takes_it_away() {
        String vpc = ec2.vpc("10.0.0.0/16");
        String subnet = ec2.subnet(vpc, "10.0.1.0/24");
        String router = ec2.service.networks().router(SCOPE, vpc);

        var made = ec2.serviceInterface(subnet, LAMBDA, "lambda");
        assertThat(ec2.service.networks().awaitInForce(SCOPE, made.id(), PATIENCE)).isTrue();
        assertThat(ec2.fabric.held(router).ports()).containsOnlyKeys(made.id());

        ec2.service.networks().delete(SCOPE, made.id());
        assertThat(ec2.fabric.held()).isEmpty();
        assertThat(ec2.fabric.calls()).startsWith("apply " + router).endsWith("remove " + router);
    }

    @Test
    void a_rule_is_in_force_when_the_answer_is_there() {
        String vpc = ec2.vpc("10.0.0.0/16");
        String subnet = ec2.subnet(vpc, "10.0.1.0/24");
        String group = ec2.group(vpc, "db");
        var db = ec2.serviceInterface(subnet, WORKLOAD, "interface", group);

        ec2.call(
                AuthorizeSecurityGroupIngressRequest.builder()
                        .groupId(group)
                        .ipPermissions(p -> p.ipProtocol("tcp")
                                .fromPort(5432)
                                .toPort(5432)
                                .ipRanges(r -> r.cidrIp("10.0.0.0/16")))
                        .build(),
                AuthorizeSecurityGroupIngressResponse.class);

        var held = ec2.fabric.held(ec2.service.networks().router(SCOPE, vpc));
        assertThat(held.ports()).containsKey(db.id());
        assertThat(held.groups()).hasEntrySatisfying(group, g -> assertThat(g.ingress()).hasSize(1));
    }

    @Test
    void what_the_kernel_refuses_is_tried_again() {
        ec2.fabric.refusals.set(3);
        String subnet = ec2.subnet(ec2.vpc("10.0.0.0/16"), "10.0.1.0/24");
        var made = ec2.serviceInterface(subnet, LAMBDA, "lambda");

        assertThat(ec2.service.networks().awaitInForce(SCOPE, made.id(), PATIENCE)).isTrue();
        assertThat(ec2.fabric.held()).hasSize(1);
    }

    @Test
    void a_router_whose_making_was_refused_is_taken_away_all_the_same() {
        ec2.fabric.refusals.set(1_000_000);
        String vpc = ec2.vpc("10.0.0.0/16");
        var made = ec2.serviceInterface(ec2.subnet(vpc, "10.0.1.0/24"), LAMBDA, "lambda");
        assertThat(ec2.service.networks().awaitInForce(SCOPE, made.id(), Duration.ofMillis(100))).isFalse();

        ec2.service.networks().delete(SCOPE, made.id());

        assertThat(ec2.fabric.calls()).containsExactly("remove " + ec2.service.networks().router(SCOPE, vpc));
    }

    @Test
    void after_a_refused_change_the_state_before_it_is_made_anew() {
        String vpc = ec2.vpc("10.0.0.0/16");
        String subnet = ec2.subnet(vpc, "10.0.1.0/24");
        var first = ec2.serviceInterface(subnet, LAMBDA, "lambda");
        assertThat(ec2.service.networks().awaitInForce(SCOPE, first.id(), PATIENCE)).isTrue();
        int before = ec2.fabric.calls().size();

        ec2.fabric.refusals.set(1_000_000);
        var second = ec2.serviceInterface(subnet, LAMBDA, "lambda");
        assertThat(ec2.service.networks().awaitInForce(SCOPE, second.id(), Duration.ofMillis(100))).isFalse();
        ec2.fabric.refusals.set(0);
        ec2.service.networks().delete(SCOPE, second.id());

        assertThat(ec2.fabric.calls()).as("calls").hasSizeGreaterThan(before);
        assertThat(ec2.fabric.held(ec2.service.networks().router(SCOPE, vpc)).ports()).containsOnlyKeys(first.id());
    }

    @Test
    void a_change_that_no_packet_can_meet_does_not_touch_the_kernel() {
        String vpc = ec2.vpc("10.0.0.0/16");
        String subnet = ec2.subnet(vpc, "10.0.1.0/24");
        var made = ec2.serviceInterface(subnet, LAMBDA, "lambda");
        assertThat(ec2.service.networks().awaitInForce(SCOPE, made.id(), PATIENCE)).isTrue();
        int before = ec2.fabric.calls().size();

        ec2.group(vpc, "unused");
        assertThat(ec2.service.networks().awaitInForce(SCOPE, made.id(), PATIENCE)).isTrue();

        assertThat(ec2.fabric.calls()).hasSize(before);
    }

    @Test
    void what_is_in_force_does_not_wait_for_changes_elsewhere() {
        var made = ec2.serviceInterface(ec2.subnet(ec2.vpc("10.0.0.0/16"), "10.0.1.0/24"), LAMBDA, "lambda");
        assertThat(ec2.service.networks().awaitInForce(SCOPE, made.id(), PATIENCE)).isTrue();

        ec2.vpc("10.1.0.0/16");

        assertThat(ec2.service.networks().awaitInForce(SCOPE, made.id(), Duration.ZERO)).isTrue();
    }

    @Test
    void an_abandoned_interface_has_nothing_behind_it_and_keeps_its_address() {
        String vpc = ec2.vpc("10.0.0.0/16");
        String subnet = ec2.subnet(vpc, "10.0.1.0/24");
        var left = ec2.serviceInterface(subnet, LAMBDA, "lambda");
        assertThat(ec2.service.networks().awaitInForce(SCOPE, left.id(), PATIENCE)).isTrue();

        ec2.service.networks().abandon(SCOPE, left.id());

        assertThat(ec2.fabric.held()).isEmpty();
        assertThat(ec2.service.networks().interfaces(SCOPE, "lambda")).as("its service has let it go").isEmpty();
        assertThat(ec2.store.view().get(Resource.NETWORK_INTERFACE.kind(), SCOPE, left.id()))
                .hasValueSatisfying(i -> assertThat(i.address()).isEqualTo(left.address()));
    }

    @Test
    void regrouping_is_in_force_when_it_returns() {
        String vpc = ec2.vpc("10.0.0.0/16");
        String subnet = ec2.subnet(vpc, "10.0.1.0/24");
        String a = ec2.group(vpc, "a");
        String b = ec2.group(vpc, "b");
        var db = ec2.serviceInterface(subnet, WORKLOAD, "interface", a);

        ec2.service.networks().regroup(SCOPE, db.id(), Set.of(b));

        var held = ec2.fabric.held(ec2.service.networks().router(SCOPE, vpc));
        assertThat(held.ports()).hasEntrySatisfying(db.id(), p -> assertThat(p.groups()).containsExactly(b));
        assertThat(held.groups()).containsOnlyKeys(b);
    }

    @Test
    void a_closed_gate_holds_an_interface_back_until_it_opens() throws Exception {
        var open = new CountDownLatch(1);
        Gate gate = (id, atMost) -> {
            try {
                return open.await(atMost.toNanos(), TimeUnit.NANOSECONDS);
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        };
        try (var gated = new Ec2Lab(SqliteStore.inMemory(Ec2Service.kinds()), gate)) {
            String subnet = gated.subnet(gated.vpc("10.0.0.0/16"), "10.0.1.0/24");
            var made = gated.serviceInterface(subnet, LAMBDA, "lambda");

            assertThat(gated.service.networks().awaitInForce(SCOPE, made.id(), Duration.ofMillis(1))).isFalse();
            open.countDown();
            assertThat(gated.service.networks().awaitInForce(SCOPE, made.id(), PATIENCE)).isTrue();
        }
    }

    @Test
    void after_a_restart_the_kernel_is_made_from_the_store(@TempDir Path folder) {
        String router;
        Topology before;
        try (var data = DataFolder.open(folder);
                var first = new Ec2Lab(SqliteStore.open(data, Ec2Service.kinds()), Gate.OPEN)) {
            String vpc = first.vpc("10.0.0.0/16");
            String subnet = first.subnet(vpc, "10.0.1.0/24");
            var made = first.serviceInterface(subnet, LAMBDA, "lambda", first.group(vpc, "app"));
            assertThat(first.service.networks().awaitInForce(SCOPE, made.id(), PATIENCE)).isTrue();
            router = first.service.networks().router(SCOPE, vpc);
            before = first.fabric.held(router);
        }
        try (var data = DataFolder.open(folder);
                var second = new Ec2Lab(SqliteStore.open(data, Ec2Service.kinds()), Gate.OPEN)) {
            String id = before.ports().keySet().iterator().next();
            assertThat(second.service.networks().awaitInForce(SCOPE, id, PATIENCE)).isTrue();
            assertThat(second.fabric.held()).containsEntry(router, before);
        }
    }
}
