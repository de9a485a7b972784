package dev.remora.organizations;

import static dev.remora.organizations.Organization.EVERYWHERE;

import dev.remora.store.Store;
import dev.remora.store.Transaction;
import dev.remora.store.View;
import dev.remora.wire.Call;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import software.amazon.awssdk.services.organizations.model.ListTagsForResourceRequest;
import software.amazon.awssdk.services.organizations.model.ListTagsForResourceResponse;
import software.amazon.awssdk.services.organizations.model.TagResourceRequest;
import software.amazon.awssdk.services.organizations.model.TagResourceResponse;
import software.amazon.awssdk.services.organizations.model.UntagResourceRequest;
import software.amazon.awssdk.services.organizations.model.UntagResourceResponse;

/** Tags of roots, units, accounts and policies, by their ids. */
final class Tagging {
    private final Store store;

    Tagging(Store store) {
        this.store = store;
    }

    TagResourceResponse tag(TagResourceRequest request, Call call) {
        change(request.resourceId(), call, tags -> Tags.with(tags, request.tags()));
        return TagResourceResponse.builder().build();
    }

    UntagResourceResponse untag(UntagResourceRequest request, Call call) {
        change(request.resourceId(), call, tags -> Tags.without(tags, request.tagKeys()));
        return UntagResourceResponse.builder().build();
    }

    ListTagsForResourceResponse list(ListTagsForResourceRequest request, Call call) {
        View view = store.view();
        Organization organization = Tree.managed(call, view);
        Map<String, String> tags = Tree.place(organization, request.resourceId(), view)
                .map(Place::tags)
                .or(() -> policy(organization, request.resourceId(), view).map(ControlPolicy::tags))
                .orElseThrow(Errors::noTarget);
        return ListTagsForResourceResponse.builder().tags(Tags.list(tags)).build();
    }

    private void change(String id, Call call, UnaryOperator<Map<String, String>> edit) {
        store.write(tx -> {
            Organization organization = Tree.managed(call, tx);
            Optional<Place> place = Tree.place(organization, id, tx);
            if (place.isPresent()) {
                tx.put(Place.KIND, EVERYWHERE, id, place.get().withTags(edit.apply(place.get().tags())));
            } else {
                put(policy(organization, id, tx).orElseThrow(Errors::noTarget), edit, tx);
            }
            return id;
        });
    }

    private static void put(ControlPolicy policy, UnaryOperator<Map<String, String>> edit, Transaction tx) {
        tx.put(ControlPolicy.KIND, EVERYWHERE, policy.id(), policy.withTags(edit.apply(policy.tags())));
    }

    private static Optional<ControlPolicy> policy(Organization organization, String id, View view) {
        return Policies.find(organization, id, view).filter(policy -> !policy.ofAws());
    }
}
