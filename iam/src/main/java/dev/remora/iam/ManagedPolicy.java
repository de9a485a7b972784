package dev.remora.iam;

import dev.remora.store.Kind;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * A managed policy: a customer's, as it is stored, or one of AWS's.
 *
 * @param account twelve digits, or {@code aws}
 * @param id ANPA…
 * @param newestVersion the highest number that a version ever had; numbers are not used again
 * @param versions oldest first
 */
record ManagedPolicy(
        String account,
        String name,
        String path,
        String id,
        Instant created,
        Instant updated,
        String description,
        Map<String, String> tags,
        int defaultVersion,
        int newestVersion,
        List<Version> versions) {

    record Version(int number, String document, Instant created) {
        String id() {
            return "v" + number;
        }
    }

    /** Customers' policies, found by name. */
    static final Kind<ManagedPolicy> KIND = Kind.of("iam.policy", ManagedPolicy.class);

    static final String AWS = "aws";

    /** Names are unique without regard to case. */
    static String key(String name) {
        return name.toLowerCase(Locale.ROOT);
    }

    String arn() {
        return "arn:aws:iam::" + account + ":policy" + path + name;
    }

    boolean ofAws() {
        return account.equals(AWS);
    }

    Optional<Version> version(String versionId) {
        return versions.stream().filter(version -> version.id().equals(versionId)).findFirst();
    }

    /** The document that counts. */
    String document() {
        return version("v" + defaultVersion).orElseThrow().document();
    }

    ManagedPolicy withTags(Map<String, String> changed) {
        return new ManagedPolicy(account, name, path, id, created, updated, description, changed, defaultVersion, newestVersion,
                versions);
    }

    ManagedPolicy withVersions(List<Version> changed, int inForce, int newest, Instant now) {
        return new ManagedPolicy(account, name, path, id, created, now, description, tags, inForce, newest, changed);
    }
}
