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
        /** "because no VPC endpoint policy allows the … action". */
        NO_ENDPOINT_POLICY,
        /** "with an explicit deny in a VPC endpoint policy". */
        ENDPOINT_DENY;

        /** Whether a policy forbids it, where otherwise none allows it. */
        public boolean denies() {
            return switch (this) {
                case EXPLICIT_DENY, RESOURCE_DENY, ENDPOINT_DENY -> true;
                case NO_IDENTITY_POLICY, NO_ENDPOINT_POLICY, ALLOWED -> false;
            };
        }

        /** The end of a denial's sentence. */
        public String because(String action) {
            return switch (this) {
                case EXPLICIT_DENY -> " with an explicit deny in an identity-based policy";
                case RESOURCE_DENY -> " with an explicit deny in a resource-based policy";
                case ENDPOINT_DENY -> " with an explicit deny in a VPC endpoint policy";
                case NO_ENDPOINT_POLICY -> " because no VPC endpoint policy allows the " + action + " action";
                case NO_IDENTITY_POLICY, ALLOWED -> " because no identity-based policy allows the " + action + " action";
            };
        }
    }
}
