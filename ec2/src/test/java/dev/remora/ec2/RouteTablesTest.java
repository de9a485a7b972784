package dev.remora.ec2;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ec2.model.AssociateRouteTableRequest;
import software.amazon.awssdk.services.ec2.model.AssociateRouteTableResponse;
import software.amazon.awssdk.services.ec2.model.CreateRouteTableRequest;
import software.amazon.awssdk.services.ec2.model.CreateRouteTableResponse;
import software.amazon.awssdk.services.ec2.model.DeleteRouteTableRequest;
import software.amazon.awssdk.services.ec2.model.DeleteRouteTableResponse;
import software.amazon.awssdk.services.ec2.model.DeleteSubnetRequest;
import software.amazon.awssdk.services.ec2.model.DeleteSubnetResponse;
import software.amazon.awssdk.services.ec2.model.DescribeRouteTablesRequest;
import software.amazon.awssdk.services.ec2.model.DescribeRouteTablesResponse;
import software.amazon.awssdk.services.ec2.model.DisassociateRouteTableRequest;
import software.amazon.awssdk.services.ec2.model.DisassociateRouteTableResponse;
import software.amazon.awssdk.services.ec2.model.Filter;
import software.amazon.awssdk.services.ec2.model.ReplaceRouteTableAssociationRequest;
import software.amazon.awssdk.services.ec2.model.ReplaceRouteTableAssociationResponse;
import software.amazon.awssdk.services.ec2.model.RouteTable;
import software.amazon.awssdk.services.ec2.model.RouteTableAssociation;

class RouteTablesTest {
    private final Ec2Lab ec2 = new Ec2Lab();
    private String vpc = "";
    private String subnet = "";
    private String table = "";

    @BeforeEach
    void makeTable() {
        vpc = ec2.vpc("10.0.0.0/16");
        subnet = ec2.subnet(vpc, "10.0.1.0/24");
        table = ec2.call(CreateRouteTableRequest.builder().vpcId(vpc).build(), CreateRouteTableResponse.class)
                .routeTable()
                .routeTableId();
    }

    @AfterEach
    void close() {
        ec2.close();
    }

    private List<RouteTable> found(String filter, String value) {
        return ec2.call(
                        DescribeRouteTablesRequest.builder()
                                .filters(
                                        Filter.builder().name("vpc-id").values(vpc).build(),
                                        Filter.builder().name(filter).values(value).build())
                                .build(),
                        DescribeRouteTablesResponse.class)
                .routeTables();
    }

    private AssociateRouteTableRequest associate() {
        return AssociateRouteTableRequest.builder().routeTableId(table).subnetId(subnet).build();
    }

    private String associated() {
        return ec2.call(associate(), AssociateRouteTableResponse.class).associationId();
    }

    @Test
    void a_new_table_routes_inside_the_vpc() {
        assertThat(found("route-table-id", table)).singleElement().satisfies(t -> {
            assertThat(t.routes())
                    .extracting(r -> r.destinationCidrBlock() + " " + r.gatewayId() + " " + r.stateAsString())
                    .containsExactly("10.0.0.0/16 local active");
            assertThat(t.hasAssociations()).isTrue();
            assertThat(t.associations()).isEmpty();
            assertThat(t.hasPropagatingVgws()).isTrue();
            assertThat(t.hasTags()).isTrue();
        });
    }

    @Test
    void a_subnet_is_associated_once() {
        String association = associated();
        assertThat(found("association.subnet-id", subnet)).singleElement().satisfies(t -> {
            assertThat(t.routeTableId()).isEqualTo(table);
            assertThat(t.associations()).singleElement().satisfies(a -> {
                assertThat(a.routeTableAssociationId()).isEqualTo(association);
                assertThat(a.main()).isFalse();
                assertThat(a.associationState().stateAsString()).isEqualTo("associated");
            });
        });
        assertThat(ec2.refusal(associate()))
                .isEqualTo("Resource.AlreadyAssociated: the specified association for route table " + table
                        + " conflicts with an existing association");
    }

    @Test
    void a_table_in_use_cannot_be_deleted() {
        String association = associated();
        var delete = DeleteRouteTableRequest.builder().routeTableId(table).build();
        assertThat(ec2.refusal(delete))
                .isEqualTo("DependencyViolation: The routeTable '" + table + "' has dependencies and cannot be deleted.");
        ec2.call(
                DisassociateRouteTableRequest.builder().associationId(association).build(), DisassociateRouteTableResponse.class);
        ec2.call(delete, DeleteRouteTableResponse.class);
        assertThat(ec2.refusal(delete))
                .isEqualTo("InvalidRouteTableID.NotFound: The routeTable ID '" + table + "' does not exist");
    }

    @Test
    void deleting_a_subnet_ends_its_association() {
        associated();
        ec2.call(DeleteSubnetRequest.builder().subnetId(subnet).build(), DeleteSubnetResponse.class);
        assertThat(found("route-table-id", table).getFirst().associations()).isEmpty();
    }

    @Test
    void the_main_association_stays_but_may_move() {
        RouteTable main = found("association.main", "true").getFirst();
        String association = main.associations().getFirst().routeTableAssociationId();
        assertThat(ec2.refusal(DisassociateRouteTableRequest.builder().associationId(association).build()))
                .isEqualTo("InvalidParameterValue: cannot disassociate the main route table association " + association);

        var moved = ec2.call(
                ReplaceRouteTableAssociationRequest.builder().associationId(association).routeTableId(table).build(),
                ReplaceRouteTableAssociationResponse.class);
        assertThat(found("association.main", "true")).singleElement().satisfies(t -> {
            assertThat(t.routeTableId()).isEqualTo(table);
            assertThat(t.associations())
                    .extracting(RouteTableAssociation::routeTableAssociationId)
                    .containsExactly(moved.newAssociationId());
        });
        ec2.call(DeleteRouteTableRequest.builder().routeTableId(main.routeTableId()).build(), DeleteRouteTableResponse.class);
    }

    @Test
    void a_subnet_of_another_vpc_is_refused() {
        String stranger = ec2.subnet(ec2.vpc("10.0.0.0/16"), "10.0.1.0/24");
        assertThat(ec2.refusal(AssociateRouteTableRequest.builder().routeTableId(table).subnetId(stranger).build()))
                .isEqualTo("InvalidParameterValue: route table " + table + " and subnet " + stranger
                        + " belong to different networks");
    }

    @Test
    void an_unknown_association_is_refused() {
        assertThat(ec2.refusal(DisassociateRouteTableRequest.builder().associationId("rtbassoc-1").build()))
                .isEqualTo("InvalidAssociationID.NotFound: The association ID 'rtbassoc-1' does not exist");
    }
}
