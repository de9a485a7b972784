package dev.remora.iam;

import dev.remora.wire.Call;
import dev.remora.wire.Operations;
import java.util.List;
import software.amazon.awssdk.services.iam.model.GetContextKeysForCustomPolicyRequest;
import software.amazon.awssdk.services.iam.model.GetContextKeysForPrincipalPolicyRequest;
import software.amazon.awssdk.services.iam.model.SimulateCustomPolicyRequest;
import software.amazon.awssdk.services.iam.model.SimulatePrincipalPolicyRequest;

/** The policy simulator's part of IAM. */
final class SimulationOperations {
    private SimulationOperations() {}

    static void add(Operations operations, Simulations simulations) {
        operations.on(SimulateCustomPolicyRequest.class, simulations::custom)
                .enforced("PolicyInputList", "PermissionsBoundaryPolicyInputList", "OrderedOrganizationPolicyInputList",
                        "ActionNames", "ResourceArns", "ResourcePolicy", "ResourceOwner", "CallerArn", "ContextEntries",
                        "MaxItems", "Marker")
                .refused("ResourceHandlingOption")
                .anyResource();
        operations.on(SimulatePrincipalPolicyRequest.class, simulations::principal)
                .enforced("PolicySourceArn", "PolicyInputList", "PermissionsBoundaryPolicyInputList", "ActionNames",
                        "ResourceArns", "ResourcePolicy", "ResourceOwner", "CallerArn", "ContextEntries", "MaxItems", "Marker")
                .refused("ResourceHandlingOption", "PolicyExclusionList")
                .resources((i, c) -> source(i.policySourceArn(), c));
        operations.on(GetContextKeysForCustomPolicyRequest.class, simulations::keysOfCustom).enforced("PolicyInputList")
                .anyResource();
        operations.on(GetContextKeysForPrincipalPolicyRequest.class, simulations::keysOfPrincipal)
                .enforced("PolicySourceArn", "PolicyInputList")
                .resources((i, c) -> source(i.policySourceArn(), c));
    }

    private static List<String> source(String arn, Call call) {
        return List.of(arn.startsWith("arn:") ? arn : "arn:aws:iam::" + call.account() + ":*");
    }
}
