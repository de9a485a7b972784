package dev.remora.ec2;

import dev.remora.store.Scope;
import dev.remora.store.Store;
import dev.remora.store.Transaction;
import dev.remora.store.View;
import dev.remora.vpc.GroupRule;
import dev.remora.vpc.SecurityGroup;
import dev.remora.vpc.Tagged;
import dev.remora.wire.Call;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import software.amazon.awssdk.services.ec2.model.CreateTagsRequest;
import software.amazon.awssdk.services.ec2.model.CreateTagsResponse;
import software.amazon.awssdk.services.ec2.model.DeleteTagsRequest;
import software.amazon.awssdk.services.ec2.model.DeleteTagsResponse;
import software.amazon.awssdk.services.ec2.model.DescribeTagsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeTagsResponse;
import software.amazon.awssdk.services.ec2.model.Tag;
import software.amazon.awssdk.services.ec2.model.TagDescription;

/** Tags of resources of all types. */
final class Tags {
    /** How many resources one call may tag. */
    static final int MAX_RESOURCES = 1000;

    private record Entry(String resourceId, String type, String key, String value) {
        String position() {
            return resourceId + "/" + key;
        }
    }

    private static final Filters<Entry> FILTERS = new Filters<Entry>()
            .on("key", Entry::key)
            .on("value", Entry::value)
            .on("resource-id", Entry::resourceId)
            .on("resource-type", Entry::type)
            .onTag((entry, key) -> entry.key().equals(key) ? List.of(entry.value()) : List.of());

    private final Store store;
    private final AccountRegions regions;

    Tags(Store store, AccountRegions regions) {
        this.store = store;
        this.regions = regions;
    }

    CreateTagsResponse create(CreateTagsRequest r, Call call) {
        if (r.tags().isEmpty()) {
            throw Refusals.missing("tagSet");
        }
        Map<String, String> added = TagSpecs.checked(r.tags());
        retagAll(r.resources(), call, tags -> {
            var more = new TreeMap<>(tags);
            more.putAll(added);
            TagSpecs.checkCount(more);
            return more;
        });
        return CreateTagsResponse.builder().build();
    }

    /**
     * A tag without a value goes whatever its value is; with one, only if that is its value. Where no tags are named, all but
     * AWS's own go.
     */
    DeleteTagsResponse delete(DeleteTagsRequest r, Call call) {
        for (Tag tag : r.tags()) {
            TagSpecs.checkKey(tag.key() == null ? "" : tag.key());
        }
        retagAll(r.resources(), call, tags -> {
            var left = new TreeMap<>(tags);
            if (r.tags().isEmpty()) {
                left.keySet().removeIf(key -> !TagSpecs.isReserved(key));
            }
            for (Tag tag : r.tags()) {
                if (tag.value() == null || tag.value().equals(left.get(tag.key()))) {
                    left.remove(tag.key());
                }
            }
            return left;
        });
        return DeleteTagsResponse.builder().build();
    }

    private void retagAll(List<String> resources, Call call, UnaryOperator<Map<String, String>> change) {
        if (resources.isEmpty()) {
            throw Refusals.missing("resourceIdSet");
        }
        if (resources.size() > MAX_RESOURCES) {
            throw Refusals.invalidValue("At most " + MAX_RESOURCES + " resources may be specified.");
        }
        Scope scope = regions.enter(call);
        store.write(tx -> {
            resources.forEach(id -> retag(tx, scope, id, change));
            return resources;
        });
    }

    private static void retag(Transaction tx, Scope scope, String id, UnaryOperator<Map<String, String>> change) {
        if (id.startsWith(SecurityGroupRules.PREFIX + "-")) {
            SecurityGroup group = SecurityGroupRules.groupOf(tx, scope, id);
            GroupRule rule = group.rule(id).orElseThrow();
            tx.put(
                    Resource.SECURITY_GROUP.kind(),
                    scope,
                    group.id(),
                    group.replacing(rule.withTags(change.apply(rule.tags()))));
            return;
        }
        retag(tx, scope, typeOf(id), id, change);
    }

    private static Resource<?> typeOf(String id) {
        return Resource.ALL.stream()
                .filter(type -> type.isId(id))
                .findFirst()
                .orElseThrow(() -> Refusals.of("InvalidID", "The ID '" + id + "' is not valid"));
    }

    private static <T extends Record & Tagged<T>> void retag(
            Transaction tx, Scope scope, Resource<T> type, String id, UnaryOperator<Map<String, String>> change) {
        T now = type.require(tx, scope, id);
        tx.put(type.kind(), scope, id, now.withTags(change.apply(now.tags())));
    }

    DescribeTagsResponse describe(DescribeTagsRequest r, Call call) {
        Scope scope = regions.enter(call);
        View view = store.view();
        var passes = FILTERS.matching(r.filters());
        var found = Resource.ALL.stream()
                .flatMap(type -> entries(view, scope, type))
                .filter(passes)
                .sorted(Comparator.comparing(Entry::position))
                .toList();
        var page = Listing.of(call, "resources", List.of(), r.filters(), r.maxResults(), r.nextToken())
                .page(found, Entry::position);
        return DescribeTagsResponse.builder()
                .tags(page.map(e -> TagDescription.builder()
                        .resourceId(e.resourceId())
                        .resourceType(e.type())
                        .key(e.key())
                        .value(e.value())
                        .build()))
                .nextToken(page.nextToken())
                .build();
    }

    private static <T extends Record & Tagged<T>> Stream<Entry> entries(View view, Scope scope, Resource<T> type) {
        return view.all(type.kind(), scope).stream().flatMap(resource -> {
            Stream<Entry> own = entries(resource.id(), type.type(), resource.tags());
            return resource instanceof SecurityGroup group
                    ? Stream.concat(
                            own, group.rules().stream().flatMap(r -> entries(r.id(), SecurityGroupRules.TYPE, r.tags())))
                    : own;
        });
    }

    private static Stream<Entry> entries(String id, String type, Map<String, String> tags) {
        return tags.entrySet().stream().map(e -> new Entry(id, type, e.getKey(), e.getValue()));
    }
}
