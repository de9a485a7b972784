package dev.remora.iam;

import java.io.IOException;
import java.io.InputStream;
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
import tools.jackson.databind.JsonNode;

/**
 * The managed policies that AWS itself offers, with AWS's documents, from the resource folder {@code policies}. Each has the one
 * version that was in force when it was copied; a policy of AWS that is not there does not exist here. Their ids are ours: AWS
 * does not publish its own.
 */
final class AwsPolicies {
    private final SortedMap<String, ManagedPolicy> byArn = new TreeMap<>();

    private AwsPolicies() {
        for (JsonNode entry : tree("index.json").values()) {
            String name = entry.path("name").stringValue();
            int version = entry.path("version").intValue();
            Instant updated = Instant.parse(entry.path("updated").stringValue());
            String path = entry.path("path").stringValue();
            var policy = new ManagedPolicy(ManagedPolicy.AWS, name, path, id(path + name),
                    Instant.parse(entry.path("created").stringValue()), updated, "", Map.of(), version, version,
                    List.of(new ManagedPolicy.Version(version, text(name + ".json").strip(), updated)));
            byArn.put(policy.arn(), policy);
        }
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

    private static JsonNode tree(String file) {
        return PolicyDocument.tree(text(file)).orElseThrow(() -> new IllegalStateException("policies/" + file + " is not JSON"));
    }

    private static String text(String file) {
        try (InputStream in = AwsPolicies.class.getResourceAsStream("policies/" + file)) {
            if (in == null) {
                throw new IllegalStateException("policies/" + file + " is missing");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
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
