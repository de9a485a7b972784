package dev.remora.lambda;

import dev.remora.lambda.VersionDocument.Reason;
import dev.remora.lambda.VersionDocument.State;
import dev.remora.store.Ids;
import dev.remora.store.Scope;
import dev.remora.store.Store;
import dev.remora.store.Transaction;
import dev.remora.store.View;
import dev.remora.wire.AwsError;
import dev.remora.wire.Call;
import dev.remora.wire.Page;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import software.amazon.awssdk.services.lambda.model.Concurrency;
import software.amazon.awssdk.services.lambda.model.CreateFunctionRequest;
import software.amazon.awssdk.services.lambda.model.CreateFunctionResponse;
import software.amazon.awssdk.services.lambda.model.DeleteFunctionRequest;
import software.amazon.awssdk.services.lambda.model.DeleteFunctionResponse;
import software.amazon.awssdk.services.lambda.model.FunctionConfiguration;
import software.amazon.awssdk.services.lambda.model.GetFunctionConfigurationRequest;
import software.amazon.awssdk.services.lambda.model.GetFunctionConfigurationResponse;
import software.amazon.awssdk.services.lambda.model.GetFunctionRequest;
import software.amazon.awssdk.services.lambda.model.GetFunctionResponse;
import software.amazon.awssdk.services.lambda.model.ListFunctionsRequest;
import software.amazon.awssdk.services.lambda.model.ListFunctionsResponse;
import software.amazon.awssdk.services.lambda.model.UpdateFunctionConfigurationRequest;

/** Functions: made, shown, listed, deleted. */
final class Functions {
    private final Store store;
    private final ConfigurationRules rules;
    private final VpcConfigs vpcs;
    private final ExecutionRoles roles;
    private final CodeOrigin origin;
    private final Codes codes;
    private final CodeSpace space;
    private final HyperplaneEnis enis;
    private final LayerChoice layers;
    private final FunctionStates states;
    private final Answers answers;
    private final CodeLinks links;
    private final Ids ids;

    Functions(
            Store store,
            ConfigurationRules rules,
            VpcConfigs vpcs,
            ExecutionRoles roles,
            CodeOrigin origin,
            Codes codes,
            CodeSpace space,
            HyperplaneEnis enis,
            LayerChoice layers,
            FunctionStates states,
            Answers answers,
            CodeLinks links,
            Ids ids) {
        this.store = store;
        this.rules = rules;
        this.vpcs = vpcs;
        this.roles = roles;
        this.origin = origin;
        this.codes = codes;
        this.space = space;
        this.enis = enis;
        this.layers = layers;
        this.states = states;
        this.answers = answers;
        this.links = links;
        this.ids = ids;
    }

    CreateFunctionResponse create(CreateFunctionRequest request, Call call) {
        FunctionName name = FunctionName.reach(request.functionName(), null, call);
        Scope scope = name.scope();
        if (store.view().get(FunctionDocument.KIND, scope, name.name()).isPresent()) {
            throw exists(name);
        }
        if (request.packageTypeAsString() != null && !request.packageTypeAsString().equals("Zip")) {
            throw Refusal.invalid("PackageType " + request.packageTypeAsString() + " is not supported here; only Zip is.");
        }
        ConfigurationRules.architectures(request.architecturesAsStrings());
        Tags.check(request.tags(), Map.of());
        Settings wanted = rules.apply(
                ConfigurationRules.defaults(name.name(), new Settings.Code("", 0)), name.name(), asChange(request));
        roles.checkAssumable(call, wanted.role(), name.arn());
        if (request.vpcConfig() != null) {
            Settings.Vpc vpc = vpcs.check(scope, call, request.vpcConfig());
            if (vpc.attached()) {
                roles.checkInterfaces(scope, wanted.role(), vpc);
                wanted = wanted.with(vpc);
            }
        }
        try (LayerChoice.Chosen chosen = layers.choose(request.layers(), call);
                Codes.Hold hold = codes.add(origin.zip(request.code(), call))) {
            Settings settings = wanted.with(hold.code()).with(chosen.layers());
            layers.checkSize(settings);
            VersionDocument latest = first(name.name(), FunctionName.LATEST, settings, call);
            boolean publish = Boolean.TRUE.equals(request.publish());
            VersionDocument shown = publish ? first(name.name(), "1", settings, call) : latest;
            HyperplaneEnis.Wants wants = enis.wants(scope, name.name(), settings);
            boolean ready = store.write(tx -> {
                if (tx.get(FunctionDocument.KIND, scope, name.name()).isPresent()) {
                    throw exists(name);
                }
                space.check(tx, scope, settings.code().bytes());
                tx.put(FunctionDocument.KIND, scope, name.name(),
                        new FunctionDocument(name.name(), publish ? 1 : 0, request.tags(), Optional.empty()));
                boolean inForce = enis.make(tx, wants);
                for (VersionDocument version : publish ? List.of(latest, shown) : List.of(latest)) {
                    tx.put(VersionDocument.KIND, scope, version.id(), inForce ? version.settled(ids.uuid()) : version);
                }
                return inForce;
            });
            if (!ready) {
                Stream.of(latest.id(), shown.id()).distinct().forEach(id -> states.settle(scope, id));
            }
            return Answers.as(answers.full(scope, shown, name.arn()), CreateFunctionResponse.builder()).build();
        }
    }

    private static AwsError exists(FunctionName name) {
        return Refusal.conflict("Function already exist: " + name.name());
    }

