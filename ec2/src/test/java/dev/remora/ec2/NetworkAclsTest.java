package dev.remora.ec2;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remora.net.IpBlock;
import dev.remora.net.NatKey;
import dev.remora.net.Topology;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ec2.model.AssociateVpcCidrBlockRequest;
import software.amazon.awssdk.services.ec2.model.AssociateVpcCidrBlockResponse;
import software.amazon.awssdk.services.ec2.model.CreateNetworkAclEntryRequest;
import software.amazon.awssdk.services.ec2.model.CreateNetworkAclEntryResponse;
import software.amazon.awssdk.services.ec2.model.CreateNetworkAclRequest;
import software.amazon.awssdk.services.ec2.model.CreateNetworkAclResponse;
import software.amazon.awssdk.services.ec2.model.DeleteNetworkAclEntryRequest;
import software.amazon.awssdk.services.ec2.model.DeleteNetworkAclEntryResponse;
import software.amazon.awssdk.services.ec2.model.DeleteNetworkAclRequest;
import software.amazon.awssdk.services.ec2.model.DeleteNetworkAclResponse;
import software.amazon.awssdk.services.ec2.model.DeleteVpcRequest;
import software.amazon.awssdk.services.ec2.model.DescribeNetworkAclsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeNetworkAclsResponse;
import software.amazon.awssdk.services.ec2.model.Filter;
import software.amazon.awssdk.services.ec2.model.NetworkAcl;
import software.amazon.awssdk.services.ec2.model.NetworkAclEntry;
import software.amazon.awssdk.services.ec2.model.PortRange;
import software.amazon.awssdk.services.ec2.model.ReplaceNetworkAclAssociationRequest;
import software.amazon.awssdk.services.ec2.model.ReplaceNetworkAclAssociationResponse;
import software.amazon.awssdk.services.ec2.model.ReplaceNetworkAclEntryRequest;
import software.amazon.awssdk.services.ec2.model.ReplaceNetworkAclEntryResponse;

class NetworkAclsTest {
    private final Ec2Lab ec2 = new Ec2Lab();
    private final String vpc = ec2.vpc("10.0.0.0/16");
    private final String subnet = ec2.subnet(vpc, "10.0.1.0/24");

    @AfterEach
    void close() {
        ec2.close();
    }

    private NetworkAcl made() {
        return ec2.call(CreateNetworkAclRequest.builder().vpcId(vpc).build(), CreateNetworkAclResponse.class).networkAcl();
    }

    private NetworkAcl found(String filter, String value) {
        var acls = ec2.call(
                        DescribeNetworkAclsRequest.builder()
                                .filters(
                                        Filter.builder().name("vpc-id").values(vpc).build(),
                                        Filter.builder().name(filter).values(value).build())
                                .build(),
                        DescribeNetworkAclsResponse.class)
                .networkAcls();
        assertThat(acls).as(filter).hasSize(1);
        return acls.getFirst();
    }

    private static CreateNetworkAclEntryRequest.Builder entry(String acl, int number) {
        return CreateNetworkAclEntryRequest.builder()
                .networkAclId(acl)
                .ruleNumber(number)
                .egress(false)
                .ruleAction("allow")
                .protocol("6")
                .portRange(p -> p.from(443).to(443))
                .cidrBlock("10.0.0.0/8");
    }

    private void put(CreateNetworkAclEntryRequest.Builder request) {
        ec2.call(request.build(), CreateNetworkAclEntryResponse.class);
    }

    private static List<String> words(NetworkAcl acl) {
        return acl.entries().stream().map(NetworkAclsTest::words).toList();
    }

    private static String words(NetworkAclEntry e) {
        String ports = e.portRange() == null ? "" : " " + e.portRange().from() + "-" + e.portRange().to();
        String icmp = e.icmpTypeCode() == null ? "" : " " + e.icmpTypeCode().type() + "/" + e.icmpTypeCode().code();
        return (e.egress() ? "out " : "in ") + e.ruleNumber() + " " + e.ruleActionAsString() + " " + e.protocol() + ports + icmp
                + " " + (e.cidrBlock() == null ? e.ipv6CidrBlock() : e.cidrBlock());
    }

