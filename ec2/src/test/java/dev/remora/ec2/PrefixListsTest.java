package dev.remora.ec2;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remora.net.IpBlock;
import dev.remora.net.Topology;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ec2.model.AddPrefixListEntry;
import software.amazon.awssdk.services.ec2.model.AuthorizeSecurityGroupIngressRequest;
import software.amazon.awssdk.services.ec2.model.AuthorizeSecurityGroupIngressResponse;
import software.amazon.awssdk.services.ec2.model.CreateManagedPrefixListRequest;
import software.amazon.awssdk.services.ec2.model.CreateManagedPrefixListResponse;
import software.amazon.awssdk.services.ec2.model.CreateRouteRequest;
import software.amazon.awssdk.services.ec2.model.CreateRouteResponse;
import software.amazon.awssdk.services.ec2.model.DeleteManagedPrefixListRequest;
import software.amazon.awssdk.services.ec2.model.DeleteManagedPrefixListResponse;
import software.amazon.awssdk.services.ec2.model.DescribeManagedPrefixListsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeManagedPrefixListsResponse;
import software.amazon.awssdk.services.ec2.model.DescribePrefixListsRequest;
import software.amazon.awssdk.services.ec2.model.DescribePrefixListsResponse;
import software.amazon.awssdk.services.ec2.model.DescribeSecurityGroupRulesRequest;
import software.amazon.awssdk.services.ec2.model.DescribeSecurityGroupRulesResponse;
import software.amazon.awssdk.services.ec2.model.Filter;
import software.amazon.awssdk.services.ec2.model.GetManagedPrefixListAssociationsRequest;
import software.amazon.awssdk.services.ec2.model.GetManagedPrefixListAssociationsResponse;
import software.amazon.awssdk.services.ec2.model.GetManagedPrefixListEntriesRequest;
import software.amazon.awssdk.services.ec2.model.GetManagedPrefixListEntriesResponse;
import software.amazon.awssdk.services.ec2.model.ManagedPrefixList;
import software.amazon.awssdk.services.ec2.model.ModifyManagedPrefixListRequest;
import software.amazon.awssdk.services.ec2.model.ModifyManagedPrefixListResponse;
import software.amazon.awssdk.services.ec2.model.PrefixListEntry;
import software.amazon.awssdk.services.ec2.model.RestoreManagedPrefixListVersionRequest;
import software.amazon.awssdk.services.ec2.model.RestoreManagedPrefixListVersionResponse;

class PrefixListsTest {
    private final Ec2Lab ec2 = new Ec2Lab();
    private final String vpc = ec2.vpc("10.0.0.0/16");

    @AfterEach
    void close() {
        ec2.close();
    }

    private static CreateManagedPrefixListRequest.Builder create(int most, String... blocks) {
        return CreateManagedPrefixListRequest.builder()
                .prefixListName("offices")
                .addressFamily("IPv4")
                .maxEntries(most)
                .entries(entries(blocks));
    }

    private static List<AddPrefixListEntry> entries(String... blocks) {
        return List.of(blocks).stream().map(b -> AddPrefixListEntry.builder().cidr(b).description("of " + b).build()).toList();
    }

    private ManagedPrefixList made(int most, String... blocks) {
        return ec2.call(create(most, blocks).build(), CreateManagedPrefixListResponse.class).prefixList();
    }

    private static ModifyManagedPrefixListRequest.Builder modify(String id, long version) {
        return ModifyManagedPrefixListRequest.builder().prefixListId(id).currentVersion(version);
    }

    private ManagedPrefixList modified(ModifyManagedPrefixListRequest.Builder request) {
        return ec2.call(request.build(), ModifyManagedPrefixListResponse.class).prefixList();
    }

    private ManagedPrefixList described(String id) {
        return ec2.call(
                        DescribeManagedPrefixListsRequest.builder().prefixListIds(id).build(),
                        DescribeManagedPrefixListsResponse.class)
                .prefixLists()
                .getFirst();
    }

    private List<String> blocks(String id, Long version) {
        return ec2.call(
                        GetManagedPrefixListEntriesRequest.builder().prefixListId(id).targetVersion(version).build(),
                        GetManagedPrefixListEntriesResponse.class)
                .entries()
                .stream()
                .map(PrefixListEntry::cidr)
                .toList();
    }

    private AuthorizeSecurityGroupIngressRequest rule(String group, String list) {
        return AuthorizeSecurityGroupIngressRequest.builder()
                .groupId(group)
                .ipPermissions(p -> p.ipProtocol("tcp")
                        .fromPort(5432)
                        .toPort(5432)
                        .prefixListIds(l -> l.prefixListId(list).description("theirs")))
                .build();
    }

