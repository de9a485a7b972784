package dev.remora.ec2;

import static dev.remora.ec2.Ec2Lab.SCOPE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.remora.net.NatKey;
import dev.remora.net.Topology;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ec2.model.CreateNetworkInterfaceRequest;
import software.amazon.awssdk.services.ec2.model.CreateNetworkInterfaceResponse;
import software.amazon.awssdk.services.ec2.model.DeleteNetworkInterfaceRequest;
import software.amazon.awssdk.services.ec2.model.DeleteNetworkInterfaceResponse;
import software.amazon.awssdk.services.ec2.model.DescribeNetworkInterfaceAttributeRequest;
import software.amazon.awssdk.services.ec2.model.DescribeNetworkInterfaceAttributeResponse;
import software.amazon.awssdk.services.ec2.model.DescribeNetworkInterfacesRequest;
import software.amazon.awssdk.services.ec2.model.DescribeNetworkInterfacesResponse;
import software.amazon.awssdk.services.ec2.model.DetachNetworkInterfaceRequest;
import software.amazon.awssdk.services.ec2.model.Filter;
import software.amazon.awssdk.services.ec2.model.GroupIdentifier;
import software.amazon.awssdk.services.ec2.model.ModifyNetworkInterfaceAttributeRequest;
import software.amazon.awssdk.services.ec2.model.ModifyNetworkInterfaceAttributeResponse;
import software.amazon.awssdk.services.ec2.model.NetworkInterface;

class NetworkInterfacesTest {
    private static final Topology.Attachment LAMBDA = new Topology.Attachment.Hyperplane(new NatKey("key"));

    private final Ec2Lab ec2 = new Ec2Lab();
    private String vpc = "";
    private String subnet = "";

    @BeforeEach
    void makeSubnet() {
        vpc = ec2.vpc("10.0.0.0/16");
        subnet = ec2.subnet(vpc, "10.0.1.0/24");
    }

    @AfterEach
    void close() {
        ec2.close();
    }

    private CreateNetworkInterfaceRequest.Builder create() {
        return CreateNetworkInterfaceRequest.builder().subnetId(subnet);
    }

    private NetworkInterface made(CreateNetworkInterfaceRequest.Builder request) {
        return ec2.call(request.build(), CreateNetworkInterfaceResponse.class).networkInterface();
    }

    private List<NetworkInterface> found(Filter... filters) {
        return ec2.call(
                        DescribeNetworkInterfacesRequest.builder().filters(filters).build(),
                        DescribeNetworkInterfacesResponse.class)
                .networkInterfaces();
    }

    private NetworkInterface described(String id) {
        return found(Filter.builder().name("network-interface-id").values(id).build()).getFirst();
    }

    @Test
    void a_new_interface_has_an_address_a_name_and_the_default_group() {
        NetworkInterface made = made(create().description("mine"));
        assertThat(made.statusAsString()).isEqualTo("pending");
        assertThat(made.privateIpAddress()).isEqualTo("10.0.1.4");
        assertThat(made.privateDnsName()).isEqualTo("ip-10-0-1-4.eu-west-1.compute.internal");
        assertThat(made.macAddress()).matches("02(:[0-9a-f]{2}){5}");
        assertThat(made.groups()).extracting(GroupIdentifier::groupName).containsExactly("default");
        assertThat(made.sourceDestCheck()).isTrue();
        assertThat(made.requesterManaged()).isFalse();
        assertThat(made.attachment()).isNull();
        assertThat(made.interfaceTypeAsString()).isEqualTo("interface");

        NetworkInterface again = described(made.networkInterfaceId());
        assertThat(again.statusAsString()).isEqualTo("available");
        assertThat(again.macAddress()).isEqualTo(made.macAddress());
    }

    @Test
    void lambdas_interface_looks_like_lambdas() {
        String group = ec2.group(vpc, "app");
        NetworkInterface eni = described(ec2.serviceInterface(subnet, LAMBDA, "lambda", group).id());

        assertThat(eni.interfaceTypeAsString()).isEqualTo("lambda");
        assertThat(eni.statusAsString()).isEqualTo("in-use");
        assertThat(eni.requesterManaged()).isFalse();
        assertThat(eni.requesterId()).isEqualTo("AROATEST:session");
        assertThat(eni.attachment().attachmentId()).startsWith("ela-attach-");
        assertThat(eni.attachment().instanceOwnerId()).isEqualTo("amazon-aws");
        assertThat(eni.attachment().instanceId()).isNull();
        assertThat(eni.attachment().deviceIndex()).isEqualTo(1);
        assertThat(eni.attachment().statusAsString()).isEqualTo("attached");
        assertThat(eni.attachment().deleteOnTermination()).isFalse();
        assertThat(eni.attachment().attachTime()).isEqualTo(Ec2Lab.NOW);
        assertThat(eni.groups()).extracting(GroupIdentifier::groupId).containsExactly(group);
    }

