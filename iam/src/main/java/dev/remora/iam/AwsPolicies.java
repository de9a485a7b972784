package dev.remora.iam;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The managed policies that AWS itself offers, with AWS's documents: all that an account saw on 2026-08-26, each with the one
 * version that was in force then. Their ids are ours: AWS does not publish its own.
 *
 * <p>They are lines of one file: path and name, version, when it was made, when it was last changed, and the document, with tabs
 * between them.
 */
final class AwsPolicies {
    private static final String FILE = "aws-policies.tsv";
    private static final int COLUMNS = 5;

    /** AWS's own services attach these to the roles that are linked to them; customers cannot attach them. */
    private static final String SERVICE_LINKED = "/aws-service-role/";

    private final SortedMap<String, ManagedPolicy> byArn = new TreeMap<>();

    private AwsPolicies() {
        try (InputStream in = AwsPolicies.class.getResourceAsStream(FILE)) {
            if (in == null) {
                throw new IllegalStateException(FILE + " is missing");
            }
            var reader = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                ManagedPolicy policy = policy(line.split("\t", COLUMNS));
                byArn.put(policy.arn(), policy);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static ManagedPolicy policy(String[] columns) {
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
        return Optional.ofNullable(byArn.get(arn));
    }

    /** In the order of their ARNs. */
    Collection<ManagedPolicy> all() {
        return byArn.values();
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
