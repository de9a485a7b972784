package dev.remora.elasticache;

import dev.remora.elasticache.Cache.Form;
import dev.remora.fleet.SubnetGroup;
import dev.remora.store.Scope;
import dev.remora.store.Store;
import dev.remora.store.View;
import dev.remora.wire.AwsError;
import dev.remora.wire.Call;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.elasticache.model.AddTagsToResourceRequest;
import software.amazon.awssdk.services.elasticache.model.AddTagsToResourceResponse;
import software.amazon.awssdk.services.elasticache.model.ListTagsForResourceRequest;
import software.amazon.awssdk.services.elasticache.model.ListTagsForResourceResponse;
import software.amazon.awssdk.services.elasticache.model.RemoveTagsFromResourceRequest;
import software.amazon.awssdk.services.elasticache.model.RemoveTagsFromResourceResponse;
import software.amazon.awssdk.services.elasticache.model.Tag;

/** Tags of caches and subnet groups. */
final class CacheTags {
    /** As AWS documents for a resource. */
    static final int MAX = 50;

    private static final Pattern ARN = Pattern.compile(
            "arn:aws:elasticache:([a-z0-9-]+):([0-9]{12}):(cluster|replicationgroup|serverlesscache|subnetgroup):(.+)");
    private final Store store;

    CacheTags(Store store) {
        this.store = store;
    }

    AddTagsToResourceResponse add(AddTagsToResourceRequest request, Call call) {
        var tags = change(call, request.resourceName(), t -> t.putAll(map(request.tags())));
        return AddTagsToResourceResponse.builder().tagList(list(tags)).build();
    }

    RemoveTagsFromResourceResponse remove(RemoveTagsFromResourceRequest request, Call call) {
        var tags = change(call, request.resourceName(), t -> t.keySet().removeAll(request.tagKeys()));
        return RemoveTagsFromResourceResponse.builder().tagList(list(tags)).build();
    }

    ListTagsForResourceResponse list(ListTagsForResourceRequest request, Call call) {
        var target = target(call, request.resourceName());
        var tags = target.isGroup()
                ? target.group(store.view()).tags()
                : target.cache(store.view()).tags();
        return ListTagsForResourceResponse.builder().tagList(list(tags)).build();
    }

    /** The tags of a resource after a change. */
    private Map<String, String> change(Call call, @Nullable String arn, Consumer<Map<String, String>> edit) {
        var target = target(call, arn);
        return store.write(tx -> {
            if (target.isGroup()) {
                SubnetGroup group = target.group(tx);
                var tags = edited(group.tags(), edit);
                tx.put(CacheSubnetGroups.KIND, target.scope(), target.id(), group.withTags(tags));
                return tags;
            }
            Cache cache = target.cache(tx);
            var tags = edited(cache.tags(), edit);
            tx.put(Cache.KIND, target.scope(), target.id(), cache.withTags(tags));
            return tags;
        });
    }

    /** @param id a subnet group's name or a cache's key */
    private record Target(Scope scope, boolean isGroup, String id) {
        SubnetGroup group(View view) {
            return view.get(CacheSubnetGroups.KIND, scope, id).orElseThrow(() -> CacheErrors.noSubnetGroup(id));
        }

        Cache cache(View view) {
            return view.get(Cache.KIND, scope, id).orElseThrow(() -> CacheErrors.missing(id));
        }
    }

    private static Target target(Call call, @Nullable String arn) {
        Matcher parts = ARN.matcher(arn == null ? "" : arn);
        if (!parts.matches()
                || !parts.group(2).equals(call.account())
                || !parts.group(1).equals(call.region())) {
            throw CacheErrors.invalidArn(String.valueOf(arn));
        }
        String name = parts.group(4);
        return switch (parts.group(3)) {
            case "subnetgroup" -> new Target(Caches.scope(call), true, name);
            case "cluster" -> new Target(Caches.scope(call), false, Cache.key(Form.CLUSTER, name));
            case "replicationgroup" -> new Target(Caches.scope(call), false, Cache.key(Form.GROUP, name));
            default -> new Target(Caches.scope(call), false, Cache.key(Form.SERVERLESS, name));
        };
    }

    private static Map<String, String> edited(Map<String, String> old, Consumer<Map<String, String>> edit) {
        var tags = new TreeMap<>(old);
        edit.accept(tags);
        return checked(tags);
    }

    private static Map<String, String> checked(Map<String, String> tags) {
        if (tags.size() > MAX) {
            throw new AwsError(
                    "TagQuotaPerResourceExceeded", 400, "At most " + MAX + " tags are allowed on a resource.");
        }
        for (String key : tags.keySet()) {
            if (key.isEmpty() || key.startsWith("aws:")) {
                throw CacheErrors.invalid("Invalid tag key: " + key);
            }
        }
        return tags;
    }

    /** The tags of a request. */
    static Map<String, String> of(Collection<Tag> tags) {
        return checked(map(tags));
    }

    private static Map<String, String> map(Collection<Tag> tags) {
        var map = new TreeMap<String, String>();
        for (Tag tag : tags) {
            map.put(tag.key() == null ? "" : tag.key(), tag.value() == null ? "" : tag.value());
        }
        return map;
    }

    private static List<Tag> list(Map<String, String> tags) {
        return tags.entrySet().stream()
                .map(t -> Tag.builder().key(t.getKey()).value(t.getValue()).build())
                .toList();
    }
}
