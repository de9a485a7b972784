package dev.remora.ec2;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remora.wire.AccessKeys;
import dev.remora.wire.Admin;
import dev.remora.wire.Authorizer.Decision;
import dev.remora.wire.Dispatcher;
import dev.remora.wire.HttpFront;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.channels.ServerSocketChannel;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ec2.model.AssociateIamInstanceProfileRequest;
import software.amazon.awssdk.services.ec2.model.AssociateIamInstanceProfileResponse;
import software.amazon.awssdk.services.ec2.model.DescribeIamInstanceProfileAssociationsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeIamInstanceProfileAssociationsResponse;
import software.amazon.awssdk.services.ec2.model.DescribeInstancesRequest;
import software.amazon.awssdk.services.ec2.model.DescribeInstancesResponse;
import software.amazon.awssdk.services.ec2.model.DisassociateIamInstanceProfileRequest;
import software.amazon.awssdk.services.ec2.model.DisassociateIamInstanceProfileResponse;
import software.amazon.awssdk.services.ec2.model.Instance;
import software.amazon.awssdk.services.ec2.model.ModifyInstanceMetadataOptionsRequest;
import software.amazon.awssdk.services.ec2.model.ModifyInstanceMetadataOptionsResponse;
import software.amazon.awssdk.services.ec2.model.ReplaceIamInstanceProfileAssociationRequest;
import software.amazon.awssdk.services.ec2.model.ReplaceIamInstanceProfileAssociationResponse;
import software.amazon.awssdk.services.ec2.model.RunInstancesRequest;
import software.amazon.awssdk.services.ec2.model.RunInstancesResponse;

/** The metadata service by HTTP, as an instance's programs ask it. */
class InstanceMetadataTest {
    private static final String TTL = "X-aws-ec2-metadata-token-ttl-seconds";
    private static final String TOKEN = "X-aws-ec2-metadata-token";

    private final Ec2Lab lab = new Ec2Lab();
    private final AccessKeys nobody = (id, token, now) -> AccessKeys.Absent.UNKNOWN;
    private final HttpFront front = new HttpFront(new Dispatcher(
            List.of(), nobody, (principal, action, resources, context) -> Decision.ALLOWED, InstantSource.system()));
    private final HttpClient client = HttpClient.newHttpClient();

    private String subnet;
    private String group;

    @BeforeEach
    void network() {
        String vpc = lab.vpc("10.0.0.0/16");
        subnet = lab.subnet(vpc, "10.0.1.0/24");
        group = lab.group(vpc, "web");
    }

    @AfterEach
    void close() {
        front.close();
        client.close();
        lab.close();
    }

    private RunInstancesRequest.Builder one() {
        return RunInstancesRequest.builder()
                .imageId(HostImage.ID)
                .instanceType("t3.micro")
                .minCount(1)
                .maxCount(1)
                .subnetId(subnet)
                .securityGroupIds(group);
    }

    private Instance run(RunInstancesRequest.Builder request) {
        return lab.call(request.build(), RunInstancesResponse.class).instances().getFirst();
    }

