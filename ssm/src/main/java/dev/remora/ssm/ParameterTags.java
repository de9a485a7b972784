package dev.remora.ssm;

import static dev.remora.ssm.ParameterDocument.KIND;

import dev.remora.store.Scope;
import dev.remora.store.Store;
import dev.remora.wire.Call;
import dev.remora.wire.ConditionKeys;
import dev.remora.wire.Permission;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ssm.model.AddTagsToResourceRequest;
import software.amazon.awssdk.services.ssm.model.AddTagsToResourceResponse;
import software.amazon.awssdk.services.ssm.model.ListTagsForResourceRequest;
import software.amazon.awssdk.services.ssm.model.ListTagsForResourceResponse;
import software.amazon.awssdk.services.ssm.model.RemoveTagsFromResourceRequest;
import software.amazon.awssdk.services.ssm.model.RemoveTagsFromResourceResponse;
import software.amazon.awssdk.services.ssm.model.ResourceTypeForTagging;
import software.amazon.awssdk.services.ssm.model.Tag;

/** Tags of parameters. */
final class ParameterTags {
    static final int MAX_TAGS = 50;

    private final Store store;

    ParameterTags(Store store) {
        this.store = store;
    }

    AddTagsToResourceResponse add(AddTagsToResourceRequest request, Call call) {
        change(request.resourceType(), request.resourceId(), call, p -> p.tagged(with(p.tags(), request.tags())));
        return AddTagsToResourceResponse.builder().build();
    }

    RemoveTagsFromResourceResponse remove(RemoveTagsFromResourceRequest request, Call call) {
        var keys = new HashSet<>(request.tagKeys());
        change(request.resourceType(), request.resourceId(), call, p -> {
            var tags = new HashMap<>(p.tags());
            tags.keySet().removeAll(keys);
            return p.tagged(tags);
        });
        return RemoveTagsFromResourceResponse.builder().build();
    }

    ListTagsForResourceResponse list(ListTagsForResourceRequest request, Call call) {
        requireParameter(request.resourceType());
        Map<String, String> tags = store.view().get(KIND, ParameterDocument.scope(call), request.resourceId())
                .orElseThrow(SsmErrors::badResource)
                .tags();
        return ListTagsForResourceResponse.builder()
                .tagList(new TreeMap<>(tags).entrySet().stream()
                        .map(e -> Tag.builder().key(e.getKey()).value(e.getValue()).build())
                        .toList())
                .build();
    }

    private void change(ResourceTypeForTagging type, String name, Call call, UnaryOperator<ParameterDocument> change) {
        requireParameter(type);
        Scope scope = ParameterDocument.scope(call);
        store.write(t -> {
            ParameterDocument parameter = t.get(KIND, scope, name).orElseThrow(SsmErrors::badResource);
            t.put(KIND, scope, name, change.apply(parameter));
            return name;
        });
    }

    private static void requireParameter(ResourceTypeForTagging type) {
        if (type != ResourceTypeForTagging.PARAMETER) {
            throw SsmErrors.of("InvalidResourceType", "Only parameters are supported by Remora, not resources of the type " + type
                    + ": see docs/coverage.md");
        }
    }

    static Map<String, String> with(Map<String, String> present, List<Tag> added) {
        var tags = new HashMap<>(present);
        added.forEach(tag -> tags.put(tag.key(), tag.value()));
        if (tags.size() > MAX_TAGS) {
            throw SsmErrors.of("TooManyTagsError", "A parameter can have at most " + MAX_TAGS + " tags.");
        }
        return tags;
    }

    /** What a call needs for each of some parameters: the action on its ARN, with its tags. */
    List<Permission> on(String action, List<String> names, Call call) {
        return names.stream().map(name -> on(action, name, call)).toList();
    }

    Permission on(String action, @Nullable String name, Call call) {
        return new Permission(action, ParameterName.decided(call, name == null ? "" : name), owned(name, call).map());
    }

    private ConditionKeys owned(@Nullable String given, Call call) {
        var tags = ParameterName.own(given, call).candidates().stream()
                .flatMap(name -> store.view().get(KIND, ParameterDocument.scope(call), name).stream())
                .findFirst()
                .map(ParameterDocument::tags)
                .orElse(Map.of());
        return ConditionKeys.owned(tags).tags("ssm:resourceTag/", tags);
    }

    /** Condition keys of a request that gives tags. */
    static ConditionKeys requested(List<Tag> tags) {
        var given = new LinkedHashMap<String, String>();
        tags.forEach(tag -> given.put(tag.key(), tag.value()));
        return ConditionKeys.requested(given);
    }
}
