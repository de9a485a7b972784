package dev.remora.iam;

import dev.remora.store.Store;
import dev.remora.store.View;
import dev.remora.wire.AwsError;
import dev.remora.wire.Call;
import dev.remora.wire.Page;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.iam.model.AttachedPolicy;
import software.amazon.awssdk.services.iam.model.PolicyDetail;

/** The policies of users, of groups or of roles: managed ones that are attached to them, and inline ones. */
final class IdentityPolicies<T extends Record & Identity> {
    /** Managed policies on one identity. */
    static final int MAX_ATTACHED = 10;

    private final Store store;
    private final IdentityKind<T> kind;

    IdentityPolicies(Store store, IdentityKind<T> kind) {
        this.store = store;
        this.kind = kind;
    }

    /** Attaching what is attached does nothing. */
    void attach(String name, String policyArn, Call call) {
        String arn = Policies.wellFormed(policyArn);
        store.write(tx -> {
            T identity = kind.changeable(tx, call.account(), name);
            ManagedPolicy policy = Policies.visible(arn, tx, call.account()).orElseThrow(() -> Policies.notAttachable(arn));
            if (AwsPolicies.ofServiceLinkedRoles(policy)) {
                throw new AwsError("PolicyNotAttachable", 400, "Cannot attach a Service Role Policy to a Customer "
                        + capitalized(kind.noun()) + ".");
            }
            if (identity.attached().contains(arn)) {
                return identity;
            }
            if (identity.attached().size() >= MAX_ATTACHED) {
                throw new AwsError("LimitExceeded", 409,
                        "Cannot exceed quota for " + kind.attachedQuota() + ": " + MAX_ATTACHED);
            }
            var attached = new ArrayList<>(identity.attached());
            attached.add(arn);
            kind.put(tx, kind.withAttached(identity, List.copyOf(attached)));
            return identity;
        });
    }

    private static String capitalized(String noun) {
        return Character.toUpperCase(noun.charAt(0)) + noun.substring(1);
    }

    void detach(String name, String policyArn, Call call) {
        String arn = Policies.wellFormed(policyArn);
        store.write(tx -> {
            T identity = kind.changeable(tx, call.account(), name);
            var attached = new ArrayList<>(identity.attached());
            if (!attached.remove(arn)) {
                throw Policies.notFound(arn);
            }
            kind.put(tx, kind.withAttached(identity, List.copyOf(attached)));
            return identity;
        });
    }

    Page<AttachedPolicy> attached(
            String name, @Nullable String pathPrefix, @Nullable String marker, @Nullable Integer maxItems, Call call) {
        var view = store.view();
        List<AttachedPolicy> attached = attached(kind.required(view, call.account(), name), Listing.prefix(pathPrefix), view);
        return Listing.page(call, attached, AttachedPolicy::policyArn, marker, maxItems);
    }

    /** The policies that are attached to an identity, in the order of their ARNs. */
    static List<AttachedPolicy> attached(Identity identity, String pathPrefix, View view) {
        return identity.attached().stream()
                .sorted()
                .flatMap(arn -> Policies.find(arn, view).stream())
                .filter(policy -> policy.path().startsWith(pathPrefix))
                .map(policy -> AttachedPolicy.builder().policyArn(policy.arn()).policyName(policy.name()).build())
                .toList();
    }

    void put(String name, String policy, String document, Call call) {
        store.write(tx -> {
            T identity = kind.changeable(tx, call.account(), name);
            IdentityGrammar.check(document, false);
            var inline = new TreeMap<>(identity.inline());
            inline.put(policy, document);
            if (inline.values().stream().mapToInt(Document::size).sum() > kind.maxInlineSize()) {
                throw new AwsError("LimitExceeded", 409, "Maximum policy size of " + kind.maxInlineSize()
                        + " bytes exceeded for " + kind.noun() + " " + identity.name());
            }
            kind.put(tx, kind.withInline(identity, inline));
            return identity;
        });
    }

    /** An identity's own name, and the text of one of its inline policies as answers carry it. */
    record Inline(String name, String document) {}

    Inline get(String name, String policy, Call call) {
        T identity = kind.required(store.view(), call.account(), name);
        return Optional.ofNullable(identity.inline().get(policy))
                .map(document -> new Inline(identity.name(), Document.encoded(document)))
                .orElseThrow(() -> noSuchPolicy(policy));
    }

    Page<String> names(String name, @Nullable String marker, @Nullable Integer maxItems, Call call) {
        T identity = kind.required(store.view(), call.account(), name);
        return Listing.page(call, List.copyOf(identity.inline().keySet()), policy -> policy, marker, maxItems);
    }

    /** All inline policies of an identity with their texts. */
    static List<PolicyDetail> details(Identity identity) {
        return new TreeMap<>(identity.inline()).entrySet().stream()
                .map(policy -> PolicyDetail.builder()
                        .policyName(policy.getKey())
                        .policyDocument(Document.encoded(policy.getValue()))
                        .build())
                .toList();
    }

    void delete(String name, String policy, Call call) {
        store.write(tx -> {
            T identity = kind.changeable(tx, call.account(), name);
            var inline = new TreeMap<>(identity.inline());
            if (inline.remove(policy) == null) {
                throw noSuchPolicy(policy);
            }
            kind.put(tx, kind.withInline(identity, inline));
            return identity;
        });
    }

    /** @throws AwsError DeleteConflict if an identity that is to be deleted has policies */
    static void requireNone(Identity identity) {
        if (!identity.attached().isEmpty()) {
            throw new AwsError("DeleteConflict", 409, "Cannot delete entity, must detach all policies first.");
        }
        if (!identity.inline().isEmpty()) {
            throw new AwsError("DeleteConflict", 409, "Cannot delete entity, must delete policies first.");
        }
    }

    private AwsError noSuchPolicy(String policy) {
        return new AwsError("NoSuchEntity", 404, "The " + kind.noun() + " policy with name " + policy + " cannot be found.");
    }
}
