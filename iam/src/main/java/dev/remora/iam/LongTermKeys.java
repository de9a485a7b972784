package dev.remora.iam;

import dev.remora.store.Ids;
import dev.remora.store.Scope;
import dev.remora.store.Store;
import dev.remora.store.Transaction;
import dev.remora.store.View;
import dev.remora.wire.AwsError;
import dev.remora.wire.Call;
import dev.remora.wire.Page;
import dev.remora.wire.Principal;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.iam.model.AccessKeyLastUsed;
import software.amazon.awssdk.services.iam.model.AccessKeyMetadata;
import software.amazon.awssdk.services.iam.model.CreateAccessKeyRequest;
import software.amazon.awssdk.services.iam.model.CreateAccessKeyResponse;
import software.amazon.awssdk.services.iam.model.DeleteAccessKeyRequest;
import software.amazon.awssdk.services.iam.model.DeleteAccessKeyResponse;
import software.amazon.awssdk.services.iam.model.GetAccessKeyLastUsedRequest;
import software.amazon.awssdk.services.iam.model.GetAccessKeyLastUsedResponse;
import software.amazon.awssdk.services.iam.model.ListAccessKeysRequest;
import software.amazon.awssdk.services.iam.model.ListAccessKeysResponse;
import software.amazon.awssdk.services.iam.model.StatusType;
import software.amazon.awssdk.services.iam.model.UpdateAccessKeyRequest;
import software.amazon.awssdk.services.iam.model.UpdateAccessKeyResponse;

/** The access keys of users, and of an account's root. */
final class LongTermKeys {
    static final int MAX_PER_USER = 2;

    /** As many bits as AWS's secrets of 40 characters have. */
    private static final int SECRET_HEX_DIGITS = 60;

    private static final String ROOT = "";

    private final Store store;
    private final Ids ids;
    private final LastUse lastUse;

    LongTermKeys(Store store, Ids ids, LastUse lastUse) {
        this.store = store;
        this.ids = ids;
        this.lastUse = lastUse;
    }

    CreateAccessKeyResponse create(CreateAccessKeyRequest request, Call call) {
        AccessKey created = store.write(tx -> {
            String owner = owner(request.userName(), tx, call);
            if (tx.count(AccessKey.KIND, Scope.global(call.account()), "user", owner) >= MAX_PER_USER) {
                throw new AwsError("LimitExceeded", 409, "Cannot exceed quota for AccessKeysPerUser: " + MAX_PER_USER);
            }
            String id = KeyId.of(KeyId.LONG_LIVED, call.account(), Long.parseUnsignedLong(ids.hex(16), 16));
            String secret = Base64.getEncoder().encodeToString(HexFormat.of().parseHex(ids.hex(SECRET_HEX_DIGITS)));
            var key = new AccessKey(call.account(), id, owner, secret, true, call.time().truncatedTo(ChronoUnit.SECONDS));
            put(tx, key);
            return key;
        });
        return CreateAccessKeyResponse.builder()
                .accessKey(software.amazon.awssdk.services.iam.model.AccessKey.builder()
                        .userName(userName(created, store.view()))
                        .accessKeyId(created.id())
                        .status(status(created))
                        .secretAccessKey(created.secret())
                        .createDate(created.created())
                        .build())
                .build();
    }

    ListAccessKeysResponse list(ListAccessKeysRequest request, Call call) {
        View view = store.view();
        String owner = owner(request.userName(), view, call);
        List<AccessKey> keys = view.find(AccessKey.KIND, Scope.global(call.account()), "user", owner);
        Page<AccessKey> page =
                Listing.page(call, keys, key -> key.created() + " " + key.id(), request.marker(), request.maxItems());
        return ListAccessKeysResponse.builder()
                .accessKeyMetadata(page.items().stream()
                        .map(key -> AccessKeyMetadata.builder()
                                .userName(userName(key, view))
                                .accessKeyId(key.id())
                                .status(status(key))
                                .createDate(key.created())
                                .build())
                        .toList())
                .isTruncated(page.nextToken().isPresent())
                .marker(page.nextToken().orElse(null))
                .build();
    }

