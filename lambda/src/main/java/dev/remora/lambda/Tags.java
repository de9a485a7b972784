package dev.remora.lambda;

import dev.remora.store.Store;
import dev.remora.wire.Call;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import software.amazon.awssdk.services.lambda.model.ListTagsRequest;
import software.amazon.awssdk.services.lambda.model.ListTagsResponse;
import software.amazon.awssdk.services.lambda.model.TagResourceRequest;
import software.amazon.awssdk.services.lambda.model.TagResourceResponse;
import software.amazon.awssdk.services.lambda.model.UntagResourceRequest;
import software.amazon.awssdk.services.lambda.model.UntagResourceResponse;

/** Tags of functions. */
final class Tags {
    static final int PER_FUNCTION_MAX = 50;

    private final Store store;

    Tags(Store store) {
        this.store = store;
    }

    /** The tags after adding {@code more}, if that is allowed. */
    static Map<String, String> check(Map<String, String> more, Map<String, String> present) {
        for (String key : more.keySet()) {
            if (key.startsWith("aws:")) {
                throw Refusal.invalid("The tag key cannot start with aws:");
            }
        }
        var all = new TreeMap<>(present);
        all.putAll(more);
        if (all.size() > PER_FUNCTION_MAX) {
            throw Refusal.invalid("Number of tags exceeds resource tag limit.");
        }
        return all;
    }

    TagResourceResponse tag(TagResourceRequest request, Call call) {
        change(function(request.resource(), call), tags -> check(request.tags(), tags));
        return TagResourceResponse.builder().build();
    }

    UntagResourceResponse untag(UntagResourceRequest request, Call call) {
        change(function(request.resource(), call), tags -> {
            var left = new TreeMap<>(tags);
            left.keySet().removeAll(request.tagKeys());
            return left;
        });
        return UntagResourceResponse.builder().build();
    }

    ListTagsResponse list(ListTagsRequest request, Call call) {
        FunctionName name = function(request.resource(), call);
        FunctionDocument found = store.view()
                .get(FunctionDocument.KIND, name.scope(), name.name())
                .orElseThrow(() -> Refusal.functionNotFound(name.arn()));
        return ListTagsResponse.builder().tags(found.tags()).build();
    }

    private static FunctionName function(String resource, Call call) {
        if (!resource.startsWith("arn:")) {
            throw Refusal.validation(
                    resource, "resource", "Member must satisfy regular expression pattern: arn:(aws[a-zA-Z-]*):lambda:.*");
        }
        FunctionName name = FunctionName.reach(resource, null, call);
        if (name.qualifier().isPresent()) {
            throw Refusal.invalid("Tags on function aliases and versions are not supported. Please specify a function ARN.");
        }
        return name;
    }

    private void change(FunctionName name, UnaryOperator<Map<String, String>> change) {
        store.write(tx -> {
            FunctionDocument function = tx.get(FunctionDocument.KIND, name.scope(), name.name())
                    .orElseThrow(() -> Refusal.functionNotFound(name.arn()));
            tx.put(FunctionDocument.KIND, name.scope(), name.name(), function.tagged(change.apply(function.tags())));
            return true;
        });
    }
}
