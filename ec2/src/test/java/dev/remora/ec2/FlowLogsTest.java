package dev.remora.ec2;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remora.net.Drop;
import dev.remora.net.Flow;
import dev.remora.net.FlowReading;
import dev.remora.net.Ip;
import dev.remora.net.Topology;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ec2.model.CreateFlowLogsRequest;
import software.amazon.awssdk.services.ec2.model.CreateFlowLogsResponse;
import software.amazon.awssdk.services.ec2.model.DeleteFlowLogsRequest;
import software.amazon.awssdk.services.ec2.model.DeleteFlowLogsResponse;
import software.amazon.awssdk.services.ec2.model.DescribeFlowLogsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeFlowLogsResponse;

class FlowLogsTest {
    private final Ec2Lab lab = new Ec2Lab();
    private String vpc;
    private String subnet;
    private Networks.Interface client;
    private Networks.Interface server;

    @BeforeEach
    void twoInterfaces() {
        vpc = lab.vpc("10.0.0.0/16");
        subnet = lab.subnet(vpc, "10.0.1.0/24");
        String group = lab.group(vpc, "g");
        client = lab.serviceInterface(subnet, new Topology.Attachment.Workload(), "interface", group);
        server = lab.serviceInterface(subnet, new Topology.Attachment.Workload(), "interface", group);
    }

    @AfterEach
    void close() {
        lab.close();
    }

    private static CreateFlowLogsRequest.Builder toGroup(String type, String id) {
        return CreateFlowLogsRequest.builder()
                .resourceType(type)
                .resourceIds(id)
                .trafficType("ALL")
                .logGroupName("flows")
                .deliverLogsPermissionArn(NotedDelivery.ROLE);
    }

    private String create(CreateFlowLogsRequest.Builder request) {
        return lab.call(request.build(), CreateFlowLogsResponse.class).flowLogIds().getFirst();
    }

    private List<software.amazon.awssdk.services.ec2.model.FlowLog> describe() {
        return lab.call(DescribeFlowLogsRequest.builder().build(), DescribeFlowLogsResponse.class).flowLogs();
    }

    private Flow flow(int port, Optional<Drop.Cause> refused) {
        return new Flow(
                Optional.of(client.id()), Optional.of(server.id()), client.address(), server.address(), 6, 40000, port, 2, 3, 180,
                refused);
    }

    private void crossed(Flow... flows) {
        lab.fabric.readings.put(DataPlane.router(Ec2Lab.SCOPE, vpc), new FlowReading(List.of(flows), false));
        lab.now = lab.now.plusSeconds(5);
        lab.service.recordFlows();
    }

    private List<String> stream(String networkInterface, String traffic) {
        return lab.delivery.streams.getOrDefault("flows " + networkInterface + "-" + traffic, List.of());
    }

    @Test
    void bothInterfacesSeeWhatPassed() {
        create(toGroup("VPC", vpc));
        crossed(flow(5432, Optional.empty()));
        long start = Ec2Lab.NOW.getEpochSecond();
        String line = " 10.0.1.4 10.0.1.5 40000 5432 6 3 180 " + start + " " + (start + 5) + " ACCEPT OK";
        assertThat(stream(client.id(), "all")).containsExactly("2 000000000000 " + client.id() + line);
        assertThat(stream(server.id(), "all")).containsExactly("2 000000000000 " + server.id() + line);
    }

    @Test
    void whatTheReceiverRefusesThesenderHasAccepted() {
        create(toGroup("VPC", vpc));
        crossed(flow(22, Optional.of(Drop.Cause.GROUP_INGRESS)));
        assertThat(stream(client.id(), "all")).singleElement().asString().endsWith("ACCEPT OK");
        assertThat(stream(server.id(), "all")).singleElement().asString().endsWith("REJECT OK");
    }

