package dev.remora.wire;

import java.util.List;
import java.util.Map;

/** Decides whether a principal may do something. */
public interface Authorizer {
    /**
     * @param action service prefix and operation, e.g. {@code ec2:CreateVpc}
     * @param resources the ARNs that the action touches, or {@code *}
     * @param context condition keys of the request and their values
     */
    Decision decide(Principal principal, String action, List<String> resources, Map<String, List<String>> context);

    /** The outcome, with what the sentence of a denial needs. */
    record Decision(boolean allowed, String resource, Reason reason) {
        public static final Decision ALLOWED = new Decision(true, "", Reason.ALLOWED);
    }

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
        /** "because no resource-based policy allows the … action". */
        NO_RESOURCE_POLICY,
        /** "because no VPC endpoint policy allows the … action". */
        NO_ENDPOINT_POLICY,
        /** "with an explicit deny in a VPC endpoint policy". */
        ENDPOINT_DENY;

        /** Whether a policy forbids it, where otherwise none allows it. */
        public boolean denies() {
            return switch (this) {
                case EXPLICIT_DENY, RESOURCE_DENY, ENDPOINT_DENY, BOUNDARY_DENY, SESSION_DENY, CONTROL_DENY -> true;
                case NO_IDENTITY_POLICY, NO_ENDPOINT_POLICY, NO_BOUNDARY, NO_SESSION_POLICY, NO_CONTROL_POLICY,
                        NO_RESOURCE_POLICY, ALLOWED -> false;
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
