package dev.remora.iam;

import static dev.remora.iam.Identities.joined;

import dev.remora.store.Ids;
import dev.remora.store.Store;
import dev.remora.wire.Call;
import dev.remora.wire.Operations;
import dev.remora.wire.Principal;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.iam.model.AttachUserPolicyRequest;
import software.amazon.awssdk.services.iam.model.CreateAccessKeyRequest;
import software.amazon.awssdk.services.iam.model.CreateLoginProfileRequest;
import software.amazon.awssdk.services.iam.model.CreateUserRequest;
import software.amazon.awssdk.services.iam.model.CreateVirtualMfaDeviceRequest;
import software.amazon.awssdk.services.iam.model.DeactivateMfaDeviceRequest;
import software.amazon.awssdk.services.iam.model.DeleteAccessKeyRequest;
import software.amazon.awssdk.services.iam.model.DeleteLoginProfileRequest;
import software.amazon.awssdk.services.iam.model.DeleteUserPermissionsBoundaryRequest;
import software.amazon.awssdk.services.iam.model.DeleteUserPolicyRequest;
import software.amazon.awssdk.services.iam.model.DeleteUserRequest;
import software.amazon.awssdk.services.iam.model.DeleteVirtualMfaDeviceRequest;
import software.amazon.awssdk.services.iam.model.DetachUserPolicyRequest;
import software.amazon.awssdk.services.iam.model.EnableMfaDeviceRequest;
import software.amazon.awssdk.services.iam.model.GetAccessKeyLastUsedRequest;
import software.amazon.awssdk.services.iam.model.GetLoginProfileRequest;
import software.amazon.awssdk.services.iam.model.GetMfaDeviceRequest;
import software.amazon.awssdk.services.iam.model.GetUserPolicyRequest;
import software.amazon.awssdk.services.iam.model.GetUserRequest;
import software.amazon.awssdk.services.iam.model.ListAccessKeysRequest;
import software.amazon.awssdk.services.iam.model.ListAttachedUserPoliciesRequest;
import software.amazon.awssdk.services.iam.model.ListMfaDeviceTagsRequest;
import software.amazon.awssdk.services.iam.model.ListMfaDevicesRequest;
import software.amazon.awssdk.services.iam.model.ListOpenIdConnectProvidersRequest;
import software.amazon.awssdk.services.iam.model.ListSamlProvidersRequest;
import software.amazon.awssdk.services.iam.model.ListServerCertificatesRequest;
import software.amazon.awssdk.services.iam.model.ListServiceSpecificCredentialsRequest;
import software.amazon.awssdk.services.iam.model.ListSigningCertificatesRequest;
import software.amazon.awssdk.services.iam.model.ListSshPublicKeysRequest;
import software.amazon.awssdk.services.iam.model.ListUserPoliciesRequest;
import software.amazon.awssdk.services.iam.model.ListUserTagsRequest;
import software.amazon.awssdk.services.iam.model.ListUsersRequest;
import software.amazon.awssdk.services.iam.model.ListVirtualMfaDevicesRequest;
import software.amazon.awssdk.services.iam.model.PutUserPermissionsBoundaryRequest;
import software.amazon.awssdk.services.iam.model.PutUserPolicyRequest;
import software.amazon.awssdk.services.iam.model.ResyncMfaDeviceRequest;
import software.amazon.awssdk.services.iam.model.TagMfaDeviceRequest;
import software.amazon.awssdk.services.iam.model.TagUserRequest;
import software.amazon.awssdk.services.iam.model.UntagMfaDeviceRequest;
import software.amazon.awssdk.services.iam.model.UntagUserRequest;
import software.amazon.awssdk.services.iam.model.UpdateAccessKeyRequest;
import software.amazon.awssdk.services.iam.model.UpdateLoginProfileRequest;
import software.amazon.awssdk.services.iam.model.UpdateUserRequest;

/** What becomes of the parameters of operations on users, and what they need permissions for. */
final class UserOperations {
    private final Operations operations;
    private final Identities<User> access;

