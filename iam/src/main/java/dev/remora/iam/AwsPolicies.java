package dev.remora.iam;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * The managed policies that AWS itself offers, with AWS's documents: all that an account saw on 2026-08-26, each with the one
 * version that was in force then. Their ids are ours: AWS does not publish its own.
 *
 * <p>They are lines of one file: path and name, version, when it was made, when it was last changed, and the document, with tabs
 * between them. The file is read when a policy is first asked for, and a line of it when that policy is: almost every role has
 * one of AWS's policies, and few accounts use more than some.
 */
final class AwsPolicies {
    private static final String FILE = "aws-policies.tsv";
    private static final int COLUMNS = 5;
    private static final int EXPECTED = 4096;
    private static final String ARN = "arn:aws:iam::aws:policy";

    /** AWS's own services attach these to the roles that are linked to them; customers cannot attach them. */
    private static final String SERVICE_LINKED = "/aws-service-role/";

    private final String text;

    /** Where the line of an ARN begins. */
    private final Map<String, Integer> lines = new HashMap<>(EXPECTED);

    private final ConcurrentMap<String, ManagedPolicy> made = new ConcurrentHashMap<>();

    private AwsPolicies() {
        try (InputStream in = AwsPolicies.class.getResourceAsStream(FILE)) {
            if (in == null) {
                throw new IllegalStateException(FILE + " is missing");
            }
            this.text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        for (int start = 0; start < text.length(); start = text.indexOf('\n', start) + 1) {
            lines.put(ARN + text.substring(start, text.indexOf('\t', start)), start);
        }
    }

    private ManagedPolicy policy(int start) {
        String[] columns = text.substring(start, text.indexOf('\n', start)).split("\t", COLUMNS);
        int slash = columns[0].lastIndexOf('/') + 1;
        int version = Integer.parseInt(columns[1]);
        Instant updated = Instant.parse(columns[3]);
        return new ManagedPolicy(ManagedPolicy.AWS, columns[0].substring(slash), columns[0].substring(0, slash), id(columns[0]),
                Instant.parse(columns[2]), updated, "", Map.of(), version, version,
                List.of(new ManagedPolicy.Version(version, columns[4], updated)));
    }

    private static final class Loaded {
        private static final AwsPolicies POLICIES = new AwsPolicies();
    }

    /** Read once, when something first asks. */
    static AwsPolicies policies() {
        return Loaded.POLICIES;
    }

    Optional<ManagedPolicy> find(String arn) {
        Integer start = lines.get(arn);
        return start == null ? Optional.empty() : Optional.of(made.computeIfAbsent(arn, none -> policy(start)));
    }

    /** In the order of their ARNs. */
    List<ManagedPolicy> all() {
        return lines.keySet().stream().sorted().flatMap(arn -> find(arn).stream()).toList();
    }

    /** Whether only a service may attach a policy, to a role that is linked to it. */
    static boolean ofServiceLinkedRoles(ManagedPolicy policy) {
        return policy.ofAws() && policy.path().equals(SERVICE_LINKED);
    }

    private static String id(String name) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(name.getBytes(StandardCharsets.UTF_8));
            return UniqueId.of("ANPA", new BigInteger(1, digest));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