    @Test
    void whatTheSenderRefusesNeverComesToTheReceiver() {
        create(toGroup("VPC", vpc));
        crossed(flow(22, Optional.of(Drop.Cause.ACL_EGRESS)));
        assertThat(stream(client.id(), "all")).singleElement().asString().endsWith("REJECT OK");
        assertThat(stream(server.id(), "all")).isEmpty();
    }

    @Test
    void aLogOfRejectsHasNothingElse() {
        create(toGroup("Subnet", subnet).trafficType("REJECT"));
        crossed(flow(5432, Optional.empty()), flow(22, Optional.of(Drop.Cause.GROUP_INGRESS)));
        assertThat(stream(server.id(), "reject")).singleElement().asString().contains(" 22 6 ").endsWith("REJECT OK");
        assertThat(stream(client.id(), "reject")).isEmpty();
    }

    @Test
    void aLogOfAnInterfaceIsAboutNoOther() {
        create(toGroup("NetworkInterface", server.id()));
        crossed(flow(5432, Optional.empty()));
        assertThat(lab.delivery.streams).containsOnlyKeys("flows " + server.id() + "-all");
    }

    @Test
    void silenceIsSaidOnceAnInterval() {
        create(toGroup("NetworkInterface", server.id()).maxAggregationInterval(60));
        for (int i = 0; i < 24; i++) {
            crossed();
        }
        assertThat(stream(server.id(), "all")).hasSize(2).allMatch(line -> line.endsWith("- - - - - - - "
                + line.split(" ")[10] + " " + line.split(" ")[11] + " - NODATA"));
    }

    @Test
    void whatWasNotCountedIsSaid() {
        create(toGroup("NetworkInterface", server.id()));
        lab.fabric.readings.put(DataPlane.router(Ec2Lab.SCOPE, vpc), new FlowReading(List.of(), true));
        lab.service.recordFlows();
        assertThat(stream(server.id(), "all")).singleElement().asString().endsWith("SKIPDATA");
    }

    @Test
    void aFormatOfOnesOwnHasTheHighestVersionOfItsFields() {
        create(toGroup("VPC", vpc)
                .logFormat("${version} ${vpc-id} ${subnet-id} ${instance-id} ${tcp-flags} ${type} ${flow-direction} ${az-id}"
                        + " ${region}"));
        crossed(flow(5432, Optional.empty()));
        assertThat(stream(client.id(), "all"))
                .containsExactly("5 " + vpc + " " + subnet + " - 2 IPv4 egress euw1-az1 eu-west-1");
    }

    @Test
    void ipv6FlowsAreWrittenToo() {
        create(toGroup("VPC", vpc).logFormat("${type} ${srcaddr}"));
        crossed(new Flow(
                Optional.of(client.id()), Optional.empty(), Ip.parse("2001:db8::4"), Ip.parse("2001:db8:ffff::1"), 58, 0, 0, 0, 1,
                104, Optional.empty()));
        assertThat(stream(client.id(), "all")).containsExactly("IPv6 2001:db8::4");
    }

    @Test
    void aBucketGetsCompressedObjects() throws IOException {
        create(CreateFlowLogsRequest.builder()
                .resourceType("VPC")
                .resourceIds(vpc)
                .trafficType("ALL")
                .logDestinationType("s3")
                .logDestination("arn:aws:s3:::flows/of/mine"));
        crossed(flow(5432, Optional.empty()));
        assertThat(lab.delivery.objects).isEmpty();
        for (int i = 0; i < 6; i++) {
            crossed();
        }
        assertThat(lab.delivery.objects).hasSize(1);
        var object = lab.delivery.objects.entrySet().iterator().next();
        assertThat(object.getKey())
                .startsWith("flows of/mine/AWSLogs/000000000000/vpcflowlogs/eu-west-1/2026/02/03/"
                        + "000000000000_vpcflowlogs_eu-west-1_fl-")
                .endsWith(".log.gz");
        try (var in = new GZIPInputStream(new ByteArrayInputStream(object.getValue()))) {
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            assertThat(text.lines()).hasSize(3);
            assertThat(text).startsWith("version account-id interface-id srcaddr");
        }
    }