    private UserOperations(Operations operations, Store store) {
        this.operations = operations;
        this.access = new Identities<>(store, IdentityKind.USER);
    }

    static void add(Operations operations, Store store, Ids ids, LastUse lastUse) {
        var table = new UserOperations(operations, store);
        table.users(new Users(store, ids));
        table.policies(new UserPolicies(store));
        table.keys(new LongTermKeys(store, ids, lastUse), store);
        table.loginProfiles(new LoginProfiles(store, ids));
        var devices = new MfaDevices(store, ids);
        table.mfaDevices(devices);
        table.mfaDevicesOfUsers(devices);
        table.others(new OtherCredentials(store));
    }

    private void users(Users users) {
        operations.on(CreateUserRequest.class, users::create).enforced("Path", "UserName", "PermissionsBoundary", "Tags")
                .resources((i, c) -> List.of(
                        "arn:aws:iam::" + c.account() + ":user" + Listing.prefix(i.path()) + i.userName()))
                .context((i, c) -> joined(Tags.requested(i.tags()), Boundaries.requested(i.permissionsBoundary())));
        operations.on(GetUserRequest.class, users::get).enforced("UserName")
                .resources((i, c) -> caller(i.userName(), c))
                .context((i, c) -> callerKeys(i.userName(), c));
        operations.on(ListUsersRequest.class, users::list).enforced("PathPrefix", "Marker", "MaxItems")
                .resources((i, c) -> List.of("arn:aws:iam::" + c.account() + ":user" + Listing.prefix(i.pathPrefix())));
        // Who renames a user must be allowed to at both of its names.
        operations.on(UpdateUserRequest.class, users::update).enforced("UserName", "NewPath", "NewUserName")
                .resources((i, c) -> renaming(i, c))
                .context((i, c) -> access.keys(i.userName(), c));
        access.on(operations.on(DeleteUserRequest.class, users::delete), DeleteUserRequest::userName).enforced("UserName");
        access.on(operations.on(TagUserRequest.class, users::tag), TagUserRequest::userName).enforced("UserName", "Tags")
                .context((i, c) -> joined(access.keys(i.userName(), c), Tags.requested(i.tags())));
        access.on(operations.on(UntagUserRequest.class, users::untag), UntagUserRequest::userName)
                .enforced("UserName", "TagKeys")
                .context((i, c) -> joined(access.keys(i.userName(), c), Map.of("aws:TagKeys", i.tagKeys())));
        access.on(operations.on(ListUserTagsRequest.class, users::listTags), ListUserTagsRequest::userName)
                .enforced("UserName", "Marker", "MaxItems");
        access.on(operations.on(PutUserPermissionsBoundaryRequest.class, users::putBoundary),
                        PutUserPermissionsBoundaryRequest::userName)
                .enforced("UserName", "PermissionsBoundary")
                .context((i, c) -> joined(access.keys(i.userName(), c), Boundaries.requested(i.permissionsBoundary())));
        access.bounded(operations.on(DeleteUserPermissionsBoundaryRequest.class, users::deleteBoundary),
                        DeleteUserPermissionsBoundaryRequest::userName)
                .enforced("UserName");
    }

    private void policies(UserPolicies policies) {
        access.attaching(operations.on(AttachUserPolicyRequest.class, policies::attach), AttachUserPolicyRequest::userName,
                        AttachUserPolicyRequest::policyArn)
                .enforced("UserName", "PolicyArn");
        access.attaching(operations.on(DetachUserPolicyRequest.class, policies::detach), DetachUserPolicyRequest::userName,
                        DetachUserPolicyRequest::policyArn)
                .enforced("UserName", "PolicyArn");
        access.on(operations.on(ListAttachedUserPoliciesRequest.class, policies::listAttached),
                        ListAttachedUserPoliciesRequest::userName)
                .enforced("UserName", "PathPrefix", "Marker", "MaxItems");
        access.bounded(operations.on(PutUserPolicyRequest.class, policies::put), PutUserPolicyRequest::userName)
                .enforced("UserName", "PolicyName", "PolicyDocument");
        access.on(operations.on(GetUserPolicyRequest.class, policies::get), GetUserPolicyRequest::userName)
                .enforced("UserName", "PolicyName");
        access.on(operations.on(ListUserPoliciesRequest.class, policies::list), ListUserPoliciesRequest::userName)
                .enforced("UserName", "Marker", "MaxItems");
        access.bounded(operations.on(DeleteUserPolicyRequest.class, policies::delete), DeleteUserPolicyRequest::userName)
                .enforced("UserName", "PolicyName");
    }

