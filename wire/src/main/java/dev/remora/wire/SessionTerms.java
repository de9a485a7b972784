package dev.remora.wire;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What temporary credentials were issued with: AssumeRole, GetSessionToken.
 *
 * @param issued when, to the second
 * @param policy the text of the session's inline policy; empty if it has none
 * @param policyArns managed policies that limit the session as well
 * @param tags the session's tags, with those that its own issuer's session passed on
 * @param transitive which of the tags pass on to the next session in a chain
 * @param sourceIdentity empty if none was set
 * @param mfa whether the issuer had proved a second factor
 */
public record SessionTerms(
        Instant issued,
        String policy,
        List<String> policyArns,
        Map<String, String> tags,
        Set<String> transitive,
        String sourceIdentity,
        boolean mfa) {
    /** Those of credentials that do not end. */
    public static final SessionTerms NONE = plain(Instant.EPOCH);

    /** A session that nothing but its role or user limits. */
    public static SessionTerms plain(Instant issued) {
        return plain(issued, false);
    }

    public static SessionTerms plain(Instant issued, boolean mfa) {
        return new SessionTerms(issued, "", List.of(), Map.of(), Set.of(), "", mfa);
    }

    /** Whether the credentials are temporary. */
    public boolean temporary() {
        return !issued.equals(Instant.EPOCH);
    }

    /** Whether the session has policies of its own, which limit what its role or user may do. */
    public boolean limited() {
        return !policy.isEmpty() || !policyArns.isEmpty();
    }
}
