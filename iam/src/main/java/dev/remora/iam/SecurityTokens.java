package dev.remora.iam;

import dev.remora.iam.RoleAccess.SessionCredentials;
import dev.remora.store.Store;
import dev.remora.wire.AuthorizationMessages;
import dev.remora.wire.AwsError;
import dev.remora.wire.Call;
import dev.remora.wire.Operations;
import dev.remora.wire.Permission;
import dev.remora.wire.Principal;
import dev.remora.wire.Protocol;
import dev.remora.wire.ServiceInfo;
import dev.remora.wire.SessionTerms;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.sts.model.AssumeRoleRequest;
import software.amazon.awssdk.services.sts.model.Credentials;
import software.amazon.awssdk.services.sts.model.DecodeAuthorizationMessageRequest;
import software.amazon.awssdk.services.sts.model.DecodeAuthorizationMessageResponse;
import software.amazon.awssdk.services.sts.model.FederatedUser;
import software.amazon.awssdk.services.sts.model.GetAccessKeyInfoRequest;
import software.amazon.awssdk.services.sts.model.GetAccessKeyInfoResponse;
import software.amazon.awssdk.services.sts.model.GetCallerIdentityRequest;
import software.amazon.awssdk.services.sts.model.GetCallerIdentityResponse;
import software.amazon.awssdk.services.sts.model.GetFederationTokenRequest;
import software.amazon.awssdk.services.sts.model.GetFederationTokenResponse;
import software.amazon.awssdk.services.sts.model.GetSessionTokenRequest;
import software.amazon.awssdk.services.sts.model.GetSessionTokenResponse;

/** STS: who one is, and temporary credentials. */
final class SecurityTokens {
    static final ServiceInfo SERVICE =
            new ServiceInfo("sts", "sts", Protocol.AWS_QUERY, "2011-06-15", "https://sts.amazonaws.com/doc/2011-06-15/", "");

    private static final int DEFAULT_SECONDS = 43_200;

    /** Temporary credentials of an account's root end after an hour at most, however long it asks for. */
    private static final int MAX_ROOT_SECONDS = 3600;

    private final Store store;
    private final Sessions sessions;
    private final AuthorizationMessages messages;
    private final SecondFactor secondFactor;

    private SecurityTokens(Store store, Sessions sessions, AuthorizationMessages messages) {
        this.store = store;
        this.sessions = sessions;
        this.messages = messages;
        this.secondFactor = new SecondFactor(store);
    }

    static Operations operations(Store store, Trust trust, Sessions sessions, AuthorizationMessages messages) {
        var tokens = new SecurityTokens(store, sessions, messages);
        var operations = new Operations(SERVICE);
        operations.on(GetCallerIdentityRequest.class, tokens::callerIdentity).open();
        // Not open to all: the handler itself decides, because the trust document may be all that is needed.
        operations.on(AssumeRoleRequest.class, new RoleAssumption(store, trust, sessions, tokens.secondFactor)::assume).open()
                .enforced("RoleArn", "RoleSessionName", "DurationSeconds", "ExternalId", "PolicyArns", "Policy", "Tags",
                        "TransitiveTagKeys", "SerialNumber", "TokenCode", "SourceIdentity")
                .refused("ProvidedContexts", "MinimumSessionTokenSize");
        // It needs no permission, so none can be taken away ("GetSessionToken").
        operations.on(GetSessionTokenRequest.class, tokens::sessionToken).open()
                .enforced("DurationSeconds", "SerialNumber", "TokenCode")
                .refused("MinimumSessionTokenSize");
        operations.on(GetFederationTokenRequest.class, tokens::federationToken)
                .permissions(SecurityTokens::federating)
                .context((request, call) -> tags(request).keys(List.of()).map())
                .enforced("Name", "Policy", "PolicyArns", "DurationSeconds", "Tags")
                .refused("MinimumSessionTokenSize");
        operations.on(GetAccessKeyInfoRequest.class, tokens::accessKeyInfo).anyResource().enforced("AccessKeyId");
        operations.on(DecodeAuthorizationMessageRequest.class, tokens::decode).anyResource().enforced("EncodedMessage");
        return operations;
    }

    private GetCallerIdentityResponse callerIdentity(GetCallerIdentityRequest request, Call call) {
        return GetCallerIdentityResponse.builder()
                .userId(call.principal().userId())
                .account(call.account())
                .arn(call.principal().arn())
                .build();
    }