    @Test
    void nobody_else_manages_lambdas_interface() {
        String id = ec2.serviceInterface(subnet, LAMBDA, "lambda").id();
        String attachment = described(id).attachment().attachmentId();
        assertThat(ec2.refusal(DetachNetworkInterfaceRequest.builder().attachmentId(attachment).build()))
                .isEqualTo("OperationNotPermitted: You are not allowed to manage 'ela-attach' attachments.");
        assertThat(ec2.refusal(DeleteNetworkInterfaceRequest.builder().networkInterfaceId(id).build()))
                .isEqualTo("InvalidParameterValue: Network interface '" + id + "' is currently in use.");
        assertThat(ec2.refusal(ModifyNetworkInterfaceAttributeRequest.builder()
                        .networkInterfaceId(id)
                        .groups(ec2.group(vpc, "other"))
                        .build()))
                .isEqualTo("OperationNotPermitted: You are not allowed to manage 'ela-attach' attachments.");
    }

    @Test
    void an_abandoned_one_is_available_and_its_owner_may_delete_it() {
        String id = ec2.serviceInterface(subnet, LAMBDA, "lambda").id();
        ec2.service.networks().abandon(SCOPE, id);
        assertThat(described(id).statusAsString()).isEqualTo("available");
        ec2.call(DeleteNetworkInterfaceRequest.builder().networkInterfaceId(id).build(), DeleteNetworkInterfaceResponse.class);
        assertThat(found()).isEmpty();
    }

    @Test
    void a_services_managed_interface_is_out_of_reach() {
        String id = ec2.serviceInterface(subnet, new Topology.Attachment.Workload(), "interface").id();
        NetworkInterface eni = described(id);
        assertThat(eni.requesterManaged()).isTrue();
        assertThat(eni.attachment().instanceOwnerId()).isEqualTo("amazon-rds");
        assertThat(ec2.refusal(ModifyNetworkInterfaceAttributeRequest.builder()
                        .networkInterfaceId(id)
                        .description(d -> d.value("mine now"))
                        .build()))
                .isEqualTo("AuthFailure: You do not have permission to access the specified resource.");
        assertThat(ec2.refusal(DetachNetworkInterfaceRequest.builder()
                        .attachmentId(eni.attachment().attachmentId())
                        .build()))
                .startsWith("AuthFailure: ");
    }

    @Test
    void an_address_may_be_chosen() {
        assertThat(made(create().privateIpAddress("10.0.1.77")).privateIpAddress()).isEqualTo("10.0.1.77");
        assertThat(made(create().privateIpAddresses(a -> a.privateIpAddress("10.0.1.78").primary(true))).privateIpAddress())
                .isEqualTo("10.0.1.78");
        assertThat(made(create()).privateIpAddress()).isEqualTo("10.0.1.4");
        assertThat(ec2.refusal(create().privateIpAddress("10.0.1.77").build()))
                .isEqualTo("InvalidIPAddress.InUse: Address 10.0.1.77 is in use.");
        assertThat(ec2.refusal(create().privateIpAddress("10.0.2.77").build()))
                .isEqualTo("InvalidParameterValue: Address does not fall within the subnet's address range");
        assertThat(ec2.refusal(create().privateIpAddress("10.0.1.2").build()))
                .isEqualTo("InvalidParameterValue: Address 10.0.1.2 is in subnet's reserved address range");
        assertThat(ec2.refusal(create().privateIpAddress("10.0.1").build()))
                .isEqualTo("InvalidParameterValue: invalid value for parameter address: 10.0.1");
    }

    @Test
    void a_full_subnet_says_so() {
        String small = ec2.subnet(vpc, "10.0.2.0/28");
        IntStream.range(0, 11).forEach(i -> made(create().subnetId(small)));
        assertThat(ec2.refusal(create().subnetId(small).build()))
                .isEqualTo("InsufficientFreeAddressesInSubnet: The specified subnet does not have enough free addresses to"
                        + " satisfy the request.");
    }

    @Test
    void sixteen_groups_of_the_same_vpc_and_no_more() {
        var groups = IntStream.range(0, 17).mapToObj(i -> ec2.group(vpc, "g" + i)).toList();
        assertThat(made(create().groups(groups.subList(0, 16))).groups()).hasSize(16);
        assertThat(ec2.refusal(create().groups(groups).build()))
                .isEqualTo("SecurityGroupsPerInterfaceLimitExceeded: The maximum number of security groups per interface has been"
                        + " reached.");
        String stranger = ec2.group(ec2.vpc("10.0.0.0/16"), "stranger");
        assertThat(ec2.refusal(create().groups(stranger).build()))
                .isEqualTo("InvalidGroup.NotFound: You have specified two resources that belong to different networks.");
    }

