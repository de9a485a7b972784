package dev.remora.iam;

import dev.remora.wire.Principal;
import dev.remora.wire.SessionTerms;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;

/**
 * What a session token says, before it is authenticated.
 *
 * @param nonce what tells one session of the same holder from the next
 * @param role the ARN of a role, else empty
 * @param id the role's or the user's unique id: another one made under the same name is not this session's holder, and a user
 *     that is renamed still is
 * @param session the name of a role's session or of a federated user
 * @param function for a sandbox's credentials, the function's ARN
 */
record SessionToken(
        Kind kind,
        Instant expiry,
        long nonce,
        String account,
        String role,
        String id,
        String session,
        String function,
        SessionTerms terms) {
    /** Who holds the credentials. A new kind goes to the end: tokens carry its place. */
    enum Kind {
        ROLE,
        USER,
        ROOT,
        /** A federated user that a user made. */
        FEDERATED_BY_USER,
        /** A federated user that the account's root made. */
        FEDERATED_BY_ROOT
    }

    private static final int VERSION = 2;

    static SessionToken of(Principal holder, Instant expiry, long nonce) {
        return switch (holder) {
            case Principal.RoleSession role -> new SessionToken(Kind.ROLE, expiry, nonce, role.account(), role.roleArn(),
                    role.roleId(), role.session(), role.sourceFunctionArn(), role.terms());
            case Principal.User user -> new SessionToken(
                    Kind.USER, expiry, nonce, user.account(), "", user.id(), "", "", user.terms());
            case Principal.Root root -> new SessionToken(
                    Kind.ROOT, expiry, nonce, root.account(), "", "", "", "", root.terms());
            case Principal.FederatedUser federated when federated.issuer() instanceof Principal.User user -> new SessionToken(
                    Kind.FEDERATED_BY_USER, expiry, nonce, user.account(), "", user.id(), federated.name(), "",
                    federated.terms());
            case Principal.FederatedUser federated -> new SessionToken(
                    Kind.FEDERATED_BY_ROOT, expiry, nonce, federated.account(), "", "", federated.name(), "", federated.terms());
            case Principal.Service service -> throw new IllegalArgumentException(service.name() + " has no sessions");
        };
    }

    byte[] encoded() {
        var bytes = new ByteArrayOutputStream();
        try (var out = new DataOutputStream(bytes)) {
            out.writeByte(VERSION);
            out.writeByte(kind.ordinal());
            out.writeLong(expiry.getEpochSecond());
            out.writeLong(nonce);
            out.writeUTF(account);
            out.writeUTF(role);
            out.writeUTF(id);
            out.writeUTF(session);
            out.writeUTF(function);
            out.writeLong(terms.issued().getEpochSecond());
            out.writeBoolean(terms.mfa());
            out.write(PackedTerms.pack(terms));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    /** @param bytes authenticated before, so they are as {@link #encoded} wrote them */
    static SessionToken decode(byte[] bytes) {
        try (var in = new DataInputStream(new ByteArrayInputStream(bytes))) {
            if (in.readByte() != VERSION) {
                throw new IllegalStateException("a session token of an unknown version");
            }
            Kind kind = Kind.values()[in.readByte()];
            Instant expiry = Instant.ofEpochSecond(in.readLong());
            long nonce = in.readLong();
            String account = in.readUTF();
            String role = in.readUTF();
            String id = in.readUTF();
            String session = in.readUTF();
            String function = in.readUTF();
            Instant issued = Instant.ofEpochSecond(in.readLong());
            boolean mfa = in.readBoolean();
            SessionTerms terms = PackedTerms.unpack(SessionTerms.plain(issued, mfa), in.readAllBytes());
            return new SessionToken(kind, expiry, nonce, account, role, id, session, function, terms);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
