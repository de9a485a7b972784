package dev.remora.iam;

import dev.remora.wire.SessionTerms;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;

/**
 * A session's policies, tags and source identity, as small as they get: they travel in every request of the session. AWS packs
 * them, too, and lets them take a fixed room, of which its answers tell the share in percent; how it packs them it does not say.
 */
final class PackedTerms {
    /** The room that they may take. With all else in it a token then stays below 4 KB. */
    static final int MAX_BYTES = 2048;

    /** No terms at all take none. */
    private static final byte[] NOTHING = {};

    private PackedTerms() {}

    static byte[] pack(SessionTerms terms) {
        if (!terms.limited() && terms.tags().isEmpty() && terms.sourceIdentity().isEmpty()) {
            return NOTHING;
        }
        var bytes = new ByteArrayOutputStream();
        var deflater = new Deflater(Deflater.BEST_COMPRESSION, true);
        try (var out = new DataOutputStream(new DeflaterOutputStream(bytes, deflater))) {
            out.writeUTF(terms.policy());
            out.writeShort(terms.policyArns().size());
            for (String arn : terms.policyArns()) {
                out.writeUTF(arn);
            }
            out.writeShort(terms.tags().size());
            for (var tag : terms.tags().entrySet()) {
                out.writeUTF(tag.getKey());
                out.writeUTF(tag.getValue());
                out.writeBoolean(terms.transitive().contains(tag.getKey()));
            }
            out.writeUTF(terms.sourceIdentity());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            deflater.end();
        }
        return bytes.toByteArray();
    }

    /** How much of the room they take, in percent; more than 100 is too much. */
    static int percent(SessionTerms terms) {
        return Math.ceilDiv(100 * pack(terms).length, MAX_BYTES);
    }

    /**
     * @param plain what is not packed: when the credentials were issued, and whether with a second factor
     * @param packed of {@link #pack}
     */
    static SessionTerms unpack(SessionTerms plain, byte[] packed) {
        if (packed.length == 0) {
            return plain;
        }
        var inflater = new Inflater(true);
        try (var in = new DataInputStream(new InflaterInputStream(new ByteArrayInputStream(packed), inflater))) {
            String policy = in.readUTF();
            List<String> arns = new ArrayList<>();
            for (int left = in.readShort(); left > 0; left--) {
                arns.add(in.readUTF());
            }
            var tags = new TreeMap<String, String>();
            Set<String> transitive = new HashSet<>();
            for (int left = in.readShort(); left > 0; left--) {
                String key = in.readUTF();
                tags.put(key, in.readUTF());
                if (in.readBoolean()) {
                    transitive.add(key);
                }
            }
            return new SessionTerms(plain.issued(), policy, arns, tags, transitive, in.readUTF(), plain.mfa());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            inflater.end();
        }
    }
}
