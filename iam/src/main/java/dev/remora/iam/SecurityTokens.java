package dev.remora.iam;

import dev.remora.iam.RoleAccess.SessionCredentials;
import dev.remora.wire.AwsError;
import dev.remora.wire.Call;
import dev.remora.wire.Operations;
import dev.remora.wire.Principal;
import dev.remora.wire.Protocol;
import dev.remora.wire.ServiceInfo;
import dev.remora.wire.SessionTerms;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import software.amazon.awssdk.services.sts.model.AssumeRoleRequest;
import software.amazon.awssdk.services.sts.model.AssumeRoleResponse;
import software.amazon.awssdk.services.sts.model.AssumedRoleUser;
import software.amazon.awssdk.services.sts.model.Credentials;
import software.amazon.awssdk.services.sts.model.GetAccessKeyInfoRequest;
import software.amazon.awssdk.services.sts.model.GetAccessKeyInfoResponse;
import software.amazon.awssdk.services.sts.model.GetCallerIdentityRequest;
import software.amazon.awssdk.services.sts.model.GetCallerIdentityResponse;

/** STS: who one is, and becoming a role. */
final class SecurityTokens {
    static final ServiceInfo SERVICE =
            new ServiceInfo("sts", "sts", Protocol.AWS_QUERY, "2011-06-15", "https://sts.amazonaws.com/doc/2011-06-15/", "");

    private static final int DEFAULT_SECONDS = 3600;

    /** The longest session of a role that another role's session assumes. */
    private static final int MAX_CHAINED_SECONDS = 3600;

    private static final Pattern ARN = Pattern.compile("arn:[^:]+:[^:]+:[^:]*:[^:]*:.+");

    private final Trust trust;
    private final Sessions sessions;

    private SecurityTokens(Trust trust, Sessions sessions) {
        this.trust = trust;
        this.sessions = sessions;
    }

    static Operations operations(Trust trust, Sessions sessions) {
        var tokens = new SecurityTokens(trust, sessions);
        var operations = new Operations(SERVICE);
        operations.on(GetCallerIdentityRequest.class, tokens::callerIdentity).open();
        // Not open to all: the handler itself decides, because the trust document may be all that is needed.
        operations.on(AssumeRoleRequest.class, tokens::assumeRole).open()
                .enforced("RoleArn", "RoleSessionName", "DurationSeconds", "ExternalId")
                .refused("PolicyArns", "Policy", "Tags", "TransitiveTagKeys", "SerialNumber", "TokenCode", "SourceIdentity",
                        "ProvidedContexts", "MinimumSessionTokenSize");
        operations.on(GetAccessKeyInfoRequest.class, tokens::accessKeyInfo).enforced("AccessKeyId");
        return operations;
    }

    private GetCallerIdentityResponse callerIdentity(GetCallerIdentityRequest request, Call call) {
        return GetCallerIdentityResponse.builder()
                .userId(call.principal().userId())
                .account(call.account())
                .arn(call.principal().arn())
                .build();
    }

    private AssumeRoleResponse assumeRole(AssumeRoleRequest request, Call call) {
        String arn = request.roleArn();
        if (!ARN.matcher(arn).matches()) {
            throw new AwsError("ValidationError", 400, arn + " is invalid");
        }
        Role role = trust.assumable(arn, call.principal(), context(request, call))
                .orElseThrow(() -> new AwsError("AccessDenied", 403,
                        "User: " + call.principal().arn() + " is not authorized to perform: sts:AssumeRole on resource: " + arn));
        int seconds = request.durationSeconds() == null ? DEFAULT_SECONDS : request.durationSeconds();
        if (seconds > role.maxSessionSeconds()) {
            throw new AwsError("ValidationError", 400,
                    "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.");
        }
        if (call.principal() instanceof Principal.RoleSession && seconds > MAX_CHAINED_SECONDS) {
            throw new AwsError("ValidationError", 400,
                    "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.");
        }
        var terms = SessionTerms.plain(call.time().truncatedTo(ChronoUnit.SECONDS));
        SessionCredentials issued = sessions.issue(new Principal.RoleSession(role.account(), role.arn(), role.name(), role.id(),
                request.roleSessionName(), "", terms), call.time().plusSeconds(seconds));
        return AssumeRoleResponse.builder()
                .credentials(Credentials.builder()
                        .accessKeyId(issued.accessKeyId())
                        .secretAccessKey(issued.secretAccessKey())
                        .sessionToken(issued.sessionToken())
                        .expiration(issued.expiration())
                        .build())
                .assumedRoleUser(AssumedRoleUser.builder()
                        .assumedRoleId(issued.assumedRoleId())
                        .arn("arn:aws:sts::" + role.account() + ":assumed-role/" + role.name() + "/" + request.roleSessionName())
                        .build())
                .build();
    }

    private static Map<String, List<String>> context(AssumeRoleRequest request, Call call) {
        var keys = new HashMap<String, List<String>>();
        keys.put("sts:RoleSessionName", List.of(request.roleSessionName()));
        keys.put("aws:SourceIp", List.of(call.sourceIp()));
        keys.put("aws:RequestedRegion", List.of(call.region()));
        if (request.externalId() != null) {
            keys.put("sts:ExternalId", List.of(request.externalId()));
        }
        return keys;
    }

    private GetAccessKeyInfoResponse accessKeyInfo(GetAccessKeyInfoRequest request, Call call) {
        String account = Sessions.accountOf(request.accessKeyId()).orElseThrow(() -> new AwsError("ValidationError", 400,
                "The access key ID " + request.accessKeyId() + " is not valid."));
        return GetAccessKeyInfoResponse.builder().account(account).build();
    }
}
