package dev.remora.lambda;

import dev.remora.store.Ids;
import dev.remora.store.Scope;
import dev.remora.store.Store;
import dev.remora.store.View;
import dev.remora.wire.AwsError;
import dev.remora.wire.Call;
import dev.remora.wire.Page;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.lambda.model.DeleteLayerVersionRequest;
import software.amazon.awssdk.services.lambda.model.DeleteLayerVersionResponse;
import software.amazon.awssdk.services.lambda.model.GetLayerVersionByArnRequest;
import software.amazon.awssdk.services.lambda.model.GetLayerVersionByArnResponse;
import software.amazon.awssdk.services.lambda.model.GetLayerVersionRequest;
import software.amazon.awssdk.services.lambda.model.GetLayerVersionResponse;
import software.amazon.awssdk.services.lambda.model.LayerVersionContentOutput;
import software.amazon.awssdk.services.lambda.model.LayerVersionsListItem;
import software.amazon.awssdk.services.lambda.model.LayersListItem;
import software.amazon.awssdk.services.lambda.model.ListLayerVersionsRequest;
import software.amazon.awssdk.services.lambda.model.ListLayerVersionsResponse;
import software.amazon.awssdk.services.lambda.model.ListLayersRequest;
import software.amazon.awssdk.services.lambda.model.ListLayersResponse;
import software.amazon.awssdk.services.lambda.model.PublishLayerVersionRequest;
import software.amazon.awssdk.services.lambda.model.PublishLayerVersionResponse;

/**
 * Layers: published version by version, shown, listed, deleted. What functions use of a deleted version stays as long as they do.
 * ("Managing Lambda dependencies with layers".)
 */
final class Layers {
    private final Store store;
    private final CodeOrigin origin;
    private final Codes codes;
    private final CodeSpace space;
    private final CodeLinks links;
    private final Ids ids;

    Layers(Store store, CodeOrigin origin, Codes codes, CodeSpace space, CodeLinks links, Ids ids) {
        this.store = store;
        this.origin = origin;
        this.codes = codes;
        this.space = space;
        this.links = links;
        this.ids = ids;
    }

    PublishLayerVersionResponse publish(PublishLayerVersionRequest request, Call call) {
        LayerName layer = own(LayerName.parse(request.layerName(), call), call);
        Scope scope = layer.scope();
        try (Codes.Hold hold = codes.add(origin.zip(request.content(), call))) {
            LayerVersionDocument made = store.write(tx -> {
                space.check(tx, scope, hold.code().bytes());
                long number = tx.get(LayerVersionDocument.Last.KIND, scope, layer.name())
                        .map(LayerVersionDocument.Last::version).orElse(0L) + 1;
                var version = new LayerVersionDocument(
                        layer.name(),
                        number,
                        hold.code(),
                        Optional.ofNullable(request.description()),
                        Optional.ofNullable(request.licenseInfo()),
                        request.compatibleRuntimesAsStrings(),
                        request.compatibleArchitecturesAsStrings(),
                        Answers.modified(call.time()),
                        "",
                        ids.uuid());
                tx.put(LayerVersionDocument.Last.KIND, scope, layer.name(), new LayerVersionDocument.Last(number));
                tx.put(LayerVersionDocument.KIND, scope, LayerVersionDocument.id(layer.name(), number), version);
                return version;
            });
            return Answers.as(shown(scope, made), PublishLayerVersionResponse.builder()).build();
        }
    }

    private static LayerName own(LayerName layer, Call call) {
        if (!layer.account().equals(call.account()) || !layer.region().equals(call.region()) || layer.version().isPresent()) {
            throw Refusal.invalid("A version is published to a layer of one's own: " + layer.arn() + " is none.");
        }
        return layer;
    }

    private GetLayerVersionResponse shown(Scope scope, LayerVersionDocument v) {
        LayerName name = v.name(scope);
        return GetLayerVersionResponse.builder()
                .content(LayerVersionContentOutput.builder()
                        .location(links.link(v.code()))
                        .codeSha256(Answers.sha256(v.code()))
                        .codeSize(v.code().bytes())
                        .build())
                .layerArn(name.layerArn())
                .layerVersionArn(name.arn())
                .description(v.description().orElse(null))
                .createdDate(v.created())
                .version(v.version())
                .compatibleRuntimesWithStrings(given(v.runtimes()))
                .compatibleArchitecturesWithStrings(given(v.architectures()))
                .licenseInfo(v.license().orElse(null))
                .build();
    }

    private static @Nullable List<String> given(List<String> values) {
        return values.isEmpty() ? null : values;
    }