    @Test
    void one_client_token_makes_one_interface() {
        NetworkInterface first = made(create().clientToken("t"));
        assertThat(made(create().clientToken("t")).networkInterfaceId()).isEqualTo(first.networkInterfaceId());
        assertThat(ec2.refusal(create().clientToken("t").description("other").build()))
                .isEqualTo("IdempotentParameterMismatch: The request uses the same client token as a previous, but non-identical"
                        + " request.");
        assertThat(made(create()).networkInterfaceId()).isNotEqualTo(first.networkInterfaceId());
    }

    @Test
    void attributes_are_modified_and_described() {
        String id = made(create()).networkInterfaceId();
        String group = ec2.group(vpc, "app");
        modify(id, m -> m.groups(group));
        modify(id, m -> m.description(d -> d.value("changed")));
        modify(id, m -> m.sourceDestCheck(v -> v.value(false)));

        NetworkInterface now = described(id);
        assertThat(now.groups()).extracting(GroupIdentifier::groupId).containsExactly(group);
        assertThat(now.description()).isEqualTo("changed");
        assertThat(now.sourceDestCheck()).isFalse();
        assertThat(ec2.call(
                                DescribeNetworkInterfaceAttributeRequest.builder()
                                        .networkInterfaceId(id)
                                        .attribute("groupSet")
                                        .build(),
                                DescribeNetworkInterfaceAttributeResponse.class)
                        .groups())
                .extracting(GroupIdentifier::groupName)
                .containsExactly("app");
    }

    private void modify(String id, Consumer<ModifyNetworkInterfaceAttributeRequest.Builder> change) {
        ec2.call(
                ModifyNetworkInterfaceAttributeRequest.builder().networkInterfaceId(id).applyMutation(change).build(),
                ModifyNetworkInterfaceAttributeResponse.class);
    }

    @Test
    void interfaces_are_found_by_what_they_are_in() {
        String group = ec2.group(vpc, "app");
        String lambda = ec2.serviceInterface(subnet, LAMBDA, "lambda", group).id();
        made(create());
        for (String[] filter : new String[][] {
            {"group-id", group},
            {"group-name", "app"},
            {"interface-type", "lambda"},
            {"status", "in-use"},
            {"description", "made for*"},
            {"requester-id", "AROATEST:*"},
            {"private-ip-address", "10.0.1.4"},
            {"attachment.instance-owner-id", "amazon-aws"}
        }) {
            assertThat(found(
                            Filter.builder().name("vpc-id").values(vpc).build(),
                            Filter.builder().name(filter[0]).values(filter[1]).build()))
                    .as(filter[0])
                    .extracting(NetworkInterface::networkInterfaceId)
                    .containsExactly(lambda);
        }
        assertThat(found(Filter.builder().name("subnet-id").values(subnet).build())).hasSize(2);
    }

    @Test
    void pages_hold_what_was_asked_for_and_lead_to_the_rest() {
        var all = IntStream.range(0, 23).mapToObj(i -> made(create()).networkInterfaceId()).toList();
        for (Filter[] filters : new Filter[][] {
            {},
            {Filter.builder().name("subnet-id").values(subnet).build()},
            {Filter.builder().name("description").values("*").build()}
        }) {
            var seen = new ArrayList<String>();
            String token = null;
            do {
                var page = ec2.call(
                        DescribeNetworkInterfacesRequest.builder().filters(filters).maxResults(10).nextToken(token).build(),
                        DescribeNetworkInterfacesResponse.class);
                assertThat(page.networkInterfaces()).hasSizeLessThanOrEqualTo(10);
                page.networkInterfaces().forEach(i -> seen.add(i.networkInterfaceId()));
                token = page.nextToken();
            } while (token != null);
            assertThat(seen).containsExactlyElementsOf(all);
        }
    }

    @Test
    void page_sizes_and_tokens_are_checked() {
        assertThat(ec2.refusal(DescribeNetworkInterfacesRequest.builder().maxResults(4).build()))
                .isEqualTo("InvalidParameterValue: Value ( 4 ) for parameter maxResults is invalid. Expecting a value greater"
                        + " than or equal to 5.");
        assertThat(ec2.refusal(DescribeNetworkInterfacesRequest.builder().maxResults(1001).build()))
                .startsWith("InvalidParameterValue: Value ( 1001 ) for parameter maxResults");
        assertThat(ec2.refusal(DescribeNetworkInterfacesRequest.builder().nextToken("banana").build()))
                .isEqualTo("InvalidNextToken: The token 'banana' is invalid");
        assertThat(ec2.refusal(DescribeNetworkInterfacesRequest.builder()
                        .networkInterfaceIds("eni-1")
                        .maxResults(10)
                        .build()))
                .startsWith("InvalidParameterCombination: ");
        assertThat(ec2.refusal(DescribeNetworkInterfacesRequest.builder().networkInterfaceIds("eni-1").build()))
                .isEqualTo("InvalidNetworkInterfaceID.NotFound: The networkInterface ID 'eni-1' does not exist");
    }
}
