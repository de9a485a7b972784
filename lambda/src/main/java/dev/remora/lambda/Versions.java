package dev.remora.lambda;

import dev.remora.lambda.VersionDocument.Reason;
import dev.remora.lambda.VersionDocument.State;
import dev.remora.store.Ids;
import dev.remora.store.Scope;
import dev.remora.store.Store;
import dev.remora.store.Transaction;
import dev.remora.store.View;
import dev.remora.wire.Call;
import dev.remora.wire.Page;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.lambda.model.FunctionConfiguration;
import software.amazon.awssdk.services.lambda.model.ListVersionsByFunctionRequest;
import software.amazon.awssdk.services.lambda.model.ListVersionsByFunctionResponse;
import software.amazon.awssdk.services.lambda.model.PublishVersionRequest;
import software.amazon.awssdk.services.lambda.model.PublishVersionResponse;

/** Published versions: {@code $LATEST}, frozen under a number. */
final class Versions {
    private final Store store;
    private final CodeSpace space;
    private final FunctionStates states;
    private final Answers answers;
    private final Ids ids;

    Versions(Store store, CodeSpace space, FunctionStates states, Answers answers, Ids ids) {
        this.store = store;
        this.space = space;
        this.states = states;
        this.answers = answers;
        this.ids = ids;
    }

    PublishVersionResponse publish(PublishVersionRequest request, Call call) {
        FunctionName name = FunctionName.reach(request.functionName(), null, call);
        VersionDocument published = store.write(tx -> {
            VersionDocument latest = latest(tx, name);
            if (latest.state() == State.PENDING) {
                throw Refusal.wrongState(latest.state().text);
            }
            if (latest.change().isPresent()) {
                throw Refusal.updateInProgress(name.arn());
            }
            if (request.revisionId() != null && !request.revisionId().equals(latest.revisionId())) {
                throw Refusal.staleRevision();
            }
            String sha256 = Answers.sha256(latest.settings().code());
            if (request.codeSha256() != null && !request.codeSha256().equals(sha256)) {
                throw Refusal.invalid("CodeSHA256 (" + request.codeSha256() + ") is different from current CodeSHA256 in"
                        + " $LATEST ("
                        + sha256 + "). Please try again with the CodeSHA256 in $LATEST.");
            }
            return publish(tx, name, latest.settings(), request.description(), call);
        });
        states.settle(name.scope(), published.id());
        FunctionConfiguration shown =
                answers.full(name.scope(), published, name.arn() + ":" + published.version());
        return Answers.as(shown, PublishVersionResponse.builder()).build();
    }

    /** Publishes what an update of {@code $LATEST} that is still being put in force will make of it. */
    VersionDocument publishUpdated(FunctionName name, VersionDocument latest, Call call) {
        VersionDocument published = store.write(tx -> publish(tx, name, latest.shown(), null, call));
        states.settle(name.scope(), published.id());
        return published;
    }

    private static VersionDocument latest(View view, FunctionName name) {
        return view.get(VersionDocument.KIND, name.scope(), VersionDocument.id(name.name(), FunctionName.LATEST))
                .orElseThrow(() -> Refusal.functionNotFound(name.arn()));
    }

    /** Nothing new is made if nothing has changed since the last number. */
    private VersionDocument publish(Transaction tx, FunctionName name, Settings settings, @Nullable String description,
            Call call) {
        FunctionDocument function = tx.get(FunctionDocument.KIND, name.scope(), name.name())
                .orElseThrow(() -> Refusal.functionNotFound(name.arn()));
        Optional<VersionDocument> last = tx.get(
                VersionDocument.KIND, name.scope(), VersionDocument.id(name.name(), Long.toString(function.lastVersion())));
        if (last.isPresent() && last.get().settings().described("").equals(settings.described(""))) {
            return last.get();
        }
        space.check(tx, name.scope(), settings.code().bytes());
        long number = function.lastVersion() + 1;
        var published = new VersionDocument(
                name.name(),
                Long.toString(number),
                ids.uuid(),
                description == null ? settings : settings.described(description),
                Optional.empty(),
                State.PENDING,
                Optional.of(Reason.CREATING),
                Optional.empty(),
                Answers.modified(call.time()),
                ids.uuid());
        tx.put(VersionDocument.KIND, name.scope(), published.id(), published);
        tx.put(FunctionDocument.KIND, name.scope(), name.name(), function.published(number));
        return published;
    }

    ListVersionsByFunctionResponse list(ListVersionsByFunctionRequest request, Call call) {
        FunctionName name = FunctionName.reach(request.functionName(), null, call);
        Scope scope = name.scope();
        List<VersionDocument> all = store.view().find(VersionDocument.KIND, scope, "function", name.name());
        if (all.isEmpty()) {
            throw Refusal.functionNotFound(name.arn());
        }
        Page<VersionDocument> page = Listing.page(call, all, Versions::sortKey, request.marker(), request.maxItems());
        var shown = new ArrayList<FunctionConfiguration>();
        page.items().forEach(v -> shown.add(answers.listed(scope, v, name.arn() + ":" + v.version())));
        return ListVersionsByFunctionResponse.builder().versions(shown).nextMarker(page.nextToken().orElse(null)).build();
    }

    /** {@code $LATEST} first, then the numbers as numbers. */
    private static String sortKey(VersionDocument version) {
        return version.latest() ? "$" : String.format("%019d", Long.parseLong(version.version()));
    }
}