    @Test
    void a_vpcs_default_acl_lets_everything_pass_and_holds_every_new_subnet() {
        NetworkAcl acl = found("default", "true");
        assertThat(words(acl))
                .containsExactly(
                        "out 100 allow -1 0.0.0.0/0", "out 32767 deny -1 0.0.0.0/0",
                        "in 100 allow -1 0.0.0.0/0", "in 32767 deny -1 0.0.0.0/0");
        assertThat(acl.associations()).singleElement().satisfies(a -> assertThat(a.subnetId()).isEqualTo(subnet));
        assertThat(ec2.refusal(DeleteNetworkAclRequest.builder().networkAclId(acl.networkAclId()).build()))
                .isEqualTo("InvalidParameterValue: cannot delete default network ACL " + acl.networkAclId());
    }

    @Test
    void a_vpc_with_ipv6_shows_entries_of_both_families() {
        ec2.call(
                AssociateVpcCidrBlockRequest.builder().vpcId(vpc).amazonProvidedIpv6CidrBlock(true).build(),
                AssociateVpcCidrBlockResponse.class);
        assertThat(words(found("default", "true")))
                .contains("in 101 allow -1 ::/0", "in 32768 deny -1 ::/0", "out 101 allow -1 ::/0", "out 32768 deny -1 ::/0");
        assertThat(words(made())).contains("in 32767 deny -1 0.0.0.0/0", "in 32768 deny -1 ::/0").hasSize(4);
    }

    @Test
    void entries_are_made_in_order_replaced_and_deleted() {
        String acl = made().networkAclId();
        put(entry(acl, 200));
        put(entry(acl, 100).protocol("icmp").icmpTypeCode(i -> i.type(8).code(-1)).ruleAction("deny"));
        put(entry(acl, 100).egress(true).protocol("-1").cidrBlock(null).ipv6CidrBlock("2001:db8::/32"));
        assertThat(words(found("network-acl-id", acl)))
                .containsExactly(
                        "out 100 allow -1 2001:db8::/32",
                        "out 32767 deny -1 0.0.0.0/0",
                        "in 100 deny 1 8/-1 10.0.0.0/8",
                        "in 200 allow 6 443-443 10.0.0.0/8",
                        "in 32767 deny -1 0.0.0.0/0");
        assertThat(ec2.refusal(entry(acl, 100).build()))
                .isEqualTo("NetworkAclEntryAlreadyExists: The network acl entry identified by 100 already exists.");
        ec2.call(
                ReplaceNetworkAclEntryRequest.builder()
                        .networkAclId(acl)
                        .ruleNumber(100)
                        .egress(false)
                        .ruleAction("allow")
                        .protocol("udp")
                        .portRange(p -> p.from(53).to(54))
                        .cidrBlock("10.0.0.1/8")
                        .build(),
                ReplaceNetworkAclEntryResponse.class);
        assertThat(words(found("entry.port-range.from", "53"))).contains("in 100 allow 17 53-54 10.0.0.0/8");
        assertThat(found("entry.ipv6-cidr", "2001:db8::/32").networkAclId()).isEqualTo(acl);
        var delete = DeleteNetworkAclEntryRequest.builder().networkAclId(acl).ruleNumber(200).egress(false).build();
        ec2.call(delete, DeleteNetworkAclEntryResponse.class);
        assertThat(ec2.refusal(delete))
                .isEqualTo("InvalidNetworkAclEntry.NotFound: The network acl entry identified by 200 does not exist.");
        ec2.call(DeleteNetworkAclRequest.builder().networkAclId(acl).build(), DeleteNetworkAclResponse.class);
    }

