package dev.remora.iam;

import dev.remora.iam.RoleAccess.SessionCredentials;
import dev.remora.store.Store;
import dev.remora.wire.AwsError;
import dev.remora.wire.Call;
import dev.remora.wire.Principal;
import dev.remora.wire.SessionTerms;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import software.amazon.awssdk.services.sts.model.AssumeRoleRequest;
import software.amazon.awssdk.services.sts.model.AssumeRoleResponse;
import software.amazon.awssdk.services.sts.model.AssumedRoleUser;

/**
 * AssumeRole. What is wrong with the request alone is told first; then whether the caller may, of which only a denial is told, be
 * there such a role or not; then what is wrong with regard to the role.
 */
final class RoleAssumption {
    static final String TAG_SESSION = "sts:TagSession";
    private static final String SET_SOURCE_IDENTITY = "sts:SetSourceIdentity";

    private static final int DEFAULT_SECONDS = 3600;

    /** The longest session of a role that another role's session assumes. */
    private static final int MAX_CHAINED_SECONDS = 3600;

    private static final Pattern ARN = Pattern.compile("arn:[^:]+:[^:]+:[^:]*:[^:]*:.+");

    private final Store store;
    private final Trust trust;
    private final Sessions sessions;
    private final SecondFactor secondFactor;

    RoleAssumption(Store store, Trust trust, Sessions sessions, SecondFactor secondFactor) {
        this.store = store;
        this.trust = trust;
        this.sessions = sessions;
        this.secondFactor = secondFactor;
    }

    AssumeRoleResponse assume(AssumeRoleRequest request, Call call) {
        String arn = request.roleArn();
        if (!ARN.matcher(arn).matches()) {
            throw new AwsError("ValidationError", 400, arn + " is invalid");
        }
        SessionTerms own = call.principal().terms();
        SessionTags tags = SessionTags.of(request.tags(), request.transitiveTagKeys(), own);
        String sourceIdentity = sourceIdentity(request, own);
        boolean proved = secondFactor.proved(request.serialNumber(), request.tokenCode(), call);
        Role role = permitted(request, call, tags, sourceIdentity, proved);
        int seconds = seconds(request, call.principal(), role);
        SessionPolicies policies =
                SessionPolicies.of(request.policy(), request.policyArns(), role.account(), store.view());
        // The second factor counts for the assumption alone, and the role's credentials tell nothing of it ("Configuring
        // MFA-protected API access").
        var terms = new SessionTerms(call.time().truncatedTo(ChronoUnit.SECONDS), policies.text(), policies.arns(), tags.all(),
                tags.transitive(), sourceIdentity, false);
        int percent = PackedTerms.percent(terms);
        if (percent > 100) {
            throw SessionPolicies.tooLarge(percent);
        }
        var session = new Principal.RoleSession(
                role.account(), role.arn(), role.name(), role.id(), request.roleSessionName(), "", terms);
        SessionCredentials issued = sessions.issue(session, call.time().plusSeconds(seconds));
        return AssumeRoleResponse.builder()
                .credentials(SecurityTokens.printed(issued))
                .assumedRoleUser(AssumedRoleUser.builder().assumedRoleId(issued.assumedRoleId()).arn(session.arn()).build())
                .packedPolicySize(policies.any() || tags.any() ? percent : null)
                .sourceIdentity(sourceIdentity.isEmpty() ? null : sourceIdentity)
                .build();
    }

    /** The source identity of the new session: once set it stays for the whole chain. */
    private static String sourceIdentity(AssumeRoleRequest request, SessionTerms own) {
        String wanted = request.sourceIdentity() == null ? "" : request.sourceIdentity();
        if (own.sourceIdentity().isEmpty()) {
            return wanted;
        }
        if (!wanted.isEmpty() && !wanted.equals(own.sourceIdentity())) {
            throw new AwsError("ValidationError", 400, "The source identity is already set for this assume role session");
        }
        return own.sourceIdentity();
    }

    /** The role, if the caller has every permission that the request needs. */
    private Role permitted(
            AssumeRoleRequest request, Call call, SessionTags tags, String sourceIdentity, boolean proved) {
        List<String> needed = new ArrayList<>(List.of(Trust.ASSUME_ROLE));
        if (tags.any()) {
            needed.add(TAG_SESSION);
        }
        if (!sourceIdentity.isEmpty()) {
            needed.add(SET_SOURCE_IDENTITY);
        }
        Map<String, List<String>> keys = tags.keys(request.transitiveTagKeys())
                .with("sts:RoleSessionName", request.roleSessionName())
                .with("sts:ExternalId", request.externalId())
                .with("sts:SourceIdentity", sourceIdentity.isEmpty() ? null : sourceIdentity)
                .and(call.keys())
                .map();
        return trust.assume(request.roleArn(), call.principal(), needed, keys, proved);
    }

    private static int seconds(AssumeRoleRequest request, Principal caller, Role role) {
        int seconds = request.durationSeconds() == null ? DEFAULT_SECONDS : request.durationSeconds();
        if (seconds > role.maxSessionSeconds()) {
            throw new AwsError("ValidationError", 400,
                    "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.");
        }
        if (caller instanceof Principal.RoleSession && seconds > MAX_CHAINED_SECONDS) {
            throw new AwsError("ValidationError", 400,
                    "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.");
        }
        return seconds;
    }
}
