package dev.remora.lambda;

import dev.remora.store.Kind;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * One version of a function, {@code $LATEST} included; stored under {@code name:version}.
 *
 * @param generation changes whenever what runs changes; warm environments belong to one generation
 * @param settings in force: what an invocation runs with
 * @param change what an update that is under way will put in force
 * @param lastModified as answers print it
 */
record VersionDocument(
        String function,
        String version,
        String generation,
        Settings settings,
        Optional<Change> change,
        State state,
        Optional<Reason> stateReason,
        Optional<Update> lastUpdate,
        String lastModified,
        String revisionId) {
    /**
     * Indexes: {@code function} by name, {@code eni} by {@link HyperplaneKey#text}, {@code code} by hash, {@code
     * unsettled}/{@code yes}.
     */
    static final Kind<VersionDocument> KIND = Kind.of("lambda.version", VersionDocument.class)
            .index("function", v -> List.of(v.function()))
            .index("eni", VersionDocument::keyTexts)
            .index("code", VersionDocument::hashes)
            .index("unsettled", v -> v.unsettled() ? List.of("yes") : List.of());

    enum State {
        PENDING("Pending"),
        ACTIVE("Active"),
        FAILED("Failed");

        final String text;

        State(String text) {
            this.text = text;
        }
    }

    enum UpdateStatus {
        IN_PROGRESS("InProgress"),
        SUCCESSFUL("Successful"),
        FAILED("Failed");

        final String text;

        UpdateStatus(String text) {
            this.text = text;
        }
    }

    record Reason(String code, String text) {
        static final Reason CREATING = new Reason("Creating", "The function is being created.");
    }

    record Update(UpdateStatus status, Optional<Reason> reason) {
        static final Update RUNNING = new Update(UpdateStatus.IN_PROGRESS, Optional.of(Reason.CREATING));
        static final Update DONE = new Update(UpdateStatus.SUCCESSFUL, Optional.empty());
    }

    record Change(String generation, Settings settings) {}

    static String id(String function, String version) {
        return function + ":" + version;
    }

    String id() {
        return id(function, version);
    }

    boolean latest() {
        return version.equals(FunctionName.LATEST);
    }

    /** Whether something has still to be done before it rests. */
    boolean unsettled() {
        return state == State.PENDING || change.isPresent();
    }

    /** What answers show: the settings that were asked for last. */
    Settings shown() {
        return change.map(Change::settings).orElse(settings);
    }

    /** Keys of what runs and of what is to run. */
    Set<HyperplaneKey> keys() {
        var keys = new LinkedHashSet<>(settings.keys());
        change.ifPresent(c -> keys.addAll(c.settings().keys()));
        return keys;
    }

    private Collection<String> keyTexts() {
        return keys().stream().map(HyperplaneKey::text).toList();
    }

    /** All code of what runs and of what is to run. */
    Stream<Settings.Code> codes() {
        return Stream.concat(settings.codes().stream(), change.stream().flatMap(c -> c.settings().codes().stream()));
    }

    private Collection<String> hashes() {
        return codes().map(Settings.Code::sha256).distinct().toList();
    }

    VersionDocument changing(Change next, String modified, String revision) {
        return new VersionDocument(function, version, generation, settings, Optional.of(next), state, stateReason,
                Optional.of(Update.RUNNING), modified, revision);
    }

    /** The same, known by another revision. */
    VersionDocument revised(String revision) {
        return new VersionDocument(function, version, generation, settings, change, state, stateReason, lastUpdate,
                lastModified, revision);
    }

    /** Its change is in force, or it is first ready to run. */
    VersionDocument settled(String revision) {
        return new VersionDocument(
                function,
                version,
                change.map(Change::generation).orElse(generation),
                shown(),
                Optional.empty(),
                State.ACTIVE,
                Optional.empty(),
                Optional.of(Update.DONE),
                lastModified,
                revision);
    }

    /** A first preparation that failed leaves it {@code Failed}; a failed update leaves what ran before. */
    VersionDocument failed(Reason reason, String revision) {
        boolean first = state == State.PENDING;
        return new VersionDocument(
                function,
                version,
                generation,
                settings,
                Optional.empty(),
                first ? State.FAILED : state,
                first ? Optional.of(reason) : stateReason,
                first ? lastUpdate : Optional.of(new Update(UpdateStatus.FAILED, Optional.of(reason))),
                lastModified,
                revision);
    }
}
