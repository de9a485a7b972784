package dev.remora.lambda;

import dev.remora.lambda.VersionDocument.Change;
import dev.remora.lambda.VersionDocument.State;
import dev.remora.store.Ids;
import dev.remora.store.Scope;
import dev.remora.store.Store;
import dev.remora.store.Transaction;
import dev.remora.wire.Call;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.lambda.model.FunctionConfiguration;
import software.amazon.awssdk.services.lambda.model.UpdateFunctionCodeRequest;
import software.amazon.awssdk.services.lambda.model.UpdateFunctionCodeResponse;
import software.amazon.awssdk.services.lambda.model.UpdateFunctionConfigurationRequest;
import software.amazon.awssdk.services.lambda.model.UpdateFunctionConfigurationResponse;

/**
 * Changes of {@code $LATEST}. A change is accepted, answered as {@code InProgress}, and put in force in the background; until
 * then invocations use what was in force before, and no second change is accepted.
 */
final class FunctionUpdates {
    private final Store store;
    private final ConfigurationRules rules;
    private final VpcConfigs vpcs;
    private final ExecutionRoles roles;
    private final CodeOrigin origin;
    private final Codes codes;
    private final CodeSpace space;
    private final LayerChoice layers;
    private final FunctionStates states;
    private final Versions versions;
    private final Answers answers;
    private final Ids ids;

    FunctionUpdates(
            Store store,
            ConfigurationRules rules,
            VpcConfigs vpcs,
            ExecutionRoles roles,
            CodeOrigin origin,
            Codes codes,
            CodeSpace space,
            LayerChoice layers,
            FunctionStates states,
            Versions versions,
            Answers answers,
            Ids ids) {
        this.store = store;
        this.rules = rules;
        this.vpcs = vpcs;
        this.roles = roles;
        this.origin = origin;
        this.codes = codes;
        this.space = space;
        this.layers = layers;
        this.states = states;
        this.versions = versions;
        this.answers = answers;
        this.ids = ids;
    }

    UpdateFunctionConfigurationResponse configuration(UpdateFunctionConfigurationRequest request, Call call) {
        FunctionName name = latest(request.functionName(), call);
        VersionDocument before = changeable(store.view().get(VersionDocument.KIND, name.scope(), id(name)), name,
                request.revisionId());
        Settings wanted = rules.apply(before.settings(), name.name(), request);
        if (request.role() != null) {
            roles.checkAssumable(call, wanted.role(), name.arn());
        }
        if (request.vpcConfig() != null) {
            Settings.Vpc vpc = vpcs.check(name.scope(), call, request.vpcConfig());
            if (vpc.attached()) {
                roles.checkInterfaces(name.scope(), wanted.role(), vpc);
            }
            if (vpc.attached() || before.settings().vpc().isPresent()) {
                wanted = wanted.with(vpc);
            }
        }
        VersionDocument changed;
        try (LayerChoice.Chosen chosen = layers.choose(request.layers(), call)) {
            Settings checked = request.hasLayers() ? wanted.with(chosen.layers()) : wanted;
            if (request.hasLayers()) {
                layers.checkSize(checked);
            }
            changed = store.write(tx -> {
                VersionDocument now =
                        changeable(tx.get(VersionDocument.KIND, name.scope(), id(name)), name, request.revisionId());
                if (!now.settings().equals(before.settings())) {
                    throw Refusal.updateInProgress(name.arn());
                }
                return change(tx, name.scope(), now, checked, call);
            });
        }
        states.settle(name.scope(), changed.id());
        FunctionConfiguration shown = answers.full(name.scope(), changed, name.asked());
        return Answers.as(shown, UpdateFunctionConfigurationResponse.builder()).build();
    }

    UpdateFunctionCodeResponse code(UpdateFunctionCodeRequest request, Call call) {
        FunctionName name = latest(request.functionName(), call);
        ConfigurationRules.architectures(request.architecturesAsStrings());
        VersionDocument before =
                changeable(store.view().get(VersionDocument.KIND, name.scope(), id(name)), name, request.revisionId());
        byte[] zip = origin.zip(request, call);
        try (Codes.Hold hold = codes.add(zip);
                Codes.Hold layersToo = codes.hold(before.settings())) {
            layers.checkSize(before.settings().with(hold.code()));
            if (Boolean.TRUE.equals(request.dryRun())) {
                VersionDocument now =
                        changeable(store.view().get(VersionDocument.KIND, name.scope(), id(name)), name, request.revisionId());
                var change = new Change(ids.uuid(), now.settings().with(hold.code()));
                return answer(name, now.changing(change, now.lastModified(), now.revisionId()).settled(now.revisionId()));
            }
            VersionDocument changed = store.write(tx -> {
                VersionDocument now = changeable(tx.get(VersionDocument.KIND, name.scope(), id(name)), name,
                        request.revisionId());
                space.check(tx, name.scope(), hold.code().bytes());
                return change(tx, name.scope(), now, now.settings().with(hold.code()), call);
            });
            states.settle(name.scope(), changed.id());
            if (Boolean.TRUE.equals(request.publish())) {
                VersionDocument published = versions.publishUpdated(name, changed, call);
                return answer(name, published);
            }
            return answer(name, changed);
        }
    }

    private UpdateFunctionCodeResponse answer(FunctionName name, VersionDocument shown) {
        String arn = shown.latest() ? name.asked() : name.arn() + ":" + shown.version();
        return Answers.as(answers.full(name.scope(), shown, arn), UpdateFunctionCodeResponse.builder()).build();
    }

    private VersionDocument change(Transaction tx, Scope scope, VersionDocument now, Settings wanted, Call call) {
        VersionDocument next = now.changing(new Change(ids.uuid(), wanted), Answers.modified(call.time()), ids.uuid());
        tx.put(VersionDocument.KIND, scope, next.id(), next);
        return next;
    }

    private static FunctionName latest(@Nullable String given, Call call) {
        FunctionName name = FunctionName.reach(given, null, call);
        if (!name.version().equals(FunctionName.LATEST)) {
            throw Refusal.invalid("Only the $LATEST version of a function can be changed; " + name.asked() + " was given.");
        }
        return name;
    }

    private static String id(FunctionName name) {
        return VersionDocument.id(name.name(), FunctionName.LATEST);
    }

    private static VersionDocument changeable(Optional<VersionDocument> found, FunctionName name, @Nullable String revision) {
        VersionDocument now = found.orElseThrow(() -> Refusal.functionNotFound(name.asked()));
        if (now.state() == State.PENDING) {
            throw Refusal.wrongState(State.PENDING.text);
        }
        if (now.change().isPresent()) {
            throw Refusal.updateInProgress(name.arn());
        }
        if (revision != null && !revision.equals(now.revisionId())) {
            throw Refusal.staleRevision();
        }
        return now;
    }
}