    private GetSessionTokenResponse sessionToken(GetSessionTokenRequest request, Call call) {
        requireLongTerm(call, "GetSessionToken");
        boolean mfa = secondFactor.proved(request.serialNumber(), request.tokenCode(), call);
        SessionTerms terms = SessionTerms.plain(call.time().truncatedTo(ChronoUnit.SECONDS), mfa);
        Principal holder = call.principal() instanceof Principal.User user
                ? new Principal.User(user.account(), user.path(), user.name(), user.id(), terms)
                : new Principal.Root(call.account(), terms);
        return GetSessionTokenResponse.builder()
                .credentials(printed(sessions.issue(holder, expiry(request.durationSeconds(), call))))
                .build();
    }

    private static List<Permission> federating(GetFederationTokenRequest request, Call call) {
        requireLongTerm(call, "GetFederationToken");
        String arn = federated(request, call, SessionTerms.NONE).arn();
        List<Permission> needed = new ArrayList<>(List.of(new Permission("sts:GetFederationToken", arn, Map.of())));
        if (tags(request).any()) {
            needed.add(new Permission(RoleAssumption.TAG_SESSION, arn, Map.of()));
        }
        return needed;
    }

    private static SessionTags tags(GetFederationTokenRequest request) {
        return SessionTags.of(request.tags(), List.of(), SessionTerms.NONE);
    }

    private static Principal.FederatedUser federated(GetFederationTokenRequest request, Call call, SessionTerms terms) {
        return new Principal.FederatedUser(call.account(), request.name(), call.principal(), terms);
    }

    private GetFederationTokenResponse federationToken(GetFederationTokenRequest request, Call call) {
        requireLongTerm(call, "GetFederationToken");
        SessionTags tags = tags(request);
        SessionPolicies policies =
                SessionPolicies.of(request.policy(), request.policyArns(), call.account(), store.view());
        var terms = new SessionTerms(call.time().truncatedTo(ChronoUnit.SECONDS), policies.text(), policies.arns(), tags.all(),
                tags.transitive(), "", false);
        int percent = PackedTerms.percent(terms);
        if (percent > 100) {
            throw SessionPolicies.tooLarge(percent);
        }
        Principal.FederatedUser holder = federated(request, call, terms);
        return GetFederationTokenResponse.builder()
                .credentials(printed(sessions.issue(holder, expiry(request.durationSeconds(), call))))
                .federatedUser(FederatedUser.builder().federatedUserId(holder.userId()).arn(holder.arn()).build())
                .packedPolicySize(percent)
                .build();
    }

    private static Instant expiry(@Nullable Integer wanted, Call call) {
        int seconds = wanted == null ? DEFAULT_SECONDS : wanted;
        return call.time().plusSeconds(
                call.principal() instanceof Principal.Root ? Math.min(seconds, MAX_ROOT_SECONDS) : seconds);
    }

    /** Refuses whoever has temporary credentials already. */
    private static void requireLongTerm(Call call, String operation) {
        Principal caller = call.principal();
        if (caller instanceof Principal.RoleSession || caller.terms().temporary()) {
            throw new AwsError("AccessDenied", 403, "Cannot call " + operation + " with session credentials");
        }
    }

    /** Refuses temporary credentials of a user, which of STS may call AssumeRole and GetCallerIdentity only. */
    private static void refuseUserSessions(Call call, String operation) {
        if (!(call.principal() instanceof Principal.RoleSession)) {
            requireLongTerm(call, operation);
        }
    }

    static Credentials printed(SessionCredentials issued) {
        return Credentials.builder()
                .accessKeyId(issued.accessKeyId())
                .secretAccessKey(issued.secretAccessKey())
                .sessionToken(issued.sessionToken())
                .expiration(issued.expiration())
                .build();
    }

    private GetAccessKeyInfoResponse accessKeyInfo(GetAccessKeyInfoRequest request, Call call) {
        refuseUserSessions(call, "GetAccessKeyInfo");
        String account = Sessions.accountOf(request.accessKeyId()).orElseThrow(() -> new AwsError("ValidationError", 400,
                "The access key ID " + request.accessKeyId() + " is not valid."));
        return GetAccessKeyInfoResponse.builder().account(account).build();
    }

    private DecodeAuthorizationMessageResponse decode(DecodeAuthorizationMessageRequest request, Call call) {
        refuseUserSessions(call, "DecodeAuthorizationMessage");
        String text = messages.decode(call.account(), request.encodedMessage())
                .orElseThrow(() -> new AwsError("InvalidAuthorizationMessageException", 400, "Message is not valid"));
        return DecodeAuthorizationMessageResponse.builder().decodedMessage(text).build();
    }
}
