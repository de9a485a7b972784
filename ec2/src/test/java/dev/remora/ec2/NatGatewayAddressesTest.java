package dev.remora.ec2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.groups.Tuple.tuple;

import dev.remora.net.Ipv4;
import dev.remora.net.Topology.Attachment.Translator;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ec2.model.AssignPrivateNatGatewayAddressRequest;
import software.amazon.awssdk.services.ec2.model.AssignPrivateNatGatewayAddressResponse;
import software.amazon.awssdk.services.ec2.model.AssociateNatGatewayAddressRequest;
import software.amazon.awssdk.services.ec2.model.AssociateNatGatewayAddressResponse;
import software.amazon.awssdk.services.ec2.model.CreateNatGatewayRequest;
import software.amazon.awssdk.services.ec2.model.CreateNatGatewayResponse;
import software.amazon.awssdk.services.ec2.model.DeleteNatGatewayRequest;
import software.amazon.awssdk.services.ec2.model.DeleteNatGatewayResponse;
import software.amazon.awssdk.services.ec2.model.DescribeNatGatewaysRequest;
import software.amazon.awssdk.services.ec2.model.DescribeNatGatewaysResponse;
import software.amazon.awssdk.services.ec2.model.DescribeSubnetsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeSubnetsResponse;
import software.amazon.awssdk.services.ec2.model.DisassociateNatGatewayAddressRequest;
import software.amazon.awssdk.services.ec2.model.DisassociateNatGatewayAddressResponse;
import software.amazon.awssdk.services.ec2.model.NatGateway;
import software.amazon.awssdk.services.ec2.model.NatGatewayAddress;
import software.amazon.awssdk.services.ec2.model.ReleaseAddressRequest;
import software.amazon.awssdk.services.ec2.model.ReleaseAddressResponse;
import software.amazon.awssdk.services.ec2.model.UnassignPrivateNatGatewayAddressRequest;
import software.amazon.awssdk.services.ec2.model.UnassignPrivateNatGatewayAddressResponse;

class NatGatewayAddressesTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Ec2Lab ec2 = new Ec2Lab();
    private final String vpc = ec2.vpc("10.0.0.0/16");
    private final String subnet = ec2.subnet(vpc, "10.0.1.0/24");

    @AfterEach
    void close() {
        ec2.close();
    }

    private NatGateway described(String id) {
        return ec2.call(DescribeNatGatewaysRequest.builder().natGatewayIds(id).build(), DescribeNatGatewaysResponse.class)
                .natGateways()
                .getFirst();
    }

    private NatGateway when(String id, Predicate<NatGateway> holds) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        NatGateway now = described(id);
        while (!holds.test(now)) {
            assertThat(System.nanoTime()).as("%s", now).isLessThan(end);
            Thread.onSpinWait();
            now = described(id);
        }
        return now;
    }

    private NatGateway available(CreateNatGatewayRequest.Builder request) {
        String id = ec2.call(request.subnetId(subnet).build(), CreateNatGatewayResponse.class).natGateway().natGatewayId();
        return when(id, n -> n.stateAsString().equals("available"));
    }

    private NatGateway publicOne() {
        ec2.internetGateway(vpc);
        return available(CreateNatGatewayRequest.builder().allocationId(ec2.elasticIp()));
    }

    private NatGateway privateOne() {
        return available(CreateNatGatewayRequest.builder().connectivityType("private"));
    }

    private List<NatGatewayAddress> associated(String id, String... allocations) {
        var request = AssociateNatGatewayAddressRequest.builder().natGatewayId(id).allocationIds(allocations).build();
        return ec2.call(request, AssociateNatGatewayAddressResponse.class).natGatewayAddresses();
    }

    private int free() {
        return ec2.call(DescribeSubnetsRequest.builder().subnetIds(subnet).build(), DescribeSubnetsResponse.class)
                .subnets()
                .getFirst()
                .availableIpAddressCount();
    }

    private List<String> held(NatGateway gateway) {
        String eni = gateway.natGatewayAddresses().getFirst().networkInterfaceId();
        return ec2.held(vpc).ports().get(eni).addresses().stream().map(Object::toString).toList();
    }

    @Test
    void elastic_ips_come_with_private_addresses_of_their_own() {
        NatGateway made = publicOne();
        int before = free();
        List<NatGatewayAddress> added = associated(made.natGatewayId(), ec2.elasticIp(), ec2.elasticIp());
        assertThat(added).extracting(NatGatewayAddress::privateIp).containsExactly("10.0.1.5", "10.0.1.6");
        assertThat(added).allSatisfy(a -> {
            assertThat(a.statusAsString()).isEqualTo("associating");
            assertThat(a.isPrimary()).isFalse();
            assertThat(a.publicIp()).startsWith("198.18.");
        });
        assertThat(free()).isEqualTo(before - 2);
        assertThat(held(made)).containsExactly("10.0.1.4", "10.0.1.5", "10.0.1.6");
        assertThat(described(made.natGatewayId()).natGatewayAddresses())
                .extracting(NatGatewayAddress::isPrimary, NatGatewayAddress::statusAsString)
                .containsExactly(
                        tuple(true, "succeeded"),
                        tuple(false, "succeeded"),
                        tuple(false, "succeeded"));
    }

    @Test
    void one_that_is_disassociated_rests_until_nothing_leaves_by_it() {
        NatGateway made = publicOne();
        String id = made.natGatewayId();
        String ip = ec2.elasticIp();
        NatGatewayAddress second = associated(id, ip).getFirst();
        String eni = second.networkInterfaceId();
        ec2.fabric.connections.put(eni, Map.of(Ipv4.parse("10.0.1.5"), 1));
        var request = DisassociateNatGatewayAddressRequest.builder().natGatewayId(id).associationIds(second.associationId());
        assertThat(ec2.call(request.build(), DisassociateNatGatewayAddressResponse.class).natGatewayAddresses())
                .singleElement()
                .satisfies(a -> assertThat(a.statusAsString()).isEqualTo("disassociating"));
        assertThat(ec2.held(vpc).ports().get(eni).attachment()).isEqualTo(new Translator(Set.of(Ipv4.parse("10.0.1.5"))));
        assertThat(described(id).natGatewayAddresses().getLast().statusAsString()).isEqualTo("disassociating");
        assertThat(ec2.refusal(request.build())).startsWith("IncorrectState: ");
        assertThat(ec2.refusal(ReleaseAddressRequest.builder().allocationId(ip).build())).startsWith("InvalidIPAddress.InUse: ");

        ec2.fabric.connections.remove(eni);
        when(id, n -> n.natGatewayAddresses().size() == 1);
        ec2.call(ReleaseAddressRequest.builder().allocationId(ip).build(), ReleaseAddressResponse.class);
        assertThat(ec2.service.networks().awaitInForce(Ec2Lab.SCOPE, eni, PATIENCE)).isTrue();
        assertThat(held(made)).containsExactly("10.0.1.4");
    }

    @Test
    void when_its_time_is_over_it_goes_whatever_it_carries() {
        NatGateway made = available(CreateNatGatewayRequest.builder()
                .connectivityType("private")
                .secondaryPrivateIpAddresses("10.0.1.50", "10.0.1.51"));
        String id = made.natGatewayId();
        String eni = made.natGatewayAddresses().getFirst().networkInterfaceId();
        assertThat(made.natGatewayAddresses()).extracting(NatGatewayAddress::privateIp)
                .containsExactly("10.0.1.4", "10.0.1.50", "10.0.1.51");
        ec2.fabric.connections.put(eni, Map.of(Ipv4.parse("10.0.1.50"), 7));
        var request = UnassignPrivateNatGatewayAddressRequest.builder()
                .natGatewayId(id)
                .privateIpAddresses("10.0.1.50")
                .maxDrainDurationSeconds(20)
                .build();
        assertThat(ec2.call(request, UnassignPrivateNatGatewayAddressResponse.class).natGatewayAddresses().getFirst()
                        .statusAsString())
                .isEqualTo("unassigning");
        ec2.now = Ec2Lab.NOW.plusSeconds(20);
        when(id, n -> n.natGatewayAddresses().size() == 2);
    }

    @Test
    void private_ones_are_counted_or_chosen_and_all_go_with_the_gateway() {
        int before = free();
        String id = privateOne().natGatewayId();
        var chosen = AssignPrivateNatGatewayAddressRequest.builder().natGatewayId(id).privateIpAddresses("10.0.1.77").build();
        assertThat(ec2.call(chosen, AssignPrivateNatGatewayAddressResponse.class).natGatewayAddresses().getFirst().privateIp())
                .isEqualTo("10.0.1.77");
        var counted = AssignPrivateNatGatewayAddressRequest.builder().natGatewayId(id).privateIpAddressCount(6);
        assertThat(ec2.call(counted.build(), AssignPrivateNatGatewayAddressResponse.class).natGatewayAddresses()).hasSize(6);
        assertThat(ec2.refusal(counted.privateIpAddressCount(1).build())).startsWith("PrivateIpAddressLimitExceeded: ");
        ec2.call(DeleteNatGatewayRequest.builder().natGatewayId(id).build(), DeleteNatGatewayResponse.class);
        when(id, n -> n.stateAsString().equals("deleted"));
        assertThat(free()).isEqualTo(before);
    }

    @Test
    void a_public_one_is_made_with_several() {
        ec2.internetGateway(vpc);
        String[] more = IntStream.range(0, 7).mapToObj(i -> ec2.elasticIp()).toArray(String[]::new);
        NatGateway made =
                available(CreateNatGatewayRequest.builder().allocationId(ec2.elasticIp()).secondaryAllocationIds(more));
        assertThat(made.natGatewayAddresses()).hasSize(8);
        assertThat(made.natGatewayAddresses().subList(1, 8)).extracting(NatGatewayAddress::allocationId).containsExactly(more);
    }

    @Test
    void refusals() {
        NatGateway made = publicOne();
        String id = made.natGatewayId();
        NatGatewayAddress primary = made.natGatewayAddresses().getFirst();
        var more = AssociateNatGatewayAddressRequest.builder().natGatewayId(id);
        assertThat(ec2.refusal(more.allocationIds("eipalloc-1").build())).startsWith("InvalidAllocationID.NotFound: ");
        assertThat(ec2.refusal(more.allocationIds(primary.allocationId()).build())).startsWith("Resource.AlreadyAssociated: ");
        assertThat(ec2.refusal(more.allocationIds(ec2.elasticIp()).privateIpAddresses("10.0.1.8", "10.0.1.9").build()))
                .startsWith("InvalidParameterCombination: ");
        assertThat(ec2.refusal(DisassociateNatGatewayAddressRequest.builder()
                        .natGatewayId(id)
                        .associationIds(primary.associationId())
                        .build()))
                .isEqualTo("InvalidParameterValue: The primary address 10.0.1.4 of NatGateway " + id
                        + " stays as long as it does.");
        assertThat(ec2.refusal(AssignPrivateNatGatewayAddressRequest.builder().natGatewayId(id).privateIpAddressCount(1).build()))
                .startsWith("InvalidParameterCombination: ");
        assertThat(ec2.refusal(UnassignPrivateNatGatewayAddressRequest.builder()
                        .natGatewayId(id)
                        .privateIpAddresses("10.0.1.4")
                        .maxDrainDurationSeconds(0)
                        .build()))
                .startsWith("InvalidParameterValue: ");
        assertThat(described(id).natGatewayAddresses()).hasSize(1);
    }
}
