package dev.remora.iam;

import dev.remora.iam.RoleAccess.SessionCredentials;
import dev.remora.store.Ids;
import dev.remora.store.Kind;
import dev.remora.store.Scope;
import dev.remora.store.Store;
import dev.remora.store.View;
import dev.remora.wire.AccessKeys.Absent;
import dev.remora.wire.AccessKeys.Found;
import dev.remora.wire.AccessKeys.Holder;
import dev.remora.wire.Principal;
import dev.remora.wire.SessionTerms;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Temporary credentials, without a table of them.
 *
 * <p>A sandbox start hands out credentials, and must not wait for a disk. So the session token itself says whose session it is,
 * until when and on which terms ({@link SessionToken}), and is authenticated under a key that the installation made once and
 * keeps in its store: credentials survive a restart, and nothing is written when they are issued.
 *
 * <pre>
 *   token   = base64( content ‖ tag )
 *   content = version, kind, expiry (s), nonce, account, role, id, session name, function ARN, issue time (s), MFA, packed terms
 *   tag ‖ secret = HMAC-SHA512( installation key, content ), 32 bytes and 30 bytes
 * </pre>
 *
 * The tag is public and the secret access key is not; they are different parts of one pseudo-random output, so knowing the first
 * says nothing of the second. The access key id is made of the account and the nonce, in AWS's own form (the account can be read
 * out of it), and so belongs to this token only. A session dies with its expiry or with its role or user: one made again under
 * the same name has another id. Managed session policies are in the token by their ARNs and are read when a call is decided.
 *
 * <p>Rejected: a document for each session (a commit per sandbox start, and something to sweep), and a table in memory (a restart
 * would log everybody out). What this cannot do is revoke one session before its time; AWS cannot either, other than by a policy
 * on aws:TokenIssueTime.
 */
final class Sessions {
    /** The installation's secret, made at the first start. */
    record InstallationKey(String hex) {
        static final Kind<InstallationKey> KIND = Kind.of("iam.installation-key", InstallationKey.class);
    }

    /** The installation's own documents belong to no customer's account. */
    private static final Scope INSTALLATION = Scope.global("000000000000");

    private static final String KEY_ID = "session";
    private static final int KEY_HEX_DIGITS = 128;
    private static final String ALGORITHM = "HmacSHA512";
    private static final int TAG_BYTES = 32;
    private static final int SECRET_BYTES = 30;

    /** The longest token that is looked at; ours are far shorter. */
    private static final int MAX_TOKEN_CHARS = 8192;

    private final Store store;
    private final Ids ids;
    private final SecretKeySpec key;

    Sessions(Store store, Ids ids) {
        this.store = store;
        this.ids = ids;
        String hex = store.view().get(InstallationKey.KIND, INSTALLATION, KEY_ID).orElseGet(() -> create(store, ids)).hex();
        this.key = new SecretKeySpec(HexFormat.of().parseHex(hex), ALGORITHM);
    }

    private static InstallationKey create(Store store, Ids ids) {
        return store.write(tx -> tx.get(InstallationKey.KIND, INSTALLATION, KEY_ID).orElseGet(() -> {
            var made = new InstallationKey(ids.hex(KEY_HEX_DIGITS));
            tx.put(InstallationKey.KIND, INSTALLATION, KEY_ID, made);
            return made;
        }));
    }

    /** @param holder with the terms of the credentials */
    SessionCredentials issue(Principal holder, Instant expiry) {
        long nonce = Long.parseUnsignedLong(ids.hex(16), 16);
        var content = SessionToken.of(holder, Instant.ofEpochSecond(expiry.getEpochSecond()), nonce);
        byte[] bytes = content.encoded();
        byte[] mac = mac(bytes);
        byte[] token = Arrays.copyOf(bytes, bytes.length + TAG_BYTES);
        System.arraycopy(mac, 0, token, bytes.length, TAG_BYTES);
        String encoded = Base64.getEncoder().encodeToString(token);
        return new SessionCredentials(accessKeyId(content), secret(mac), encoded, content.expiry(), holder.userId());
    }

    /** A further secret of the installation: 32 bytes that say nothing of the key of the sessions. */
    byte[] derived(String purpose) {
        return Arrays.copyOf(mac(("derived: " + purpose).getBytes(StandardCharsets.UTF_8)), TAG_BYTES);
    }

    Found find(String accessKeyId, String sessionToken, Instant now) {
        Optional<byte[]> token = decoded(sessionToken);
        if (token.isEmpty() || token.get().length <= TAG_BYTES) {
            return Absent.UNKNOWN;
        }
        byte[] bytes = Arrays.copyOf(token.get(), token.get().length - TAG_BYTES);
        byte[] mac = mac(bytes);
        byte[] tag = Arrays.copyOfRange(token.get(), bytes.length, token.get().length);
        if (!MessageDigest.isEqual(tag, Arrays.copyOf(mac, TAG_BYTES))) {
            return Absent.UNKNOWN;
        }
        SessionToken content = SessionToken.decode(bytes);
        if (!accessKeyId(content).equals(accessKeyId)) {
            return Absent.UNKNOWN;
        }
        if (!now.isBefore(content.expiry())) {
            return Absent.EXPIRED;
        }
        return holder(content, store.view())
                .<Found>map(holder -> new Holder(holder, secret(mac), false))
                .orElse(Absent.UNKNOWN);
    }

    private static Optional<? extends Principal> holder(SessionToken token, View view) {
        return switch (token.kind()) {
            case ROLE -> Permissions.find(token.role(), view)
                    .filter(role -> role.id().equals(token.id()))
                    .map(role -> new Principal.RoleSession(role.account(), role.arn(), role.name(), role.id(), token.session(),
                            token.function(), token.terms()));
            case USER -> user(token, view, token.terms());
            case ROOT -> Optional.of(new Principal.Root(token.account(), token.terms()));
            case FEDERATED_BY_USER -> user(token, view, SessionTerms.NONE).map(user -> federated(token, user));
            case FEDERATED_BY_ROOT -> Optional.of(federated(token, new Principal.Root(token.account())));
        };
    }

    private static Optional<Principal.User> user(SessionToken token, View view, SessionTerms terms) {
        return view.find(User.KIND, Scope.global(token.account()), "id", token.id()).stream()
                .findFirst()
                .map(user -> new Principal.User(user.account(), user.path(), user.name(), user.id(), terms));
    }

    private static Principal.FederatedUser federated(SessionToken token, Principal issuer) {
        return new Principal.FederatedUser(token.account(), token.session(), issuer, token.terms());
    }

    /** The account that an access key id in AWS's form belongs to. */
    static Optional<String> accountOf(String accessKeyId) {
        return KeyId.account(accessKeyId);
    }

    private static String accessKeyId(SessionToken content) {
        return KeyId.of(KeyId.SESSION, content.account(), content.nonce());
    }

    private static String secret(byte[] mac) {
        return Base64.getEncoder().encodeToString(Arrays.copyOfRange(mac, TAG_BYTES, TAG_BYTES + SECRET_BYTES));
    }

    private byte[] mac(byte[] content) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(key);
            return mac.doFinal(content);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Optional<byte[]> decoded(String token) {
        if (token.length() > MAX_TOKEN_CHARS) {
            return Optional.empty();
        }
        try {
            return Optional.of(Base64.getDecoder().decode(token));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