    private void keys(LongTermKeys keys, Store store) {
        operations.on(CreateAccessKeyRequest.class, keys::create).enforced("UserName")
                .resources((i, c) -> caller(i.userName(), c))
                .context((i, c) -> callerKeys(i.userName(), c));
        operations.on(ListAccessKeysRequest.class, keys::list).enforced("UserName", "Marker", "MaxItems")
                .resources((i, c) -> caller(i.userName(), c))
                .context((i, c) -> callerKeys(i.userName(), c));
        operations.on(UpdateAccessKeyRequest.class, keys::update).enforced("UserName", "AccessKeyId", "Status")
                .resources((i, c) -> caller(i.userName(), c))
                .context((i, c) -> callerKeys(i.userName(), c));
        operations.on(DeleteAccessKeyRequest.class, keys::delete).enforced("UserName", "AccessKeyId")
                .resources((i, c) -> caller(i.userName(), c))
                .context((i, c) -> callerKeys(i.userName(), c));
        operations.on(GetAccessKeyLastUsedRequest.class, keys::lastUsed).enforced("AccessKeyId")
                .resources((i, c) -> LongTermKeys.user(i.accessKeyId(), store.view(), c).map(user -> List.of(user.arn()))
                        .orElse(List.of()))
                .context((i, c) -> LongTermKeys.user(i.accessKeyId(), store.view(), c).map(user -> Tags.owned(user.tags()))
                        .orElse(Map.of()));
    }

    private void loginProfiles(LoginProfiles profiles) {
        operations.on(CreateLoginProfileRequest.class, profiles::create)
                .enforced("UserName", "Password", "PasswordResetRequired")
                .resources((i, c) -> caller(i.userName(), c))
                .context((i, c) -> callerKeys(i.userName(), c));
        operations.on(GetLoginProfileRequest.class, profiles::get).enforced("UserName")
                .resources((i, c) -> caller(i.userName(), c))
                .context((i, c) -> callerKeys(i.userName(), c));
        access.on(operations.on(UpdateLoginProfileRequest.class, profiles::update), UpdateLoginProfileRequest::userName)
                .enforced("UserName", "Password", "PasswordResetRequired");
        operations.on(DeleteLoginProfileRequest.class, profiles::delete).enforced("UserName")
                .resources((i, c) -> caller(i.userName(), c))
                .context((i, c) -> callerKeys(i.userName(), c));
    }

    private void mfaDevices(MfaDevices devices) {
        operations.on(CreateVirtualMfaDeviceRequest.class, devices::create).enforced("Path", "VirtualMFADeviceName", "Tags")
                .resources((i, c) -> List.of(
                        "arn:aws:iam::" + c.account() + ":mfa" + Listing.prefix(i.path()) + i.virtualMFADeviceName()))
                .context((i, c) -> Tags.requested(i.tags()));
        operations.on(DeleteVirtualMfaDeviceRequest.class, devices::delete).enforced("SerialNumber")
                .resources((i, c) -> List.of(i.serialNumber()))
                .context((i, c) -> devices.keys(i.serialNumber(), c));
        operations.on(ListVirtualMfaDevicesRequest.class, devices::listVirtual)
                .enforced("AssignmentStatus", "Marker", "MaxItems")
                .anyResource();
        operations.on(TagMfaDeviceRequest.class, devices::tag).enforced("SerialNumber", "Tags")
                .resources((i, c) -> List.of(i.serialNumber()))
                .context((i, c) -> joined(devices.keys(i.serialNumber(), c), Tags.requested(i.tags())));
        operations.on(UntagMfaDeviceRequest.class, devices::untag).enforced("SerialNumber", "TagKeys")
                .resources((i, c) -> List.of(i.serialNumber()))
                .context((i, c) -> joined(devices.keys(i.serialNumber(), c), Map.of("aws:TagKeys", i.tagKeys())));
        operations.on(ListMfaDeviceTagsRequest.class, devices::listTags).enforced("SerialNumber", "Marker", "MaxItems")
                .resources((i, c) -> List.of(i.serialNumber()))
                .context((i, c) -> devices.keys(i.serialNumber(), c));
    }