    @Test
    void describeShowsWhatWasAskedForAndHowDeliveryGoes() {
        create(toGroup("VPC", vpc).maxAggregationInterval(60));
        assertThat(describe()).singleElement().satisfies(f -> {
            assertThat(f.deliverLogsStatus()).isEqualTo("SUCCESS");
            assertThat(f.logDestinationTypeAsString()).isEqualTo("cloud-watch-logs");
            assertThat(f.maxAggregationInterval()).isEqualTo(60);
            assertThat(f.logFormat()).isEqualTo(FlowFormat.DEFAULT);
        });
        lab.delivery.failure = Optional.of("Access error");
        crossed(flow(1, Optional.empty()));
        assertThat(describe()).singleElement().satisfies(f -> {
            assertThat(f.deliverLogsStatus()).isEqualTo("FAILED");
            assertThat(f.deliverLogsErrorMessage()).isEqualTo("Access error");
        });
    }

    @Test
    void aVpcIsMeteredWhileALogIsAboutIt() {
        String id = create(toGroup("VPC", vpc));
        assertThat(lab.fabric.held(DataPlane.router(Ec2Lab.SCOPE, vpc)).metered()).isTrue();
        lab.call(DeleteFlowLogsRequest.builder().flowLogIds(id).build(), DeleteFlowLogsResponse.class);
        assertThat(lab.fabric.held(DataPlane.router(Ec2Lab.SCOPE, vpc)).metered()).isFalse();
    }

    @Test
    void aDeletedInterfaceTakesItsLogAlong() {
        create(toGroup("NetworkInterface", server.id()));
        lab.service.networks().delete(Ec2Lab.SCOPE, server.id());
        assertThat(describe()).isEmpty();
    }

    @Test
    void refusals() {
        assertThat(lab.refusal(toGroup("VPC", "vpc-0000").build())).startsWith("InvalidVpcID.NotFound");
        assertThat(lab.refusal(toGroup("Subnet", vpc).build())).startsWith("InvalidSubnetID.Malformed");
        assertThat(lab.refusal(toGroup("VPC", vpc).maxAggregationInterval(30).build()))
                .contains("Invalid Flow Log Max Aggregation Interval");
        assertThat(lab.refusal(toGroup("VPC", vpc).logFormat("${nonsense}").build())).contains("Unknown fields");
        assertThat(lab.refusal(toGroup("VPC", vpc).deliverLogsPermissionArn("arn:aws:iam::000000000000:role/no").build()))
                .contains("Unable to assume given IAM role");
        assertThat(lab.refusal(toGroup("VPC", vpc).deliverLogsPermissionArn(null).build()))
                .contains("DeliverLogsPermissionArn can't be empty");
        assertThat(lab.refusal(DeleteFlowLogsRequest.builder().flowLogIds("fl-1").build())).contains("[TotalCount: 1] fl-1");
        create(toGroup("VPC", vpc));
        assertThat(lab.refusal(toGroup("VPC", vpc).build())).startsWith("FlowLogAlreadyExists");
    }

    @Test
    void anUnknownBucketIsReportedWithTheResource() {
        var response = lab.call(
                CreateFlowLogsRequest.builder()
                        .resourceType("VPC").resourceIds(vpc).trafficType("ALL").logDestinationType("s3")
                        .logDestination("arn:aws:s3:::nowhere").build(),
                CreateFlowLogsResponse.class);
        assertThat(response.flowLogIds()).isEmpty();
        assertThat(response.unsuccessful()).singleElement().satisfies(failed -> {
            assertThat(failed.resourceId()).isEqualTo(vpc);
            assertThat(failed.error().code()).isEqualTo("400");
            assertThat(failed.error().message()).isEqualTo("LogDestination: nowhere does not exist");
        });
    }

    @Test
    void aClientTokenCreatesOnce() {
        var request = toGroup("VPC", vpc).clientToken("t");
        assertThat(create(request)).isEqualTo(create(request));
    }
}
