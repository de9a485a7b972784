package dev.remora.iam;

import dev.remora.wire.Principal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;

/** The policies of other services' resources. Their services keep them and say here where they are found. */
public final class ResourcePolicies {
    /** How many compiled policies are kept; beyond that all are dropped and made again on demand. */
    private static final int KEPT = 10_000;

    /** Finds a resource and its policy. */
    public interface Finder {
        /**
         * The resource of an ARN, which may hold wildcards, or nothing if there is none. Asked for each decision on an action of
         * the service, so it must be quick; it must not ask for decisions itself.
         *
         * @param caller for a service that excepts somebody from its policies, as S3 does
         */
        Optional<Resource> find(Principal caller, String action, String arn);
    }

    /**
     * @param arn whose policy it is, where that is not what was asked for, as with an object of a bucket; else empty
     * @param owner the account that the resource belongs to
     * @param policy its policy, as {@link ResourcePolicy#check} let it pass; empty if it has none
     */
    public record Resource(String arn, String owner, String policy) {
        public Resource(String owner, String policy) {
            this("", owner, policy);
        }
    }

    private record Registered(String prefix, Finder finder) {}

    private record Compiled(String text, PolicySet policies) {}

    /** Few services have such policies, so that looking at each costs less than a name cut out and looked up. */
    private final List<Registered> finders = new ArrayList<>();

    private final ConcurrentMap<String, Compiled> compiled = new ConcurrentHashMap<>();

    ResourcePolicies() {}

    /**
     * To be called before the first request is served.
     *
     * @param service the prefix of its actions, e.g. {@code sqs}
     */
    public void register(String service, Finder finder) {
        String prefix = service + ":";
        if (finders.stream().anyMatch(known -> known.prefix().equals(prefix))) {
            throw new IllegalStateException(service + " is there twice");
        }
        finders.add(new Registered(prefix, finder));
    }

    Optional<Resource> find(Principal caller, String action, String arn) {
        for (int i = 0; i < finders.size(); i++) {
            if (action.startsWith(finders.get(i).prefix())) {
                return finders.get(i).finder().find(caller, action, arn);
            }
        }
        return Optional.empty();
    }

    /** @param asked the ARN that it was found by */
    PolicySet compiled(String asked, Resource resource) {
        if (resource.policy().isEmpty()) {
            return PolicySet.EMPTY;
        }
        String arn = resource.arn().isEmpty() ? asked : resource.arn();
        @Nullable Compiled known = compiled.get(arn);
        if (known == null || !known.text().equals(resource.policy())) {
            known = new Compiled(resource.policy(), ResourcePolicy.set(arn, resource.policy()));
            if (compiled.size() >= KEPT) {
                compiled.clear();
            }
            compiled.put(arn, known);
        }
        return known.policies();
    }
}
