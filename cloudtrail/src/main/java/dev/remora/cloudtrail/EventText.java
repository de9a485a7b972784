package dev.remora.cloudtrail;

import dev.remora.wire.AwsError;
import dev.remora.wire.Call;
import dev.remora.wire.Principal;
import dev.remora.wire.SessionTerms;
import java.time.temporal.ChronoUnit;
import java.util.List;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** An event as CloudTrail's records have it ("CloudTrail record contents"); parameters and answers are not in it. */
final class EventText {
    private static final String VERSION = "1.11";
    private static final JsonMapper JSON = new JsonMapper();

    private EventText() {}

    static String of(TrailEvent event) {
        Call call = event.answered().call();
        ObjectNode record = JSON.createObjectNode();
        record.put("eventVersion", VERSION);
        record.set("userIdentity", identity(event));
        record.put("eventTime", event.time().truncatedTo(ChronoUnit.SECONDS).toString());
        record.put("eventSource", event.source());
        record.put("eventName", event.operation());
        record.put("awsRegion", call.region());
        record.put("sourceIPAddress", call.sourceIp());
        List<String> agent = call.keys().getOrDefault("aws:UserAgent", List.of());
        record.put("userAgent", agent.isEmpty() ? "" : agent.getFirst());
        AwsError error = event.answered().error();
        if (error != null) {
            record.put("errorCode", error.code());
            record.put("errorMessage", error.text());
        }
        record.putNull("requestParameters");
        record.putNull("responseElements");
        record.put("requestID", call.requestId());
        record.put("eventID", event.id());
        record.put("readOnly", event.readOnly());
        record.put("eventType", "AwsApiCall");
        record.put("managementEvent", event.management());
        record.put("recipientAccountId", call.account());
        record.put("eventCategory", event.management() ? "Management" : "Data");
        return JSON.writeValueAsString(record);
    }

    private static ObjectNode identity(TrailEvent event) {
        Principal principal = event.principal();
        ObjectNode identity = JSON.createObjectNode();
        identity.put("type", switch (principal) {
            case Principal.Root root -> "Root";
            case Principal.User user -> "IAMUser";
            case Principal.RoleSession session -> "AssumedRole";
            case Principal.FederatedUser federated -> "FederatedUser";
            case Principal.Service service -> "AWSService";
        });
        identity.put("principalId", principal.userId());
        identity.put("arn", principal.arn());
        identity.put("accountId", principal.account());
        if (!event.answered().accessKey().isEmpty()) {
            identity.put("accessKeyId", event.answered().accessKey());
        }
        switch (principal) {
            case Principal.User user -> identity.put("userName", user.name());
            case Principal.RoleSession session -> {
                ObjectNode issuer = identity.withObject("/sessionContext/sessionIssuer");
                issuer.put("type", "Role");
                issuer.put("principalId", session.roleId());
                issuer.put("arn", session.roleArn());
                issuer.put("accountId", session.account());
                issuer.put("userName", session.roleName());
            }
            case Principal.Service service -> identity.put("invokedBy", service.name());
            case Principal.Root root -> { }
            case Principal.FederatedUser federated -> { }
        }
        SessionTerms terms = principal.terms();
        if (terms.temporary()) {
            ObjectNode attributes = identity.withObject("/sessionContext/attributes");
            attributes.put("creationDate", terms.issued().toString());
            attributes.put("mfaAuthenticated", Boolean.toString(terms.mfa()));
        }
        return identity;
    }
}
