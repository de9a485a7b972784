package dev.remora.secretsmanager;

import dev.remora.store.Kind;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/**
 * A secret.
 *
 * @param arn with six letters at its end, so that a secret made later with the same name is another one
 * @param versions the newest last; each has at least one stage
 * @param deleted when it will be gone, if its deletion was asked for
 * @param policy the text of its policy, or empty
 */
record Secret(
        String name,
        String arn,
        String description,
        List<Version> versions,
        Instant created,
        Instant changed,
        Optional<Instant> deleted,
        Map<String, String> tags,
        String policy) {
    static final String CURRENT = "AWSCURRENT";
    static final String PREVIOUS = "AWSPREVIOUS";
    static final Kind<Secret> KIND = Kind.of("secretsmanager.secret", Secret.class);

    Secret {
        versions = List.copyOf(versions);
    }

    /**
     * @param text empty if it is bytes
     * @param base64 the bytes, empty if it is text
     */
    record Version(String id, List<String> stages, String text, String base64, Instant created) {
        Version {
            stages = List.copyOf(stages);
        }

        boolean sameValue(Version other) {
            return text.equals(other.text) && base64.equals(other.base64);
        }

        private Version with(List<String> newStages) {
            return new Version(id, newStages, text, base64, created);
        }
    }

    Optional<Version> atStage(String stage) {
        return versions.stream().filter(v -> v.stages().contains(stage)).findFirst();
    }

    Optional<Version> version(String id) {
        return versions.stream().filter(v -> v.id().equals(id)).findFirst();
    }

    boolean goneAt(Instant now) {
        return deleted.map(when -> !when.isAfter(now)).orElse(false);
    }

    /**
     * Adds a version, which takes its stages from whichever version has them. What was current becomes previous; a version that
     * is left without a stage is dropped, as AWS drops it sooner or later.
     */
    Secret plus(Version added) {
        var stagesOf = new LinkedHashMap<String, TreeSet<String>>();
        versions.forEach(v -> stagesOf.put(v.id(), new TreeSet<>(v.stages())));
        stagesOf.computeIfAbsent(added.id(), id -> new TreeSet<>());
        String current = atStage(CURRENT).map(Version::id).orElse("");
        for (String stage : added.stages()) {
            stagesOf.values().forEach(stages -> stages.remove(stage));
            stagesOf.get(added.id()).add(stage);
        }
        TreeSet<String> ofReplaced = stagesOf.get(current);
        if (ofReplaced != null && added.stages().contains(CURRENT) && !current.equals(added.id())) {
            stagesOf.values().forEach(stages -> stages.remove(PREVIOUS));
            ofReplaced.add(PREVIOUS);
        }
        var all = new ArrayList<>(versions);
        all.add(added);
        var kept = all.stream()
                .map(v -> v.with(List.copyOf(stagesOf.get(v.id()))))
                .filter(v -> !v.stages().isEmpty())
                .toList();
        return new Secret(name, arn, description, kept, created, added.created(), deleted, tags, policy);
    }

    Secret deletedAt(Instant when) {
        return new Secret(name, arn, description, versions, created, changed, Optional.of(when), tags, policy);
    }

    Secret withPolicy(String text) {
        return new Secret(name, arn, description, versions, created, changed, deleted, tags, text);
    }
}
