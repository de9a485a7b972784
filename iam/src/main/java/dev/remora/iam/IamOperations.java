package dev.remora.iam;

import dev.remora.store.Ids;
import dev.remora.store.Store;
import dev.remora.wire.Operations;
import dev.remora.wire.Protocol;
import dev.remora.wire.ServiceInfo;
import software.amazon.awssdk.services.iam.model.CreateAccountAliasRequest;
import software.amazon.awssdk.services.iam.model.DeleteAccountAliasRequest;
import software.amazon.awssdk.services.iam.model.DeleteAccountPasswordPolicyRequest;
import software.amazon.awssdk.services.iam.model.GetAccountAuthorizationDetailsRequest;
import software.amazon.awssdk.services.iam.model.GetAccountPasswordPolicyRequest;
import software.amazon.awssdk.services.iam.model.GetAccountSummaryRequest;
import software.amazon.awssdk.services.iam.model.ListAccountAliasesRequest;
import software.amazon.awssdk.services.iam.model.UpdateAccountPasswordPolicyRequest;

/** What Remora supports of IAM; the tables of its nouns are put together here. Federation is not in it. */
final class IamOperations {
    static final ServiceInfo SERVICE =
            new ServiceInfo("iam", "iam", Protocol.AWS_QUERY, "2010-05-08", "https://iam.amazonaws.com/doc/2010-05-08/", "");

    private IamOperations() {}

    static Operations of(Store store, Ids ids, LastUse lastUse, Simulations simulations) {
        var operations = new Operations(SERVICE);
        RoleOperations.add(operations, store, ids, lastUse);
        UserOperations.add(operations, store, ids, lastUse);
        GroupOperations.add(operations, store, ids);
        PolicyOperations.add(operations, store, ids);
        SimulationOperations.add(operations, simulations);
        account(operations, new AccountSettings(store), new AuthorizationDetails(store, lastUse));
        return operations;
    }

    private static void account(Operations operations, AccountSettings account, AuthorizationDetails details) {
        operations.on(GetAccountSummaryRequest.class, account::summary).anyResource();
        operations.on(GetAccountAuthorizationDetailsRequest.class, details::get).enforced("Filter", "MaxItems", "Marker")
                .anyResource();
        operations.on(CreateAccountAliasRequest.class, account::createAlias).enforced("AccountAlias").anyResource();
        operations.on(DeleteAccountAliasRequest.class, account::deleteAlias).enforced("AccountAlias").anyResource();
        operations.on(ListAccountAliasesRequest.class, account::aliases).enforced("Marker", "MaxItems").anyResource();
        operations.on(GetAccountPasswordPolicyRequest.class, account::passwordPolicy).anyResource();
        // There is no console where a password could expire or be changed by its user.
        operations.on(UpdateAccountPasswordPolicyRequest.class, account::updatePasswordPolicy)
                .enforced("MinimumPasswordLength", "RequireSymbols", "RequireNumbers", "RequireUppercaseCharacters",
                        "RequireLowercaseCharacters", "PasswordReusePrevention")
                .recorded("AllowUsersToChangePassword", "MaxPasswordAge", "HardExpiry")
                .anyResource();
        operations.on(DeleteAccountPasswordPolicyRequest.class, account::deletePasswordPolicy).anyResource();
    }
}
