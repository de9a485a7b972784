package dev.remora.rds;

import dev.remora.store.Scope;
import dev.remora.store.Store;
import dev.remora.wire.Call;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import software.amazon.awssdk.services.rds.model.AddTagsToResourceRequest;
import software.amazon.awssdk.services.rds.model.AddTagsToResourceResponse;
import software.amazon.awssdk.services.rds.model.ListTagsForResourceRequest;
import software.amazon.awssdk.services.rds.model.ListTagsForResourceResponse;
import software.amazon.awssdk.services.rds.model.RemoveTagsFromResourceRequest;
import software.amazon.awssdk.services.rds.model.RemoveTagsFromResourceResponse;
import software.amazon.awssdk.services.rds.model.Tag;

/** Tags of instances and subnet groups. */
final class Tags {
    /** As AWS documents for a resource. */
    static final int MAX = 50;

    private static final Pattern ARN = Pattern.compile("arn:aws:rds:([a-z0-9-]+):([0-9]{12}):(db|subgrp):(.+)");
    private final Store store;

    Tags(Store store) {
        this.store = store;
    }

    AddTagsToResourceResponse add(AddTagsToResourceRequest request, Call call) {
        change(call, request.resourceName(), tags -> tags.putAll(map(request.tags())));
        return AddTagsToResourceResponse.builder().build();
    }

    RemoveTagsFromResourceResponse remove(RemoveTagsFromResourceRequest request, Call call) {
        change(call, request.resourceName(), tags -> tags.keySet().removeAll(request.tagKeys()));
        return RemoveTagsFromResourceResponse.builder().build();
    }

    ListTagsForResourceResponse list(ListTagsForResourceRequest request, Call call) {
        var target = target(call, request.resourceName());
        var view = store.view();
        Map<String, String> tags = target.isInstance()
                ? view.get(Database.KIND, target.scope(), target.id())
                        .orElseThrow(() -> RdsErrors.noInstance(target.id()))
                        .tags()
                : view.get(DbSubnetGroups.KIND, target.scope(), target.id())
                        .orElseThrow(() -> RdsErrors.noSubnetGroup(target.id()))
                        .tags();
        return ListTagsForResourceResponse.builder().tagList(list(tags)).build();
    }

    private record Target(Scope scope, boolean isInstance, String id) {}

    private static Target target(Call call, String arn) {
        Matcher parts = ARN.matcher(arn == null ? "" : arn);
        if (!parts.matches()
                || !parts.group(2).equals(call.account())
                || !parts.group(1).equals(call.region())) {
            throw RdsErrors.invalid("Invalid resource name: " + arn);
        }
        return new Target(
                new Scope(call.account(), call.region()), parts.group(3).equals("db"), parts.group(4));
    }

    private void change(Call call, String arn, Consumer<Map<String, String>> edit) {
        var target = target(call, arn);
        store.write(tx -> {
            if (target.isInstance()) {
                var database = tx.get(Database.KIND, target.scope(), target.id())
                        .orElseThrow(() -> RdsErrors.noInstance(target.id()));
                tx.put(Database.KIND, target.scope(), target.id(), database.withTags(edited(database.tags(), edit)));
            } else {
                var group = tx.get(DbSubnetGroups.KIND, target.scope(), target.id())
                        .orElseThrow(() -> RdsErrors.noSubnetGroup(target.id()));
                tx.put(DbSubnetGroups.KIND, target.scope(), target.id(), group.withTags(edited(group.tags(), edit)));
            }
            return true;
        });
    }

    private static Map<String, String> edited(
            Map<String, String> old, Consumer<Map<String, String>> edit) {
        var tags = new TreeMap<>(old);
        edit.accept(tags);
        return checked(tags);
    }

    private static Map<String, String> checked(Map<String, String> tags) {
        if (tags.size() > MAX) {
            throw RdsErrors.invalid("Too many tags: at most " + MAX + " are allowed on a resource.");
        }
        for (String key : tags.keySet()) {
            if (key.isEmpty() || key.startsWith("aws:")) {
                throw RdsErrors.invalid("Invalid tag key: " + key);
            }
        }
        return tags;
    }

    /** The tags of a request, in the order of their keys. */
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

    static List<Tag> list(Map<String, String> tags) {
        return new TreeMap<>(tags)
                .entrySet().stream()
                        .map(t -> Tag.builder()
                                .key(t.getKey())
                                .value(t.getValue())
                                .build())
                        .toList();
    }
}