    /** What the request says of a configuration, as the change of the defaults that it is. */
    private static UpdateFunctionConfigurationRequest asChange(CreateFunctionRequest request) {
        return UpdateFunctionConfigurationRequest.builder()
                .runtime(request.runtimeAsString())
                .handler(request.handler())
                .role(request.role())
                .description(request.description())
                .timeout(request.timeout())
                .memorySize(request.memorySize())
                .environment(request.environment())
                .kmsKeyArn(request.kmsKeyArn())
                .tracingConfig(request.tracingConfig())
                .ephemeralStorage(request.ephemeralStorage())
                .snapStart(request.snapStart())
                .loggingConfig(request.loggingConfig())
                .build();
    }

    private VersionDocument first(String function, String version, Settings settings, Call call) {
        return new VersionDocument(
                function,
                version,
                ids.uuid(),
                settings,
                Optional.empty(),
                State.PENDING,
                Optional.of(Reason.CREATING),
                Optional.empty(),
                Answers.modified(call.time()),
                ids.uuid());
    }

    /** The version that a name means. */
    static VersionDocument version(View view, FunctionName name) {
        return view.get(VersionDocument.KIND, name.scope(), VersionDocument.id(name.name(), name.version()))
                .orElseThrow(() -> Refusal.functionNotFound(name.asked()));
    }

    GetFunctionResponse get(GetFunctionRequest request, Call call) {
        FunctionName name = FunctionName.reach(request.functionName(), request.qualifier(), call);
        View view = store.view();
        VersionDocument version = version(view, name);
        FunctionDocument function = view.get(FunctionDocument.KIND, name.scope(), name.name())
                .orElseThrow(() -> Refusal.functionNotFound(name.asked()));
        var answer = GetFunctionResponse.builder()
                .configuration(answers.full(name.scope(), version, name.asked()))
                .code(c -> c.repositoryType("S3").location(links.link(version.shown().code())));
        if (!function.tags().isEmpty()) {
            answer.tags(function.tags());
        }
        function.reserved()
                .ifPresent(n -> answer.concurrency(Concurrency.builder().reservedConcurrentExecutions(n).build()));
        return answer.build();
    }

    GetFunctionConfigurationResponse configuration(GetFunctionConfigurationRequest request, Call call) {
        FunctionName name = FunctionName.reach(request.functionName(), request.qualifier(), call);
        FunctionConfiguration shown = answers.full(name.scope(), version(store.view(), name), name.asked());
        return Answers.as(shown, GetFunctionConfigurationResponse.builder()).build();
    }

    ListFunctionsResponse list(ListFunctionsRequest request, Call call) {
        Scope scope = new Scope(call.account(), call.region());
        boolean versions = "ALL".equals(request.functionVersionAsString());
        View view = store.view();
        List<VersionDocument> all = view.all(VersionDocument.KIND, scope).stream()
                .filter(v -> versions || v.latest())
                .toList();
        Page<VersionDocument> page = Listing.page(call, all, VersionDocument::id, request.marker(), request.maxItems());
        var shown = new ArrayList<FunctionConfiguration>();
        for (VersionDocument each : page.items()) {
            String arn = FunctionName.arn(scope, each.function());
            shown.add(answers.listed(scope, each, versions ? arn + ":" + each.version() : arn));
        }
        return ListFunctionsResponse.builder().functions(shown).nextMarker(page.nextToken().orElse(null)).build();
    }

    DeleteFunctionResponse delete(DeleteFunctionRequest request, Call call) {
        FunctionName name = FunctionName.reach(request.functionName(), request.qualifier(), call);
        Scope scope = name.scope();
        if (name.qualifier().equals(Optional.of(FunctionName.LATEST))) {
            throw Refusal.invalid("$LATEST version cannot be deleted without deleting the function.");
        }
        boolean mayDelete = mayDeleteInterfaces(scope, name);
        List<VersionDocument> deleted = store.write(tx -> delete(tx, name, mayDelete));
        states.cleanUp(scope, deleted);
        return DeleteFunctionResponse.builder().build();
    }

    /** Asked before the transaction, which must not ask anybody. */
    private boolean mayDeleteInterfaces(Scope scope, FunctionName name) {
        var roleArns = new LinkedHashSet<String>();
        store.view().find(VersionDocument.KIND, scope, "function", name.name()).forEach(v -> roleArns.add(v.shown().role()));
        return roleArns.stream().anyMatch(role -> roles.mayDeleteInterfaces(scope, role));
    }

    private static List<VersionDocument> delete(Transaction tx, FunctionName name, boolean mayDelete) {
        Scope scope = name.scope();
        FunctionDocument function = tx.get(FunctionDocument.KIND, scope, name.name())
                .orElseThrow(() -> Refusal.functionNotFound(name.asked()));
        List<VersionDocument> going = tx.find(VersionDocument.KIND, scope, "function", name.name()).stream()
                .filter(v -> name.qualifier().isEmpty() || name.qualifier().get().equals(v.version()))
                .toList();
        going.forEach(v -> tx.delete(VersionDocument.KIND, scope, v.id()));
        if (name.qualifier().isEmpty()) {
            tx.delete(FunctionDocument.KIND, scope, name.name());
        } else if (function.policies().containsKey(name.qualifier().get())) {
            tx.put(FunctionDocument.KIND, scope, name.name(), function.withPolicy(name.qualifier().get(), ""));
        }
        going.forEach(v -> HyperplaneEnis.note(tx, scope, v.keys(), mayDelete));
        return going;
    }
}