    /** Where the metadata of an instance can be asked, on the loopback. */
    private String service(String id) {
        Admin service = new InstanceMetadata(lab.store, Ec2Lab.SCOPE, id, () -> lab.now, lab.roles);
        try {
            var channel = ServerSocketChannel.open().bind(new InetSocketAddress("127.0.0.1", 0));
            return "http://127.0.0.1:" + front.serve(channel, service).port();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private HttpResponse<String> ask(String method, String url, String... headers) {
        var request = HttpRequest.newBuilder(URI.create(url)).method(method, HttpRequest.BodyPublishers.noBody());
        if (headers.length > 0) {
            request.headers(headers);
        }
        try {
            return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private String get(String url) {
        HttpResponse<String> answer = ask("GET", url);
        assertThat(answer.statusCode()).as(url).isEqualTo(200);
        return answer.body();
    }

    @Test
    void it_tells_what_the_instance_is_and_where() {
        Instance i = run(one().userData(Base64.getEncoder().encodeToString("#!/bin/sh\n".getBytes())));
        String at = service(i.instanceId()) + "/latest/";
        assertThat(get(at)).isEqualTo("dynamic/\nmeta-data/");
        assertThat(get(at + "meta-data/").lines()).contains("instance-id", "local-ipv4", "network/", "placement/");
        assertThat(get(at + "meta-data/instance-id")).isEqualTo(i.instanceId());
        assertThat(get(at + "meta-data/local-ipv4")).isEqualTo(i.privateIpAddress());
        assertThat(get(at + "meta-data/placement/region")).isEqualTo("eu-west-1");
        assertThat(get(at + "meta-data/security-groups")).isEqualTo("web");
        assertThat(get(at + "user-data")).isEqualTo("#!/bin/sh\n");
        String mac = i.networkInterfaces().getFirst().macAddress();
        assertThat(get(at + "meta-data/mac")).isEqualTo(mac);
        assertThat(get(at + "meta-data/network/interfaces/macs/")).isEqualTo(mac + "/");
        assertThat(get(at + "meta-data/network/interfaces/macs/" + mac + "/subnet-id")).isEqualTo(subnet);
        assertThat(get(at + "meta-data/network/interfaces/macs/" + mac + "/subnet-ipv4-cidr-block")).isEqualTo("10.0.1.0/24");
        assertThat(get(at + "dynamic/instance-identity/document")).contains("\"region\" : \"eu-west-1\"", i.instanceId());
        assertThat(ask("GET", at + "meta-data/iam/info").statusCode()).isEqualTo(404);
        assertThat(ask("GET", at + "meta-data/nothing").statusCode()).isEqualTo(404);
        assertThat(ask("POST", at + "meta-data/").statusCode()).isEqualTo(405);
    }

    @Test
    void tokens_are_good_for_their_time_and_required_where_the_options_say_so() {
        Instance i = run(one().metadataOptions(m -> m.httpTokens("required")));
        assertThat(i.metadataOptions().httpTokensAsString()).isEqualTo("required");
        String at = service(i.instanceId());
        String id = at + "/latest/meta-data/instance-id";
        assertThat(ask("GET", id).statusCode()).isEqualTo(401);
        assertThat(ask("GET", id, TOKEN, "AAAA").statusCode()).isEqualTo(401);
        assertThat(ask("GET", at + "/latest/api/token", TTL, "60").statusCode()).isEqualTo(405);
        for (String bad : List.of("0", "21601", "x")) {
            assertThat(ask("PUT", at + "/latest/api/token", TTL, bad).statusCode()).as(bad).isEqualTo(400);
        }
        assertThat(ask("PUT", at + "/latest/api/token").statusCode()).isEqualTo(400);
        assertThat(ask("PUT", at + "/latest/api/token", TTL, "60", "X-Forwarded-For", "10.0.0.1").statusCode()).isEqualTo(403);

        HttpResponse<String> issued = ask("PUT", at + "/latest/api/token", TTL, "60");
        assertThat(issued.headers().firstValue(TTL)).contains("60");
        assertThat(ask("GET", id, TOKEN, issued.body()).body()).isEqualTo(i.instanceId());
        assertThat(ask("GET", service(i.instanceId()) + "/latest/meta-data/instance-id", TOKEN, issued.body()).statusCode())
                .as("at another door")
                .isEqualTo(401);
        lab.now = lab.now.plusSeconds(60);
        assertThat(ask("GET", id, TOKEN, issued.body()).statusCode()).isEqualTo(401);

        var options = ModifyInstanceMetadataOptionsRequest.builder().instanceId(i.instanceId());
        lab.call(options.httpTokens("optional").build(), ModifyInstanceMetadataOptionsResponse.class);
        assertThat(get(id)).isEqualTo(i.instanceId());
        lab.call(options.httpEndpoint("disabled").build(), ModifyInstanceMetadataOptionsResponse.class);
        assertThat(ask("GET", id).statusCode()).isEqualTo(403);
    }

    @Test
    void the_role_of_its_profile_has_credentials_that_are_renewed_before_they_end() {
        Instance i = run(one().iamInstanceProfile(p -> p.name("web")));
        assertThat(i.iamInstanceProfile().arn()).isEqualTo(KnownRoles.WEB.arn());
        String at = service(i.instanceId()) + "/latest/meta-data/iam/";
        assertThat(get(at + "info")).contains("\"Code\" : \"Success\"", KnownRoles.WEB.arn(), "AIPAWEB");
        assertThat(get(at + "security-credentials/")).isEqualTo("web-role");
        String credentials = get(at + "security-credentials/web-role");
        assertThat(credentials).contains("ASIA1", "\"Token\" : \"" + i.instanceId(), "\"Expiration\" : \"2026-02-03T05:05:06Z\"");
        lab.now = lab.now.plus(Duration.ofMinutes(39));
        assertThat(get(at + "security-credentials/web-role")).isEqualTo(credentials);
        lab.now = lab.now.plus(Duration.ofMinutes(1));
        lab.roles.now = lab.now;
        assertThat(get(at + "security-credentials/web-role")).contains("ASIA2");

        lab.roles.assumable = false;
        assertThat(get(service(i.instanceId()) + "/latest/meta-data/iam/security-credentials/web-role"))
                .contains("\"Code\" : \"AssumeRoleUnauthorizedAccess\"");
    }

    @Test
    void a_profile_is_given_taken_and_replaced_while_the_instance_is_there() {
        String id = run(one()).instanceId();
        var associate = AssociateIamInstanceProfileRequest.builder()
                .instanceId(id)
                .iamInstanceProfile(p -> p.arn(KnownRoles.WEB.arn()))
                .build();
        var made = lab.call(associate, AssociateIamInstanceProfileResponse.class).iamInstanceProfileAssociation();
        assertThat(made.stateAsString()).isEqualTo("associating");
        assertThat(lab.refusal(associate)).startsWith("IncorrectState: There is an existing association for instance " + id);
        assertThat(associations()).containsExactly(made.associationId() + " associated");

        var replace = ReplaceIamInstanceProfileAssociationRequest.builder()
                .associationId(made.associationId())
                .iamInstanceProfile(p -> p.name("web"))
                .build();
        String then = lab.call(replace, ReplaceIamInstanceProfileAssociationResponse.class)
                .iamInstanceProfileAssociation()
                .associationId();
        assertThat(then).isNotEqualTo(made.associationId());
        assertThat(lab.refusal(replace)).startsWith("InvalidAssociationID.NotFound");

        var disassociate = DisassociateIamInstanceProfileRequest.builder().associationId(then).build();
        lab.call(disassociate, DisassociateIamInstanceProfileResponse.class);
        assertThat(associations()).isEmpty();
        assertThat(lab.call(DescribeInstancesRequest.builder().instanceIds(id).build(), DescribeInstancesResponse.class)
                        .reservations()
                        .getFirst()
                        .instances()
                        .getFirst()
                        .iamInstanceProfile())
                .isNull();
    }

    private List<String> associations() {
        return lab.call(
                        DescribeIamInstanceProfileAssociationsRequest.builder().build(),
                        DescribeIamInstanceProfileAssociationsResponse.class)
                .iamInstanceProfileAssociations()
                .stream()
                .map(a -> a.associationId() + " " + a.stateAsString())
                .toList();
    }

    @Test
    void what_cannot_be_is_refused_before_anything_is_made() {
        assertThat(lab.refusal(one().iamInstanceProfile(p -> p.name("db")).build()))
                .isEqualTo("InvalidParameterValue: Value (db) for parameter iamInstanceProfile.name is invalid."
                        + " Invalid IAM Instance Profile name");
        assertThat(lab.refusal(one().iamInstanceProfile(p -> p.name("web").arn("x")).build()))
                .startsWith("InvalidParameterCombination");
        assertThat(lab.refusal(one().metadataOptions(m -> m.httpTokens("maybe")).build())).startsWith("InvalidParameterValue");
        assertThat(lab.refusal(one().metadataOptions(m -> m.instanceMetadataTags("enabled")).build()))
                .startsWith("UnsupportedOperation");
        assertThat(lab.machines.started).isEmpty();
    }

    @Test
    void an_instance_is_asked_by_one_door_while_it_runs() {
        run(one());
        awaitDoors(1);
        lab.close();
        assertThat(lab.doors.metadata).isEmpty();
    }

    private void awaitDoors(int count) {
        long end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (lab.doors.metadata.size() != count) {
            assertThat(System.nanoTime()).isLessThan(end);
            Thread.onSpinWait();
        }
    }
}