    @Test
    void awss_own_lists_are_those_of_the_region() {
        var lists = ec2.call(DescribePrefixListsRequest.builder().build(), DescribePrefixListsResponse.class).prefixLists();
        assertThat(lists)
                .extracting(l -> l.prefixListName() + " " + l.cidrs())
                .containsExactlyInAnyOrder(
                        "com.amazonaws.eu-west-1.s3 [198.18.2.0/24]", "com.amazonaws.eu-west-1.dynamodb [198.18.3.0/24]");
        String s3 = ec2.call(
                        DescribeManagedPrefixListsRequest.builder()
                                .filters(
                                        Filter.builder().name("owner-id").values("AWS").build(),
                                        Filter.builder().name("prefix-list-name").values("*.s3").build())
                                .build(),
                        DescribeManagedPrefixListsResponse.class)
                .prefixLists()
                .getFirst()
                .prefixListId();
        assertThat(s3).matches("pl-[0-9a-f]{8}");
        assertThat(blocks(s3, null)).containsExactly("198.18.2.0/24");
        assertThat(ec2.refusal(DeleteManagedPrefixListRequest.builder().prefixListId(s3).build())).startsWith("AuthFailure: ");
    }

    @Test
    void a_list_is_made_changed_restored_and_deleted() {
        ManagedPrefixList made = made(5, "10.9.0.0/16");
        String id = made.prefixListId();
        assertThat(made.stateAsString()).isEqualTo("create-in-progress");
        assertThat(described(id).stateAsString()).isEqualTo("create-complete");
        assertThat(described(id).version()).isEqualTo(1);
        assertThat(described(id).prefixListArn()).endsWith(":prefix-list/" + id);

        assertThat(modified(modify(id, 1).addEntries(entries("10.8.0.0/16"))).version()).isEqualTo(2);
        modified(modify(id, 2).removeEntries(r -> r.cidr("10.9.0.0/16")));
        assertThat(blocks(id, null)).containsExactly("10.8.0.0/16");
        assertThat(blocks(id, 2L)).containsExactly("10.8.0.0/16", "10.9.0.0/16");
        assertThat(ec2.refusal(modify(id, 2).addEntries(entries("10.7.0.0/16")).build()))
                .isEqualTo("PrefixListVersionMismatch: The prefix list has the incorrect version number.");
        assertThat(ec2.refusal(modify(id, 3).removeEntries(r -> r.cidr("10.7.0.0/16")).build()))
                .startsWith("InvalidPrefixListModification: ")
                .endsWith("does not exist.");
        ec2.call(
                RestoreManagedPrefixListVersionRequest.builder()
                        .prefixListId(id)
                        .previousVersion(1L)
                        .currentVersion(3L)
                        .build(),
                RestoreManagedPrefixListVersionResponse.class);
        assertThat(described(id).stateAsString()).isEqualTo("restore-complete");
        assertThat(described(id).version()).isEqualTo(4);
        assertThat(blocks(id, null)).containsExactly("10.9.0.0/16");
        assertThat(modified(ModifyManagedPrefixListRequest.builder().prefixListId(id).prefixListName("branches")).version())
                .isEqualTo(4);
        assertThat(described(id).prefixListName()).isEqualTo("branches");

        ec2.call(
                DeleteManagedPrefixListRequest.builder().prefixListId(id).build(), DeleteManagedPrefixListResponse.class);
        assertThat(ec2.refusal(DeleteManagedPrefixListRequest.builder().prefixListId(id).build()))
                .isEqualTo("InvalidPrefixListID.NotFound: The prefix list ID '" + id + "' does not exist");
    }

    @Test
    void bad_lists_are_refused() {
        assertThat(ec2.refusal(create(0).build()))
                .isEqualTo("InvalidParameterValue: Must specify a max size between 1 and 1000");
        assertThat(ec2.refusal(create(1, "10.0.0.0/8", "11.0.0.0/8").build()))
                .startsWith("PrefixListMaxEntriesExceeded: ");
        assertThat(ec2.refusal(create(2, "10.0.0.0/8", "10.1.0.0/8").build())).startsWith("InvalidParameterValue: ");
        assertThat(ec2.refusal(create(2, "::/0").build())).startsWith("InvalidParameterValue: ");
        assertThat(ec2.refusal(create(2).addressFamily("IPv5").build())).startsWith("InvalidParameterValue: ");
        assertThat(ec2.refusal(create(2).prefixListName("com.amazonaws.mine").build())).startsWith("InvalidParameterValue: ");
        assertThat(ec2.refusal(create(2).maxEntries(null).build())).startsWith("MissingParameter: ");
    }

