package dev.remora.organizations;

import static dev.remora.organizations.Organization.EVERYWHERE;

import dev.remora.iam.ControlPolicies;
import dev.remora.organizations.ControlPolicy.Type;
import dev.remora.store.Reading;
import dev.remora.store.Store;
import dev.remora.store.View;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * Where accounts stand. An answer holds as long as none of the documents that it was made of changed, and a change holds for the
 * first request after it.
 */
final class Standings implements ControlPolicies {
    /** How many accounts' answers are kept; beyond that all are dropped and made again on demand. */
    private static final int KEPT = 10_000;

    private final Store store;
    private final ConcurrentMap<String, Reading.Kept<Standing>> known = new ConcurrentHashMap<>();
    private volatile Guarding guarding = new Guarding(-1, false);

    /** @param revision of the store at which that was so */
    private record Guarding(long revision, boolean any) {}

    Standings(Store store) {
        this.store = store;
    }

    @Override
    public Standing of(String account) {
        View view = store.view();
        Reading.Kept<Standing> last = known.get(account);
        if (last != null && last.current(view)) {
            return last.value().orElseThrow();
        }
        var reading = new Reading(view);
        Standing fresh = read(account, reading);
        if (known.size() >= KEPT) {
            known.clear();
        }
        known.put(account, reading.keep(fresh));
        return fresh;
    }

    @Override
    public boolean guarding() {
        View view = store.view();
        Guarding last = guarding;
        if (last.revision() != view.revision()) {
            last = new Guarding(view.revision(),
                    view.any(Organization.KIND, EVERYWHERE, "enabled", Type.RESOURCE_CONTROL_POLICY.name()));
            guarding = last;
        }
        return last.any();
    }

    private static Standing read(String account, Reading reading) {
        Optional<Place> place = reading.get(Place.KIND, EVERYWHERE, account);
        return place.flatMap(p -> reading.get(Organization.KIND, EVERYWHERE, p.organization()))
                .map(organization -> read(organization, place.orElseThrow(), reading))
                .orElse(Standing.ALONE);
    }

    private static Standing read(Organization organization, Place account, Reading reading) {
        List<Place> way = way(account, reading);
        var path = new StringBuilder(organization.id()).append('/');
        way.subList(0, way.size() - 1).forEach(place -> path.append(place.id()).append('/'));
        boolean managing = organization.master().equals(account.id());
        List<List<Policy>> levels = managing || !organization.controls(Type.SERVICE_CONTROL_POLICY) ? List.of()
                : way.stream()
                        .map(place -> Policies.attached(organization, place, Type.SERVICE_CONTROL_POLICY, reading).stream()
                                .map(policy -> policy(organization, policy))
                                .toList())
                        .toList();
        List<Policy> resources = managing || !organization.controls(Type.RESOURCE_CONTROL_POLICY) ? List.of()
                : way.stream()
                        .flatMap(place -> Policies.attached(organization, place, Type.RESOURCE_CONTROL_POLICY, reading).stream())
                        .filter(policy -> !policy.ofAws())
                        .distinct()
                        .map(policy -> policy(organization, policy))
                        .toList();
        return new Standing(organization.id(), path.toString(), levels, resources);
    }

    /** From the root to the account. */
    private static List<Place> way(Place account, Reading reading) {
        var way = new ArrayDeque<Place>();
        Optional<Place> at = Optional.of(account);
        while (at.isPresent()) {
            way.addFirst(at.get());
            String parent = at.get().parent();
            at = parent.isEmpty() ? Optional.empty() : reading.get(Place.KIND, EVERYWHERE, parent);
        }
        return new ArrayList<>(way);
    }

    private static Policy policy(Organization organization, ControlPolicy policy) {
        return new Policy(Policies.arn(organization, policy), policy.content());
    }
}
