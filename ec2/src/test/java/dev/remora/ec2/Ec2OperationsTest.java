package dev.remora.ec2;

import static dev.remora.ec2.Ec2Lab.REGION;
import static org.assertj.core.api.Assertions.assertThat;

import dev.remora.wire.Operation;
import dev.remora.wire.Permission;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.awscore.AwsRequest;
import software.amazon.awssdk.core.SdkField;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.services.ec2.model.CreateNatGatewayRequest;
import software.amazon.awssdk.services.ec2.model.CreateNetworkInterfaceRequest;
import software.amazon.awssdk.services.ec2.model.CreateVpcRequest;
import software.amazon.awssdk.services.ec2.model.DeleteSubnetRequest;
import software.amazon.awssdk.services.ec2.model.DescribeVpcsRequest;
import software.amazon.awssdk.services.ec2.model.Tag;
import software.amazon.awssdk.services.ec2.model.TagSpecification;

class Ec2OperationsTest {
    private final Ec2Lab ec2 = new Ec2Lab();

    @AfterEach
    void close() {
        ec2.close();
    }

    @Test
    void every_parameter_of_every_operation_is_declared_and_exists() throws ReflectiveOperationException {
        var wrong = new ArrayList<String>();
        for (Operation<?, ?> operation : ec2.service.operations().all()) {
            var members = new HashSet<String>();
            for (SdkField<?> field : empty(operation.request()).sdkFields()) {
                members.add(field.memberName());
                if (!operation.parameters().containsKey(field.memberName())) {
                    wrong.add(operation.name() + " does not declare " + field.memberName());
                }
            }
            operation.parameters().keySet().stream()
                    .filter(declared -> !members.contains(declared))
                    .forEach(declared -> wrong.add(operation.name() + " declares " + declared + ", which it does not have"));
        }
        assertThat(wrong).isEmpty();
        assertThat(ec2.service.operations().all()).hasSizeGreaterThan(40);
    }

    private static SdkPojo empty(Class<? extends AwsRequest> request) throws ReflectiveOperationException {
        var builder = (AwsRequest.Builder) request.getMethod("builder").invoke(null);
        return (SdkPojo) builder.build();
    }

    private List<String> resources(AwsRequest request) {
        return resources(ec2.operation(request), request);
    }

    private static <I extends AwsRequest> List<String> resources(Operation<I, ?> operation, AwsRequest request) {
        return operation.permissions(operation.request().cast(request)).apply(Ec2Lab.call(REGION)).stream()
                .map(Permission::resource)
                .toList();
    }

    private static <I extends AwsRequest> Map<String, List<String>> context(Operation<I, ?> operation, AwsRequest request) {
        return operation.context(operation.request().cast(request)).apply(Ec2Lab.call(REGION));
    }

    @Test
    void a_list_needs_permission_on_everything() {
        assertThat(resources(DescribeVpcsRequest.builder().build())).containsExactly("*");
    }

    @Test
    void making_an_interface_needs_permission_on_all_that_it_joins() {
        var request = CreateNetworkInterfaceRequest.builder().subnetId("subnet-1").groups("sg-1", "sg-2").build();
        assertThat(resources(request))
                .containsExactly(
                        "arn:aws:ec2:eu-west-1:000000000000:network-interface/*",
                        "arn:aws:ec2:eu-west-1:000000000000:subnet/subnet-1",
                        "arn:aws:ec2:eu-west-1:000000000000:security-group/sg-1",
                        "arn:aws:ec2:eu-west-1:000000000000:security-group/sg-2");
    }

    @Test
    void making_a_nat_gateway_needs_permission_on_its_subnet_and_its_address() {
        var request = CreateNatGatewayRequest.builder().subnetId("subnet-1").allocationId("eipalloc-1").build();
        assertThat(resources(request))
                .containsExactly(
                        "arn:aws:ec2:eu-west-1:000000000000:natgateway/*",
                        "arn:aws:ec2:eu-west-1:000000000000:subnet/subnet-1",
                        "arn:aws:ec2:eu-west-1:000000000000:elastic-ip/eipalloc-1");
    }

    @Test
    void condition_keys_say_which_vpc_and_which_subnet() {
        String vpc = ec2.vpc("10.0.0.0/16");
        String subnet = ec2.subnet(vpc, "10.0.1.0/24");
        var request = DeleteSubnetRequest.builder().subnetId(subnet).build();
        assertThat(context(ec2.operation(request), request))
                .containsEntry("ec2:Region", List.of("eu-west-1"))
                .containsEntry("ec2:Vpc", List.of("arn:aws:ec2:eu-west-1:000000000000:vpc/" + vpc))
                .containsEntry("ec2:Subnet", List.of("arn:aws:ec2:eu-west-1:000000000000:subnet/" + subnet));
    }

    @Test
    void condition_keys_say_which_tags_are_given() {
        var request = CreateVpcRequest.builder()
                .cidrBlock("10.0.0.0/16")
                .tagSpecifications(TagSpecification.builder()
                        .resourceType("vpc")
                        .tags(Tag.builder().key("team").value("red").build())
                        .build())
                .build();
        assertThat(context(ec2.operation(request), request))
                .containsEntry("aws:RequestTag/team", List.of("red"))
                .containsEntry("aws:TagKeys", List.of("team"));
    }
}
