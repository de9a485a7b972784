package dev.remora.wire;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Decides whether a principal may do something. */
public interface Authorizer {
    /**
     * @param action service prefix and operation, e.g. {@code ec2:CreateVpc}
     * @param resources the ARNs that the action touches, or {@code *}
     * @param context condition keys of the request and their values; those of the principal, the clock and the resource's owner
     *     are the authorizer's to add
     */
    Decision decide(Principal principal, String action, List<String> resources, Map<String, List<String>> context);

    /** All condition keys that a decision knows, those that the authorizer adds among them; for messages and logs. */
    default Map<String, List<String>> keys(Principal principal, Map<String, List<String>> context) {
        return context;
    }

    /**
     * The outcome, with what the sentence of a denial needs.
     *
     * @param resource the one that is not allowed; empty where all are
     * @param statement what decided: the denial, or what allowed the last resource; null where none speaks of the call
     */
    record Decision(boolean allowed, String resource, Reason reason, @Nullable Source statement) {
        /** Without any statement, as what an account's root does. */
        public static final Decision ALLOWED = new Decision(true, "", Reason.ALLOWED);

        public Decision(boolean allowed, String resource, Reason reason) {
            this(allowed, resource, reason, null);
        }

        /** The statement that decided, if one did. */
        public Optional<Source> decidedBy() {
            return Optional.ofNullable(statement);
        }
    }

    /** Where a policy takes part in a decision. */
    enum PolicyType {
        IDENTITY,
        RESOURCE,
        BOUNDARY,
        SESSION,
        CONTROL,
        RESOURCE_CONTROL,
        TRUST,
        ENDPOINT
    }

    /**
     * A statement of a policy, as one finds it again.
     *
     * @param policy the ARN of a managed or control policy, the name of an inline one, the ARN of the resource
     * @param holder the ARN of the user, group or role that an identity policy is attached to; else empty
     * @param sid empty if it has none
     * @param denies whether its effect is Deny
     * @param startLine the line of its opening brace in its document; all four count from 1
     * @param endColumn the column after its closing brace
     * @param text the statement, as its document writes it
     */
    record Source(PolicyType type, String policy, String holder, String sid, boolean denies, int startLine, int startColumn,
            int endLine, int endColumn, String text) {}

    enum Reason {
        ALLOWED,
        /** "because no identity-based policy allows the … action". */
        NO_IDENTITY_POLICY,
        /** "with an explicit deny in an identity-based policy". */
        EXPLICIT_DENY,
        /** "with an explicit deny in a resource-based policy". */
        RESOURCE_DENY,
        /** "because no permissions boundary allows the … action". */
        NO_BOUNDARY,
        /** "with an explicit deny in a permissions boundary". */
        BOUNDARY_DENY,
        /** "because no session policy allows the … action". */
        NO_SESSION_POLICY,
        /** "with an explicit deny in a session policy". */
        SESSION_DENY,
        /** "because no service control policy allows the … action". */
        NO_CONTROL_POLICY,
        /** "with an explicit deny in a service control policy". */
        CONTROL_DENY,
        /** "with an explicit deny in a resource control policy"; what none denies, they allow. */
        RESOURCE_CONTROL_DENY,
        /** "because no resource-based policy allows the … action". */
        NO_RESOURCE_POLICY,
        /** "because no role trust policy allows the … action". */
        NO_TRUST_POLICY,
        /** "with an explicit deny in the role trust policy". */
        TRUST_DENY,
        /** "because no VPC endpoint policy allows the … action". */
        NO_ENDPOINT_POLICY,
        /** "with an explicit deny in a VPC endpoint policy". */
        ENDPOINT_DENY;

        /** Whether a policy forbids it, where otherwise none allows it. */
        public boolean denies() {
            return switch (this) {
                case EXPLICIT_DENY, RESOURCE_DENY, ENDPOINT_DENY, BOUNDARY_DENY, SESSION_DENY, CONTROL_DENY,
                        RESOURCE_CONTROL_DENY, TRUST_DENY -> true;
                case NO_IDENTITY_POLICY, NO_ENDPOINT_POLICY, NO_BOUNDARY, NO_SESSION_POLICY, NO_CONTROL_POLICY,
                        NO_RESOURCE_POLICY, NO_TRUST_POLICY, ALLOWED -> false;
            };
        }

        /** The end of a denial's sentence. */
        public String because(String action) {
            return switch (this) {
                case EXPLICIT_DENY -> " with an explicit deny in an identity-based policy";
                case RESOURCE_DENY -> " with an explicit deny in a resource-based policy";
                case ENDPOINT_DENY -> " with an explicit deny in a VPC endpoint policy";
                case BOUNDARY_DENY -> " with an explicit deny in a permissions boundary";
                case SESSION_DENY -> " with an explicit deny in a session policy";
                case CONTROL_DENY -> " with an explicit deny in a service control policy";
                case RESOURCE_CONTROL_DENY -> " with an explicit deny in a resource control policy";
                case TRUST_DENY -> " with an explicit deny in the role trust policy";
                case NO_TRUST_POLICY -> " because no role trust policy allows the " + action + " action";
                case NO_BOUNDARY -> " because no permissions boundary allows the " + action + " action";
                case NO_SESSION_POLICY -> " because no session policy allows the " + action + " action";
                case NO_CONTROL_POLICY -> " because no service control policy allows the " + action + " action";
                case NO_RESOURCE_POLICY -> " because no resource-based policy allows the " + action + " action";
                case NO_ENDPOINT_POLICY -> " because no VPC endpoint policy allows the " + action + " action";
                case NO_IDENTITY_POLICY, ALLOWED -> " because no identity-based policy allows the " + action + " action";
            };
        }
    }
}
