package dev.remora.organizations;

import static dev.remora.organizations.Organization.EVERYWHERE;

import dev.remora.iam.ControlPolicies;
import dev.remora.store.Store;
import dev.remora.store.View;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * Where accounts stand. An answer is read from the store's newest view each time the store has moved on, so that a change holds
 * for the first request after it; while it says the same, it is the same object.
 */
final class Standings implements ControlPolicies {
    /** How many accounts' answers are kept; beyond that all are dropped and made again on demand. */
    private static final int KEPT = 10_000;

    private final Store store;
    private final ConcurrentMap<String, Known> known = new ConcurrentHashMap<>();

    private record Known(long revision, Standing standing) {}

    Standings(Store store) {
        this.store = store;
    }

    @Override
    public Standing of(String account) {
        View view = store.view();
        Known last = known.get(account);
        if (last != null && last.revision() == view.revision()) {
            return last.standing();
        }
        Standing fresh = read(account, view);
        Standing kept = last != null && last.standing().equals(fresh) ? last.standing() : fresh;
        if (known.size() >= KEPT) {
            known.clear();
        }
        known.put(account, new Known(view.revision(), kept));
        return kept;
    }

    private static Standing read(String account, View view) {
        Optional<Place> place = view.get(Place.KIND, EVERYWHERE, account);
        if (place.isEmpty()) {
            return Standing.ALONE;
        }
        return view.get(Organization.KIND, EVERYWHERE, place.get().organization())
                .map(organization -> read(organization, place.get(), view))
                .orElse(Standing.ALONE);
    }

    private static Standing read(Organization organization, Place account, View view) {
        List<Place> way = way(account, view);
        var path = new StringBuilder(organization.id()).append('/');
        way.subList(0, way.size() - 1).forEach(place -> path.append(place.id()).append('/'));
        boolean limited = organization.controlled() && !organization.master().equals(account.id());
        return new Standing(organization.id(), path.toString(),
                limited ? way.stream().map(place -> policies(organization, place, view)).toList() : List.of());
    }

    /** From the root to the account. */
    private static List<Place> way(Place account, View view) {
        var way = new ArrayDeque<Place>();
        Optional<Place> at = Optional.of(account);
        while (at.isPresent()) {
            way.addFirst(at.get());
            String parent = at.get().parent();
            at = parent.isEmpty() ? Optional.empty() : view.get(Place.KIND, EVERYWHERE, parent);
        }
        return new ArrayList<>(way);
    }

    private static List<Policy> policies(Organization organization, Place place, View view) {
        return place.policies().stream()
                .flatMap(id -> Policies.find(organization, id, view).stream())
                .map(policy -> new Policy(Policies.arn(organization, policy), policy.content()))
                .toList();
    }
}