    @Test
    void bad_entries_are_refused() {
        String acl = made().networkAclId();
        assertThat(ec2.refusal(entry(acl, 32767).build()))
                .isEqualTo("InvalidParameterValue: Value (32767) for parameter ruleNumber is invalid. The range is 1 to 32766.");
        assertThat(ec2.refusal(entry(acl, 0).build())).startsWith("InvalidParameterValue: Value (0) for parameter ruleNumber");
        assertThat(ec2.refusal(entry(acl, 1).portRange((PortRange) null).build()))
                .isEqualTo("MissingParameter: The request must contain the parameter portRange");
        assertThat(ec2.refusal(entry(acl, 1).protocol("icmp").build()))
                .isEqualTo("MissingParameter: The request must contain the parameter icmpTypeCode");
        assertThat(ec2.refusal(entry(acl, 1).portRange(p -> p.from(2).to(1)).build())).startsWith("InvalidParameterValue: ");
        assertThat(ec2.refusal(entry(acl, 1).cidrBlock(null).build())).startsWith("MissingParameter: ");
        assertThat(ec2.refusal(entry(acl, 1).ipv6CidrBlock("::/0").build())).startsWith("InvalidParameterCombination: ");
        assertThat(ec2.refusal(entry(acl, 1).ruleAction("maybe").build())).startsWith("InvalidParameterValue: ");
        assertThat(ec2.refusal(entry(acl, 1).protocol("tcpp").build())).startsWith("InvalidParameterValue: ");
        assertThat(ec2.refusal(entry("acl-1", 1).build()))
                .isEqualTo("InvalidNetworkAclID.NotFound: The networkAcl ID 'acl-1' does not exist");
        assertThat(words(found("network-acl-id", acl))).as("nothing is half-made").hasSize(2);
    }

    @Test
    void forty_entries_in_each_direction() {
        String acl = made().networkAclId();
        IntStream.rangeClosed(1, 40).forEach(n -> put(entry(acl, n)));
        assertThat(ec2.refusal(entry(acl, 41).build()))
                .isEqualTo("NetworkAclEntryLimitExceeded: The maximum number of network acl entries has been reached.");
        put(entry(acl, 41).egress(true));
    }

    @Test
    void an_association_moves_and_the_kernel_follows() {
        var eni = ec2.serviceInterface(subnet, new Topology.Attachment.Hyperplane(new NatKey("k")), "lambda");
        assertThat(ec2.service.networks().awaitInForce(Ec2Lab.SCOPE, eni.id(), Duration.ofSeconds(60))).isTrue();
        String acl = made().networkAclId();
        String association = found("default", "true").associations().getFirst().networkAclAssociationId();
        var move = ReplaceNetworkAclAssociationRequest.builder().associationId(association).networkAclId(acl);
        String next = ec2.call(move.build(), ReplaceNetworkAclAssociationResponse.class).newAssociationId();
        assertThat(next).isNotEqualTo(association);
        assertThat(ec2.held(vpc).subnets().get(subnet).acl()).contains(acl);
        put(entry(acl, 7));
        assertThat(ec2.held(vpc).acls().get(acl).ingress())
                .containsExactly(new Topology.AclRule(7, 6, 443, 443, IpBlock.parse("10.0.0.0/8"), true));
        assertThat(found("association.subnet-id", subnet).networkAclId()).isEqualTo(acl);
        assertThat(found("association.association-id", next).networkAclId()).isEqualTo(acl);

        assertThat(ec2.refusal(move.build()))
                .isEqualTo("InvalidAssociationID.NotFound: The association ID '" + association + "' does not exist");
        assertThat(ec2.refusal(DeleteNetworkAclRequest.builder().networkAclId(acl).build()))
                .isEqualTo("DependencyViolation: The networkAcl '" + acl + "' has dependencies and cannot be deleted.");
        assertThat(ec2.refusal(DeleteVpcRequest.builder().vpcId(vpc).build())).startsWith("DependencyViolation: ");
        String stranger = ec2.call(
                        CreateNetworkAclRequest.builder().vpcId(ec2.vpc("10.1.0.0/16")).build(), CreateNetworkAclResponse.class)
                .networkAcl()
                .networkAclId();
        assertThat(ec2.refusal(move.associationId(next).networkAclId(stranger).build()))
                .isEqualTo("InvalidParameterValue: network acl " + stranger + " and subnet " + subnet
                        + " belong to different networks");
    }
}