    /** Whose device is whose: of these policies speak by the user. */
    private void mfaDevicesOfUsers(MfaDevices devices) {
        access.on(operations.on(EnableMfaDeviceRequest.class, devices::enable), EnableMfaDeviceRequest::userName)
                .enforced("UserName", "SerialNumber", "AuthenticationCode1", "AuthenticationCode2");
        access.on(operations.on(ResyncMfaDeviceRequest.class, devices::resync), ResyncMfaDeviceRequest::userName)
                .enforced("UserName", "SerialNumber", "AuthenticationCode1", "AuthenticationCode2");
        operations.on(DeactivateMfaDeviceRequest.class, devices::deactivate).enforced("UserName", "SerialNumber")
                .resources((i, c) -> caller(i.userName(), c))
                .context((i, c) -> callerKeys(i.userName(), c));
        operations.on(GetMfaDeviceRequest.class, devices::get).enforced("UserName", "SerialNumber")
                .resources((i, c) -> caller(i.userName(), c))
                .context((i, c) -> callerKeys(i.userName(), c));
        operations.on(ListMfaDevicesRequest.class, devices::list).enforced("UserName", "Marker", "MaxItems")
                .resources((i, c) -> caller(i.userName(), c))
                .context((i, c) -> callerKeys(i.userName(), c));
    }

    private void others(OtherCredentials others) {
        operations.on(ListSshPublicKeysRequest.class, others::sshPublicKeys).enforced("UserName", "Marker", "MaxItems")
                .resources((i, c) -> caller(i.userName(), c))
                .context((i, c) -> callerKeys(i.userName(), c));
        operations.on(ListSigningCertificatesRequest.class, others::signingCertificates)
                .enforced("UserName", "Marker", "MaxItems")
                .resources((i, c) -> caller(i.userName(), c))
                .context((i, c) -> callerKeys(i.userName(), c));
        operations.on(ListServiceSpecificCredentialsRequest.class, others::serviceSpecificCredentials)
                .enforced("UserName", "ServiceName", "AllUsers", "Marker", "MaxItems")
                .resources((i, c) -> caller(i.userName(), c))
                .context((i, c) -> callerKeys(i.userName(), c));
        operations.on(ListServerCertificatesRequest.class, others::serverCertificates)
                .enforced("PathPrefix", "Marker", "MaxItems")
                .anyResource();
        operations.on(ListSamlProvidersRequest.class, others::samlProviders).anyResource();
        operations.on(ListOpenIdConnectProvidersRequest.class, others::openIdConnectProviders).anyResource();
    }

    private List<String> renaming(UpdateUserRequest request, Call call) {
        String arn = access.arn(request.userName(), call);
        String name = request.newUserName() == null ? request.userName() : request.newUserName();
        String place = request.newPath() == null ? arn.substring(0, arn.lastIndexOf('/') + 1)
                : "arn:aws:iam::" + call.account() + ":user" + request.newPath();
        return (place + name).equals(arn) ? List.of(arn) : List.of(arn, place + name);
    }

    /** The ARN of the user that a request names, or of the caller where it names none. */
    private List<String> caller(@Nullable String userName, Call call) {
        return List.of(userName == null ? call.principal().arn() : access.arn(userName, call));
    }

    private Map<String, List<String>> callerKeys(@Nullable String userName, Call call) {
        if (userName != null) {
            return access.keys(userName, call);
        }
        return call.principal() instanceof Principal.User user ? access.keys(user.name(), call) : Map.of();
    }
}
