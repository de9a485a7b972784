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
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
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
 * Temporary credentials of roles' sessions, without a table of them.
 *
 * <p>A sandbox start hands out credentials, and must not wait for a disk. So the session token itself says whose session it is
 * and until when, and is authenticated under a key that the installation made once and keeps in its store: credentials survive a
 * restart, and nothing is written when they are issued.
 *
 * <pre>
 *   token   = base64( content ‖ tag )
 *   content = version, expiry (s), nonce, account, role ARN, role id, session name, function ARN
 *   tag ‖ secret = HMAC-SHA512( installation key, content ), 32 bytes and 30 bytes
 * </pre>
 *
 * The tag is public and the secret access key is not; they are different parts of one pseudo-random output, so knowing the first
 * says nothing of the second. The access key id is made of the account and the nonce, in AWS's own form (the account can be read
 * out of it), and so belongs to this token only. A session dies with its expiry or with its role: a role made again under the
 * same name has another id.
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
    private static final int VERSION = 1;
    private static final int TAG_BYTES = 32;
    private static final int SECRET_BYTES = 30;

    /** The longest token that is looked at; ours are far shorter. */
    private static final int MAX_TOKEN_CHARS = 8192;

    private static final String PREFIX = "ASIA";
    private static final int KEY_ID_LENGTH = 20;

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

    private record Content(Instant expiry, long nonce, String account, String roleArn, String roleId, String session,
            String function) {}

    SessionCredentials issue(Role role, String session, String sourceFunctionArn, Instant expiry) {
        long nonce = Long.parseUnsignedLong(ids.hex(16), 16);
        var content = new Content(Instant.ofEpochSecond(expiry.getEpochSecond()), nonce, role.account(), role.arn(), role.id(),
                session, sourceFunctionArn);
        byte[] bytes = encode(content);
        byte[] mac = mac(bytes);
        byte[] token = Arrays.copyOf(bytes, bytes.length + TAG_BYTES);
        System.arraycopy(mac, 0, token, bytes.length, TAG_BYTES);
        String encoded = Base64.getEncoder().encodeToString(token);
        return new SessionCredentials(accessKeyId(content), secret(mac), encoded, content.expiry(), role.id() + ":" + session);
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
        Content content = decode(bytes);
        if (!accessKeyId(content).equals(accessKeyId)) {
            return Absent.UNKNOWN;
        }
        if (!now.isBefore(content.expiry())) {
            return Absent.EXPIRED;
        }
        View view = store.view();
        return Permissions.find(content.roleArn(), view)
                .filter(role -> role.id().equals(content.roleId()))
                .<Found>map(role -> new Holder(new Principal.RoleSession(role.account(), role.arn(), role.name(), role.id(),
                        content.session(), content.function()), secret(mac), false))
                .orElse(Absent.UNKNOWN);
    }

    /**
     * The account that an access key id in AWS's form belongs to: 40 bits of the base-32 number after the prefix. Shown in print
     * by several people outside AWS and true for keys made since 2019.
     */
    static Optional<String> accountOf(String accessKeyId) {
        if (accessKeyId.length() != KEY_ID_LENGTH || !accessKeyId.startsWith("ASIA") && !accessKeyId.startsWith("AKIA")) {
            return Optional.empty();
        }
        long bits = 0;
        for (int i = PREFIX.length(); i < PREFIX.length() + 10; i++) {
            int digit = UniqueId.BASE_32.indexOf(accessKeyId.charAt(i));
            if (digit < 0) {
                return Optional.empty();
            }
            bits = bits << 5 | digit;
        }
        long account = bits >>> 9 & 0xFF_FFFF_FFFFL;
        return bits >>> 49 == 0 || account > 999_999_999_999L ? Optional.empty() : Optional.of("%012d".formatted(account));
    }

    /** 80 bits: one that is set, 40 of the account, 39 of the nonce. */
    private static String accessKeyId(Content content) {
        long random = content.nonce() & 0x7F_FFFF_FFFFL;
        long upper = 1L << 49 | Long.parseLong(content.account()) << 9 | random >>> 30;
        var id = new StringBuilder(PREFIX);
        for (int shift = 45; shift >= 0; shift -= 5) {
            id.append(UniqueId.BASE_32.charAt((int) (upper >>> shift) & 31));
        }
        for (int shift = 25; shift >= 0; shift -= 5) {
            id.append(UniqueId.BASE_32.charAt((int) (random >>> shift) & 31));
        }
        return id.toString();
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

    private static byte[] encode(Content content) {
        var bytes = new ByteArrayOutputStream();
        try (var out = new DataOutputStream(bytes)) {
            out.writeByte(VERSION);
            out.writeLong(content.expiry().getEpochSecond());
            out.writeLong(content.nonce());
            out.writeUTF(content.account());
            out.writeUTF(content.roleArn());
            out.writeUTF(content.roleId());
            out.writeUTF(content.session());
            out.writeUTF(content.function());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    /** @param bytes authenticated before, so they are as {@link #encode} wrote them */
    private static Content decode(byte[] bytes) {
        try (var in = new DataInputStream(new ByteArrayInputStream(bytes))) {
            if (in.readByte() != VERSION) {
                throw new IllegalStateException("a session token of an unknown version");
            }
            return new Content(Instant.ofEpochSecond(in.readLong()), in.readLong(), in.readUTF(), in.readUTF(), in.readUTF(),
                    in.readUTF(), in.readUTF());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
