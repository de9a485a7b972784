package dev.remora.iam;

import dev.remora.store.Ids;
import dev.remora.store.Scope;
import dev.remora.store.Store;
import dev.remora.store.Transaction;
import dev.remora.store.View;
import dev.remora.wire.AwsError;
import dev.remora.wire.Call;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.iam.model.CreateLoginProfileRequest;
import software.amazon.awssdk.services.iam.model.CreateLoginProfileResponse;
import software.amazon.awssdk.services.iam.model.DeleteLoginProfileRequest;
import software.amazon.awssdk.services.iam.model.DeleteLoginProfileResponse;
import software.amazon.awssdk.services.iam.model.GetLoginProfileRequest;
import software.amazon.awssdk.services.iam.model.GetLoginProfileResponse;
import software.amazon.awssdk.services.iam.model.UpdateLoginProfileRequest;
import software.amazon.awssdk.services.iam.model.UpdateLoginProfileResponse;

/** Users' passwords. There is no console to sign in to; they are checked against the account's policy all the same. */
final class LoginProfiles {
    /** Passwords that are remembered: the present one, and as many as a policy can forbid. */
    private static final int REMEMBERED = 25;

    private final Store store;
    private final Ids ids;

    LoginProfiles(Store store, Ids ids) {
        this.store = store;
        this.ids = ids;
    }

    CreateLoginProfileResponse create(CreateLoginProfileRequest request, Call call) {
        String password = given(request.password());
        String hash = Password.hash(password, ids);
        String name = Users.named(request.userName(), call);
        LoginProfile created = store.write(tx -> {
            User user = IdentityKind.USER.required(tx, call.account(), name);
            if (find(user, tx).isPresent()) {
                throw new AwsError("EntityAlreadyExists", 409, "Login Profile for user " + user.name() + " already exists.");
            }
            check(password, user, List.of(), tx);
            var profile = new LoginProfile(call.account(), User.key(user.name()), List.of(hash),
                    Boolean.TRUE.equals(request.passwordResetRequired()), call.time().truncatedTo(ChronoUnit.SECONDS));
            put(tx, profile);
            return profile;
        });
        return CreateLoginProfileResponse.builder().loginProfile(shape(created, name)).build();
    }

    private static String given(@Nullable String password) {
        if (password == null) {
            throw new AwsError("ValidationError", 400, "1 validation error detected: Value null at 'password' failed to satisfy"
                    + " constraint: Member must not be null");
        }
        return password;
    }

    /** @param before hashes of passwords, newest first */
    private static void check(String password, User user, List<String> before, View view) {
        Optional<PasswordRules> rules = PasswordRules.of(user.account(), view);
        boolean taken = rules.map(r -> r.takes(password)
                        && before.stream().limit(r.reuse()).noneMatch(hash -> Password.matches(password, hash)))
                .orElseGet(() -> PasswordRules.takenWithoutPolicy(password, user.name()));
        if (!taken) {
            throw new AwsError("PasswordPolicyViolation", 400, "Password does not conform to the account password policy.");
        }
    }

    GetLoginProfileResponse get(GetLoginProfileRequest request, Call call) {
        View view = store.view();
        User user = IdentityKind.USER.required(view, call.account(), Users.named(request.userName(), call));
        return GetLoginProfileResponse.builder().loginProfile(shape(required(user, view), user.name())).build();
    }

    UpdateLoginProfileResponse update(UpdateLoginProfileRequest request, Call call) {
        Optional<String> password = Optional.ofNullable(request.password());
        Optional<String> hash = password.map(text -> Password.hash(text, ids));
        // Comparing with former passwords is slow by design, and nothing for a transaction.
        View view = store.view();
        User user = IdentityKind.USER.required(view, call.account(), request.userName());
        LoginProfile before = required(user, view);
        password.ifPresent(text -> check(text, user, before.hashes(), view));
        store.write(tx -> {
            LoginProfile profile = required(IdentityKind.USER.required(tx, call.account(), request.userName()), tx);
            if (hash.isPresent()) {
                var hashes = new ArrayList<>(profile.hashes());
                hashes.addFirst(hash.get());
                profile = profile.withHashes(hashes.stream().limit(REMEMBERED).toList());
            }
            put(tx, request.passwordResetRequired() == null ? profile
                    : profile.withResetRequired(request.passwordResetRequired()));
            return profile;
        });
        return UpdateLoginProfileResponse.builder().build();
    }

    DeleteLoginProfileResponse delete(DeleteLoginProfileRequest request, Call call) {
        store.write(tx -> {
            User user = IdentityKind.USER.required(tx, call.account(), Users.named(request.userName(), call));
            LoginProfile profile = required(user, tx);
            tx.delete(LoginProfile.KIND, Scope.global(call.account()), profile.user());
            return profile;
        });
        return DeleteLoginProfileResponse.builder().build();
    }

    static Optional<LoginProfile> find(User user, View view) {
        return view.get(LoginProfile.KIND, Scope.global(user.account()), User.key(user.name()));
    }

    private static LoginProfile required(User user, View view) {
        return find(user, view).orElseThrow(() ->
                new AwsError("NoSuchEntity", 404, "Login Profile for User " + user.name() + " cannot be found."));
    }

    private static void put(Transaction tx, LoginProfile profile) {
        tx.put(LoginProfile.KIND, Scope.global(profile.account()), profile.user(), profile);
    }

    /** Gives the profile of a user to the name that it has from now on. */
    static void rename(Transaction tx, User user, String name) {
        find(user, tx).ifPresent(profile -> {
            tx.delete(LoginProfile.KIND, Scope.global(user.account()), profile.user());
            put(tx, profile.withUser(User.key(name)));
        });
    }

    private static software.amazon.awssdk.services.iam.model.LoginProfile shape(LoginProfile profile, String userName) {
        return software.amazon.awssdk.services.iam.model.LoginProfile.builder()
                .userName(userName)
                .createDate(profile.created())
                .passwordResetRequired(profile.resetRequired())
                .build();
    }
}
