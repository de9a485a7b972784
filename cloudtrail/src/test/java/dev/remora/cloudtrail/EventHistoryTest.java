package dev.remora.cloudtrail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.remora.wire.Audit.Answered;
import dev.remora.wire.Authorizer.Decision;
import dev.remora.wire.Authorizer.PolicyType;
import dev.remora.wire.Authorizer.Reason;
import dev.remora.wire.Authorizer.Source;
import dev.remora.wire.AwsError;
import dev.remora.wire.Call;
import dev.remora.wire.Declarations;
import dev.remora.wire.Principal;
import dev.remora.wire.SessionTerms;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.cloudtrail.model.Event;
import software.amazon.awssdk.services.cloudtrail.model.LookupAttributeKey;
import software.amazon.awssdk.services.cloudtrail.model.LookupEventsRequest;
import software.amazon.awssdk.services.cloudtrail.model.LookupEventsResponse;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class EventHistoryTest {
    private static final String ACCOUNT = "111122223333";
    private static final Principal ROOT = new Principal.Root(ACCOUNT);
    private static final Principal ADA = new Principal.User(ACCOUNT, "/", "ada", "AIDAADA", SessionTerms.NONE);
    private static final Decision DENIED = new Decision(false, "arn:aws:ec2:us-east-1:" + ACCOUNT + ":vpc/vpc-1",
            Reason.EXPLICIT_DENY, new Source(PolicyType.IDENTITY, "own", "", "NoVpcs", true, 1, 1, 1, 2, ""));

    private final Trail trail = new Trail();
    private final EventHistory history = new EventHistory(trail);
    private Instant now = Instant.parse("2026-01-02T03:04:05Z");

    private Call call(Principal principal, String region) {
        return new Call(UUID.randomUUID().toString(), region, principal, "127.0.0.1", now);
    }

    private void happened(Principal who, String service, String operation) {
        trail.answered(new Answered(call(who, "us-east-1"), "AKIA1", service, operation, Decision.ALLOWED, "", null));
        now = now.plus(Duration.ofSeconds(1));
    }

    private LookupEventsResponse lookup(UnaryOperator<LookupEventsRequest.Builder> more) {
        return history.lookup(more.apply(LookupEventsRequest.builder()).build(), call(ROOT, "us-east-1"));
    }

    private LookupEventsResponse by(LookupAttributeKey key, String value) {
        return lookup(r -> r.lookupAttributes(a -> a.attributeKey(key).attributeValue(value)));
    }

    private static List<String> names(LookupEventsResponse answer) {
        return answer.events().stream().map(Event::eventName).toList();
    }

    @Test
    void hasWhatManagesNewestFirst() {
        happened(ROOT, "ec2", "CreateVpc");
        happened(ROOT, "lambda", "Invoke");
        happened(ROOT, "s3", "GetObject");
        happened(ROOT, "s3", "PutBucketPolicy");
        happened(new Principal.Root("444455556666"), "ec2", "DeleteVpc");

        assertThat(names(lookup(r -> r))).containsExactly("PutBucketPolicy", "CreateVpc");
        assertThat(trail.of(ACCOUNT, 0)).extracting(TrailEvent::operation)
                .containsExactly("CreateVpc", "Invoke", "GetObject", "PutBucketPolicy");
        assertThat(trail.of("444455556666", 0)).extracting(TrailEvent::operation).containsExactly("DeleteVpc");
    }

    @Test
    void isAskedByOneAttribute() {
        happened(ROOT, "ec2", "CreateVpc");
        happened(ADA, "ec2", "DescribeVpcs");

        assertThat(names(by(LookupAttributeKey.USERNAME, "ada"))).containsExactly("DescribeVpcs");
        assertThat(names(by(LookupAttributeKey.EVENT_NAME, "CreateVpc"))).containsExactly("CreateVpc");
        assertThat(names(by(LookupAttributeKey.READ_ONLY, "false"))).containsExactly("CreateVpc");
        assertThat(names(by(LookupAttributeKey.EVENT_SOURCE, "iam.amazonaws.com"))).isEmpty();
        assertThat(names(by(LookupAttributeKey.ACCESS_KEY_ID, "AKIA1"))).hasSize(2);
        String id = lookup(r -> r).events().getLast().eventId();
        assertThat(names(by(LookupAttributeKey.EVENT_ID, id))).containsExactly("CreateVpc");
        assertThatThrownBy(() -> lookup(r -> r.lookupAttributes(
                        a -> a.attributeKey("Username").attributeValue("a"), a -> a.attributeKey("EventId").attributeValue("b"))))
                .isInstanceOf(AwsError.class);
        assertThatThrownBy(() -> by(LookupAttributeKey.RESOURCE_NAME, "x")).isInstanceOf(AwsError.class);
    }

    @Test
    void hasTimesAndPages() {
        Instant start = now;
        for (int i = 0; i < 5; i++) {
            happened(ROOT, "ec2", "Create" + i);
        }

        assertThat(names(lookup(r -> r.startTime(start.plusSeconds(1)).endTime(start.plusSeconds(2)))))
                .containsExactly("Create2", "Create1");
        var first = lookup(r -> r.maxResults(3));
        assertThat(names(first)).containsExactly("Create4", "Create3", "Create2");
        var second = lookup(r -> r.maxResults(3).nextToken(first.nextToken()));
        assertThat(names(second)).containsExactly("Create1", "Create0");
        assertThat(second.nextToken()).isNull();
        var foreign = LookupEventsRequest.builder().nextToken(first.nextToken()).build();
        for (Call call : List.of(call(ROOT, "us-east-2"), call(new Principal.Root("444455556666"), "us-east-1"))) {
            assertThatThrownBy(() -> history.lookup(foreign, call)).hasToString("InvalidNextTokenException: Invalid NextToken.");
        }
        for (String token : List.of("x", "-1", "3", "")) {
            assertThatThrownBy(() -> lookup(r -> r.nextToken(token)))
                    .hasToString("InvalidNextTokenException: Invalid NextToken.");
        }
        assertThatThrownBy(() -> lookup(r -> r.startTime(start.plusSeconds(2)).endTime(start))).isInstanceOf(AwsError.class);
    }

    @Test
    void tellsOfErrorsInTheRecord() {
        trail.answered(new Answered(call(ADA, "us-east-1"), "AKIA1", "ec2", "DeleteVpc", DENIED, "ec2:DeleteVpc",
                new AwsError("UnauthorizedOperation", 403, "You are not authorized")));

        JsonNode record = new JsonMapper().readTree(lookup(r -> r).events().getFirst().cloudTrailEvent());
        assertThat(record.get("errorCode").asString()).isEqualTo("UnauthorizedOperation");
        assertThat(record.get("eventSource").asString()).isEqualTo("ec2.amazonaws.com");
        assertThat(record.get("userIdentity").get("type").asString()).isEqualTo("IAMUser");
        assertThat(record.get("userIdentity").get("userName").asString()).isEqualTo("ada");
        assertThat(record.get("userIdentity").has("sessionContext")).isFalse();
        assertThat(record.get("eventTime").asString()).isEqualTo("2026-01-02T03:04:05Z");
    }

    @Test
    void tellsOfSessionsWhetherThereWasASecondFactor() {
        var proved = new SessionTerms(now, "", List.of(), Map.of(), Set.of(), "", true);
        happened(new Principal.User(ACCOUNT, "/", "ada", "AIDAADA", proved), "ec2", "CreateVpc");
        happened(new Principal.RoleSession(ACCOUNT, "arn:aws:iam::" + ACCOUNT + ":role/r", "r", "AROAR", "s", "",
                SessionTerms.plain(now)), "ec2", "CreateVpc");

        assertThat(contexts()).containsExactly(
                "{\"sessionIssuer\":{\"type\":\"Role\",\"principalId\":\"AROAR\",\"arn\":\"arn:aws:iam::111122223333:role/r\","
                + "\"accountId\":\"111122223333\",\"userName\":\"r\"},"
                + "\"attributes\":{\"creationDate\":\"2026-01-02T03:04:06Z\",\"mfaAuthenticated\":\"false\"}}",
                "{\"attributes\":{\"creationDate\":\"2026-01-02T03:04:05Z\",\"mfaAuthenticated\":\"true\"}}");
    }

    private List<String> contexts() {
        return lookup(r -> r).events().stream()
                .map(event -> new JsonMapper().readTree(event.cloudTrailEvent()).get("userIdentity").get("sessionContext"))
                .map(JsonNode::toString)
                .toList();
    }

    @Test
    void peopleReadWhatDecided() {
        var service = new CloudTrailService();
        service.audit().answered(new Answered(call(ADA, "us-east-1"), "AKIA1", "ec2", "DeleteVpc", DENIED, "ec2:DeleteVpc",
                new AwsError("UnauthorizedOperation", 403, "no")));
        service.audit().answered(new Answered(call(ADA, "us-east-1"), "AKIA1", "sqs", "SendMessage",
                new Decision(true, "q", Reason.NO_IDENTITY_POLICY), "sqs:SendMessage", null));
        service.audit().answered(
                new Answered(call(ROOT, "us-east-1"), "test", "ec2", "CreateVpc", Decision.ALLOWED, "ec2:CreateVpc", null));

        assertThat(service.lines(ACCOUNT, 0)).extracting(l -> l.action() + " " + l.outcome() + " " + l.because()).containsExactly(
                "ec2:DeleteVpc DENIED own (NoVpcs)",
                "sqs:SendMessage would be denied because no identity-based policy allows the sqs:SendMessage action",
                "ec2:CreateVpc allowed ");
        assertThat(service.lines(ACCOUNT, 2)).hasSize(1);
        assertThat(service.lines("444455556666", 0)).isEmpty();
    }

    @Test
    void keepsTheNewest() {
        for (int i = 0; i < Trail.KEPT + 5; i++) {
            happened(ROOT, "ec2", "Create" + i);
        }
        assertThat(trail.management()).hasSize(Trail.KEPT);
        assertThat(trail.management().getFirst().operation()).isEqualTo("Create" + (Trail.KEPT + 4));
        assertThat(Declarations.withoutResources(CloudTrailOperations.of(trail))).isEmpty();
    }
}