    @Test
    void a_rule_stands_for_what_is_in_the_list_now() {
        String group = ec2.group(vpc, "db");
        var db = ec2.serviceInterface(
                ec2.subnet(vpc, "10.0.1.0/24"), new Topology.Attachment.Workload(), "interface", group);
        assertThat(ec2.service.networks().awaitInForce(Ec2Lab.SCOPE, db.id(), Duration.ofSeconds(60))).isTrue();
        String list = made(5, "10.9.0.0/16").prefixListId();
        var rules = ec2.call(rule(group, list), AuthorizeSecurityGroupIngressResponse.class).securityGroupRules();
        assertThat(rules.getFirst().prefixListId()).isEqualTo(list);
        assertThat(ec2.held(vpc).groups().get(group).ingress())
                .extracting(Topology.Rule::peer)
                .containsExactly(new Topology.Peer.Block(IpBlock.parse("10.9.0.0/16")));

        modified(modify(list, 1).addEntries(entries("10.8.0.0/16")));
        assertThat(ec2.held(vpc).groups().get(group).ingress()).as("in force with the answer").hasSize(2);
        assertThat(ec2.call(
                                GetManagedPrefixListAssociationsRequest.builder().prefixListId(list).build(),
                                GetManagedPrefixListAssociationsResponse.class)
                        .prefixListAssociations())
                .singleElement()
                .satisfies(a -> assertThat(a.resourceId()).isEqualTo(group));
        assertThat(ec2.refusal(DeleteManagedPrefixListRequest.builder().prefixListId(list).build()))
                .startsWith("DependencyViolation: ");
        assertThat(ec2.call(
                                DescribeSecurityGroupRulesRequest.builder()
                                        .filters(Filter.builder().name("group-id").values(group).build())
                                        .build(),
                                DescribeSecurityGroupRulesResponse.class)
                        .securityGroupRules())
                .anyMatch(r -> list.equals(r.prefixListId()) && "theirs".equals(r.description()));
        assertThat(ec2.refusal(rule(group, list))).startsWith("InvalidPermission.Duplicate: ").contains("peer: " + list);
        assertThat(ec2.refusal(rule(group, "pl-1"))).startsWith("InvalidPrefixListID.NotFound: ");
    }

    @Test
    void a_list_weighs_as_much_as_it_may_hold() {
        String group = ec2.group(vpc, "db");
        String list = made(60, "10.9.0.0/16").prefixListId();
        ec2.call(rule(group, list), AuthorizeSecurityGroupIngressResponse.class);
        assertThat(ec2.refusal(rule(group, made(1).prefixListId())))
                .isEqualTo("RulesPerSecurityGroupLimitExceeded: The maximum number of rules per security group has been"
                        + " reached.");
        assertThat(ec2.refusal(ModifyManagedPrefixListRequest.builder().prefixListId(list).maxEntries(61).build()))
                .startsWith("RulesPerSecurityGroupLimitExceeded: ");
        assertThat(described(list).maxEntries()).isEqualTo(60);
    }

    @Test
    void a_route_goes_by_the_list_too() {
        String gateway = ec2.internetGateway(vpc);
        String subnet = ec2.subnet(vpc, "10.0.1.0/24");
        var eni = ec2.serviceInterface(subnet, new Topology.Attachment.Workload(), "interface");
        assertThat(ec2.service.networks().awaitInForce(Ec2Lab.SCOPE, eni.id(), Duration.ofSeconds(60))).isTrue();
        String table = ec2.held(vpc).subnets().get(subnet).routeTable();
        String list = made(5, "192.0.2.0/24", "203.0.113.0/24").prefixListId();
        var route = CreateRouteRequest.builder().routeTableId(table).destinationPrefixListId(list).gatewayId(gateway).build();
        ec2.call(route, CreateRouteResponse.class);
        assertThat(ec2.held(vpc).routeTables().get(table).routes())
                .extracting(Topology.Route::destination)
                .contains(IpBlock.parse("192.0.2.0/24"), IpBlock.parse("203.0.113.0/24"));
        assertThat(ec2.refusal(route)).isEqualTo("RouteAlreadyExists: The route identified by " + list + " already exists.");
    }
}