    /** The version that a name means; its owner's policy was asked before. */
    static LayerVersionDocument require(View view, LayerName name) {
        return view.get(LayerVersionDocument.KIND, name.scope(), name.id())
                .orElseThrow(() -> new AwsError("ResourceNotFoundException", 404, "The resource you requested does not exist."));
    }

    GetLayerVersionResponse get(GetLayerVersionRequest request, Call call) {
        LayerName name = LayerName.version(request.layerName(), request.versionNumber(), call);
        return shown(name.scope(), require(store.view(), name));
    }

    GetLayerVersionByArnResponse getByArn(GetLayerVersionByArnRequest request, Call call) {
        LayerName name = versionArn(request.arn());
        return Answers.as(shown(name.scope(), require(store.view(), name)), GetLayerVersionByArnResponse.builder()).build();
    }

    static LayerName versionArn(@Nullable String arn) {
        String text = arn == null ? "" : arn;
        return LayerName.ofArn(text)
                .filter(name -> name.version().isPresent())
                .orElseThrow(() -> Refusal.invalid("ARN " + text + " is not a valid layer version ARN."));
    }

    ListLayersResponse list(ListLayersRequest request, Call call) {
        Scope scope = new Scope(call.account(), call.region());
        Map<String, LayerVersionDocument> newest = store.view().all(LayerVersionDocument.KIND, scope).stream()
                .filter(v -> fits(v, request.compatibleRuntimeAsString(), request.compatibleArchitectureAsString()))
                .collect(Collectors.toMap(
                        LayerVersionDocument::layer, v -> v, (a, b) -> a.version() > b.version() ? a : b, TreeMap::new));
        Page<LayerVersionDocument> page =
                Listing.page(call, List.copyOf(newest.values()), LayerVersionDocument::layer, request.marker(),
                        request.maxItems());
        return ListLayersResponse.builder()
                .layers(page.items().stream()
                        .map(v -> LayersListItem.builder()
                                .layerName(v.layer())
                                .layerArn(v.name(scope).layerArn())
                                .latestMatchingVersion(listed(scope, v))
                                .build())
                        .toList())
                .nextMarker(page.nextToken().orElse(null))
                .build();
    }

    private static boolean fits(LayerVersionDocument v, @Nullable String runtime, @Nullable String architecture) {
        return (runtime == null || v.runtimes().contains(runtime))
                && (architecture == null || v.architectures().contains(architecture));
    }

    private static LayerVersionsListItem listed(Scope scope, LayerVersionDocument v) {
        return LayerVersionsListItem.builder()
                .layerVersionArn(v.name(scope).arn())
                .version(v.version())
                .description(v.description().orElse(null))
                .createdDate(v.created())
                .compatibleRuntimesWithStrings(given(v.runtimes()))
                .compatibleArchitecturesWithStrings(given(v.architectures()))
                .licenseInfo(v.license().orElse(null))
                .build();
    }

    /** The newest first. */
    ListLayerVersionsResponse listVersions(ListLayerVersionsRequest request, Call call) {
        LayerName layer = LayerName.parse(request.layerName(), call);
        List<LayerVersionDocument> all =
                store.view().find(LayerVersionDocument.KIND, layer.scope(), "layer", layer.name()).stream()
                        .filter(v -> fits(v, request.compatibleRuntimeAsString(), request.compatibleArchitectureAsString()))
                        .sorted(Comparator.comparing(LayerVersionDocument::version).reversed())
                        .toList();
        Page<LayerVersionDocument> page = Listing.page(
                call, all, v -> String.format("%019d", Long.MAX_VALUE - v.version()), request.marker(), request.maxItems());
        return ListLayerVersionsResponse.builder()
                .layerVersions(page.items().stream().map(v -> listed(layer.scope(), v)).toList())
                .nextMarker(page.nextToken().orElse(null))
                .build();
    }

    /** Deleting what is not there is no mistake. */
    DeleteLayerVersionResponse delete(DeleteLayerVersionRequest request, Call call) {
        LayerName name = LayerName.version(request.layerName(), request.versionNumber(), call);
        Optional<LayerVersionDocument> deleted = store.write(tx -> {
            var found = tx.get(LayerVersionDocument.KIND, name.scope(), name.id());
            found.ifPresent(v -> tx.delete(LayerVersionDocument.KIND, name.scope(), name.id()));
            return found;
        });
        deleted.ifPresent(v -> codes.sweep(v.code().sha256()));
        return DeleteLayerVersionResponse.builder().build();
    }
}