    UpdateAccessKeyResponse update(UpdateAccessKeyRequest request, Call call) {
        store.write(tx -> {
            AccessKey key = owned(request.accessKeyId(), request.userName(), tx, call);
            put(tx, key.withActive(request.status() == StatusType.ACTIVE));
            return key;
        });
        return UpdateAccessKeyResponse.builder().build();
    }

    DeleteAccessKeyResponse delete(DeleteAccessKeyRequest request, Call call) {
        store.write(tx -> {
            AccessKey key = owned(request.accessKeyId(), request.userName(), tx, call);
            tx.delete(AccessKey.KIND, Scope.global(call.account()), key.id());
            lastUse.forget(tx, key.account(), key.id());
            return key;
        });
        return DeleteAccessKeyResponse.builder().build();
    }

    GetAccessKeyLastUsedResponse lastUsed(GetAccessKeyLastUsedRequest request, Call call) {
        View view = store.view();
        AccessKey key = view.get(AccessKey.KIND, Scope.global(call.account()), request.accessKeyId())
                .orElseThrow(() -> new AwsError("AccessDenied", 403, "User: " + call.principal().arn()
                        + " is not authorized to perform iam:GetAccessKeyLastUsed on resource: access key "
                        + request.accessKeyId()));
        var never = AccessKeyLastUsed.builder().serviceName("N/A").region("N/A").build();
        return GetAccessKeyLastUsedResponse.builder()
                .userName(userName(key, view))
                .accessKeyLastUsed(lastUse.of(key.account(), key.id())
                        .map(use -> AccessKeyLastUsed.builder()
                                .lastUsedDate(use.time())
                                .serviceName(use.service())
                                .region(use.region())
                                .build())
                        .orElse(never))
                .build();
    }

    /** The key of a user: of the caller, where the request names none. */
    private static String owner(@Nullable String userName, View view, Call call) {
        if (userName == null && call.principal() instanceof Principal.Root) {
            return ROOT;
        }
        return User.key(IdentityKind.USER.required(view, call.account(), Users.named(userName, call)).name());
    }

    private static AccessKey owned(String id, @Nullable String userName, View view, Call call) {
        String owner = owner(userName, view, call);
        return view.get(AccessKey.KIND, Scope.global(call.account()), id)
                .filter(key -> key.user().equals(owner))
                .orElseThrow(() ->
                        new AwsError("NoSuchEntity", 404, "The Access Key with id " + id + " cannot be found."));
    }

    /** The user whose key it is; none for a key of the root. */
    static Optional<User> holder(AccessKey key, View view) {
        return key.ofRoot() ? Optional.empty() : view.get(User.KIND, Scope.global(key.account()), key.user());
    }

    /** The user whose key an id is. */
    static Optional<User> user(String id, View view, Call call) {
        return view.get(AccessKey.KIND, Scope.global(call.account()), id).flatMap(key -> holder(key, view));
    }

    private static @Nullable String userName(AccessKey key, View view) {
        return holder(key, view).map(User::name).orElse(null);
    }

    private static StatusType status(AccessKey key) {
        return key.active() ? StatusType.ACTIVE : StatusType.INACTIVE;
    }

    private static void put(Transaction tx, AccessKey key) {
        tx.put(AccessKey.KIND, Scope.global(key.account()), key.id(), key);
    }

    /** Gives the keys of a user to the name that it has from now on. */
    static void rename(Transaction tx, User user, String name) {
        for (AccessKey key : tx.find(AccessKey.KIND, Scope.global(user.account()), "user", User.key(user.name()))) {
            put(tx, key.withUser(User.key(name)));
        }
    }

    /** How many keys an account's root has. */
    static int ofRoot(View view, String account) {
        return view.count(AccessKey.KIND, Scope.global(account), "user", ROOT);
    }
}
