package dev.remora.iam;

import dev.remora.store.Ids;
import dev.remora.store.Reading;
import dev.remora.store.Scope;
import dev.remora.store.Store;
import dev.remora.store.View;
import dev.remora.wire.AwsError;
import dev.remora.wire.Call;
import dev.remora.wire.Page;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.iam.model.CreatePolicyRequest;
import software.amazon.awssdk.services.iam.model.CreatePolicyResponse;
import software.amazon.awssdk.services.iam.model.DeletePolicyRequest;
import software.amazon.awssdk.services.iam.model.DeletePolicyResponse;
import software.amazon.awssdk.services.iam.model.EntityType;
import software.amazon.awssdk.services.iam.model.GetPolicyRequest;
import software.amazon.awssdk.services.iam.model.GetPolicyResponse;
import software.amazon.awssdk.services.iam.model.ListEntitiesForPolicyRequest;
import software.amazon.awssdk.services.iam.model.ListEntitiesForPolicyResponse;
import software.amazon.awssdk.services.iam.model.ListPoliciesRequest;
import software.amazon.awssdk.services.iam.model.ListPoliciesResponse;
import software.amazon.awssdk.services.iam.model.ListPolicyTagsRequest;
import software.amazon.awssdk.services.iam.model.ListPolicyTagsResponse;
import software.amazon.awssdk.services.iam.model.Policy;
import software.amazon.awssdk.services.iam.model.PolicyGroup;
import software.amazon.awssdk.services.iam.model.PolicyRole;
import software.amazon.awssdk.services.iam.model.PolicyScopeType;
import software.amazon.awssdk.services.iam.model.PolicyUsageType;
import software.amazon.awssdk.services.iam.model.PolicyUser;
import software.amazon.awssdk.services.iam.model.Tag;
import software.amazon.awssdk.services.iam.model.TagPolicyRequest;
import software.amazon.awssdk.services.iam.model.TagPolicyResponse;
import software.amazon.awssdk.services.iam.model.UntagPolicyRequest;
import software.amazon.awssdk.services.iam.model.UntagPolicyResponse;

/** Managed policies: the account's own and AWS's. */
final class Policies {
    static final int MAX_PER_ACCOUNT = 1500;

    /** Characters of a document, white space not counted. */
    static final int MAX_SIZE = 6144;

    private static final Pattern ARN = Pattern.compile("arn:aws:iam::(\\d{12}|aws):policy(/[!-~]*)?/([\\w+=,.@-]+)");

    private final Store store;
    private final Ids ids;

    Policies(Store store, Ids ids) {
        this.store = store;
        this.ids = ids;
    }

    CreatePolicyResponse create(CreatePolicyRequest request, Call call) {
        ManagedPolicy created = store.write(tx -> {
            Scope scope = Scope.global(call.account());
            String key = ManagedPolicy.key(request.policyName());
            if (tx.get(ManagedPolicy.KIND, scope, key).isPresent()) {
                throw new AwsError("EntityAlreadyExists", 409,
                        "A policy called " + request.policyName() + " already exists. Duplicate names are not allowed.");
            }
            if (tx.count(ManagedPolicy.KIND, scope) >= MAX_PER_ACCOUNT) {
                throw new AwsError("LimitExceeded", 409, "Cannot exceed quota for PoliciesPerAccount: " + MAX_PER_ACCOUNT);
            }
            checkDocument(request.policyDocument());
            var now = call.time().truncatedTo(ChronoUnit.SECONDS);
            var policy = new ManagedPolicy(call.account(), request.policyName(), Listing.prefix(request.path()),
                    UniqueId.random("ANPA", ids), now, now, request.description() == null ? "" : request.description(),
                    Tags.OF_OTHERS.with(Map.of(), request.tags()), 1, 1,
                    List.of(new ManagedPolicy.Version(1, request.policyDocument(), now)));
            tx.put(ManagedPolicy.KIND, scope, key, policy);
            return policy;
        });
        var shape = shape(created, new PolicyUse(0, 0));
        return CreatePolicyResponse.builder()
                .policy((created.tags().isEmpty() ? shape : shape.tags(Tags.list(created.tags()))).build())
                .build();
    }

    GetPolicyResponse get(GetPolicyRequest request, Call call) {
        View view = store.view();
        ManagedPolicy policy = required(wellFormed(request.policyArn()), view, call.account());
        var shape = shape(policy, PolicyUse.of(policy, view, call.account())).tags(Tags.list(policy.tags()));
        return GetPolicyResponse.builder()
                .policy((policy.description().isEmpty() ? shape : shape.description(policy.description())).build())
                .build();
    }

    ListPoliciesResponse list(ListPoliciesRequest request, Call call) {
        View view = store.view();
        var all = new ArrayList<ManagedPolicy>();
        if (request.scope() != PolicyScopeType.AWS) {
            all.addAll(view.all(ManagedPolicy.KIND, Scope.global(call.account())));
        }
        if (request.scope() != PolicyScopeType.LOCAL) {
            all.addAll(AwsPolicies.policies().all());
        }
        boolean onlyAttached = Boolean.TRUE.equals(request.onlyAttached());
        String prefix = Listing.prefix(request.pathPrefix());
        PolicyUsageType usage = request.policyUsageFilter();
        List<ManagedPolicy> chosen = all.stream()
                .filter(policy -> policy.path().startsWith(prefix))
                .filter(policy -> usage == null && !onlyAttached
                        || used(PolicyUse.of(policy, view, call.account()), usage, onlyAttached))
                .sorted(Comparator.comparing(ManagedPolicy::arn))
                .toList();
        Page<ManagedPolicy> page = Listing.page(call, chosen, ManagedPolicy::arn, request.marker(), request.maxItems());
        return ListPoliciesResponse.builder()
                .policies(page.items().stream()
                        .map(policy -> shape(policy, PolicyUse.of(policy, view, call.account())).build())
                        .toList())
                .isTruncated(page.nextToken().isPresent())
                .marker(page.nextToken().orElse(null))
                .build();
    }

    /** Whether a policy is used as a list asks for; what a usage filter names is in the list only where it is so used. */
    private static boolean used(PolicyUse use, @Nullable PolicyUsageType usage, boolean onlyAttached) {
        boolean attached = use.attachments() > 0;
        if (usage == PolicyUsageType.PERMISSIONS_BOUNDARY) {
            return use.boundaries() > 0;
        }
        return usage == PolicyUsageType.PERMISSIONS_POLICY || onlyAttached ? attached : use.any();
    }

    DeletePolicyResponse delete(DeletePolicyRequest request, Call call) {
        String arn = wellFormed(request.policyArn());
        store.write(tx -> {
            ManagedPolicy policy = ownedByCaller(required(arn, tx, call.account()), call, "iam:DeletePolicy");
            if (PolicyUse.of(policy, tx, call.account()).any()) {
                throw new AwsError("DeleteConflict", 409, "Cannot delete a policy attached to entities.");
            }
            if (policy.versions().size() > 1) {
                throw new AwsError("DeleteConflict", 409,
                        "This policy has more than one version. Before you delete a policy, you must"
                        + " delete the policy's versions. The default version is deleted with the policy.");
            }
            tx.delete(ManagedPolicy.KIND, Scope.global(call.account()), ManagedPolicy.key(policy.name()));
            return policy;
        });
        return DeletePolicyResponse.builder().build();
    }

    ListEntitiesForPolicyResponse listEntities(ListEntitiesForPolicyRequest request, Call call) {
        View view = store.view();
        ManagedPolicy policy = required(wellFormed(request.policyArn()), view, call.account());
        Page<Identity> page = Listing.page(call, entities(policy, request, view, call), Policies::order, request.marker(),
                request.maxItems());
        var groups = new ArrayList<PolicyGroup>();
        var users = new ArrayList<PolicyUser>();
        var roles = new ArrayList<PolicyRole>();
        for (Identity identity : page.items()) {
            switch (identity) {
                case Group group -> groups.add(PolicyGroup.builder().groupName(group.name()).groupId(group.id()).build());
                case User user -> users.add(PolicyUser.builder().userName(user.name()).userId(user.id()).build());
                case Role role -> roles.add(PolicyRole.builder().roleName(role.name()).roleId(role.id()).build());
            }
        }
        return ListEntitiesForPolicyResponse.builder()
                .policyGroups(groups)
                .policyUsers(users)
                .policyRoles(roles)
                .isTruncated(page.nextToken().isPresent())
                .marker(page.nextToken().orElse(null))
                .build();
    }

    private static List<Identity> entities(
            ManagedPolicy policy, ListEntitiesForPolicyRequest request, View view, Call call) {
        Scope scope = Scope.global(call.account());
        EntityType kind = request.entityFilter();
        PolicyUsageType usage = request.policyUsageFilter();
        var entities = new LinkedHashSet<Identity>();
        for (String index : usage == null ? List.of("policy", "boundary")
                : usage == PolicyUsageType.PERMISSIONS_BOUNDARY ? List.of("boundary") : List.of("policy")) {
            if ((kind == null || kind == EntityType.GROUP) && index.equals("policy")) {
                entities.addAll(view.find(Group.KIND, scope, index, policy.arn()));
            }
            if (kind == null || kind == EntityType.USER) {
                entities.addAll(view.find(User.KIND, scope, index, policy.arn()));
            }
            if (kind == null || kind == EntityType.ROLE) {
                entities.addAll(view.find(Role.KIND, scope, index, policy.arn()));
            }
        }
        String prefix = Listing.prefix(request.pathPrefix());
        return entities.stream().filter(identity -> identity.path().startsWith(prefix)).toList();
    }

    /** A key that puts groups before users, and those before roles. */
    private static String order(Identity identity) {
        return switch (identity) {
            case Group group -> "1 " + Group.key(group.name());
            case User user -> "2 " + User.key(user.name());
            case Role role -> "3 " + Role.key(role.name());
        };
    }

    TagPolicyResponse tag(TagPolicyRequest request, Call call) {
        change(call, request.policyArn(), "iam:TagPolicy",
                policy -> policy.withTags(Tags.OF_OTHERS.with(policy.tags(), request.tags())));
        return TagPolicyResponse.builder().build();
    }

    UntagPolicyResponse untag(UntagPolicyRequest request, Call call) {
        change(call, request.policyArn(), "iam:UntagPolicy",
                policy -> policy.withTags(Tags.OF_OTHERS.without(policy.tags(), request.tagKeys())));
        return UntagPolicyResponse.builder().build();
    }

    ListPolicyTagsResponse listTags(ListPolicyTagsRequest request, Call call) {
        ManagedPolicy policy = required(wellFormed(request.policyArn()), store.view(), call.account());
        Page<Tag> page = Listing.page(call, Tags.list(policy.tags()), Tag::key, request.marker(), request.maxItems());
        return ListPolicyTagsResponse.builder()
                .tags(page.items())
                .isTruncated(page.nextToken().isPresent())
                .marker(page.nextToken().orElse(null))
                .build();
    }

    /** Changes one of the account's own policies. */
    private void change(Call call, String policyArn, String action, UnaryOperator<ManagedPolicy> edit) {
        String arn = wellFormed(policyArn);
        store.write(tx -> {
            ManagedPolicy changed = edit.apply(ownedByCaller(required(arn, tx, call.account()), call, action));
            tx.put(ManagedPolicy.KIND, Scope.global(call.account()), ManagedPolicy.key(changed.name()), changed);
            return changed;
        });
    }

    Map<String, List<String>> tagKeys(String arn, Call call) {
        return visible(arn, store.view(), call.account()).map(policy -> Tags.owned(policy.tags())).orElse(Map.of());
    }

    /** @throws AwsError ValidationError for what is not a policy's ARN */
    static String wellFormed(String arn) {
        if (!isArn(arn)) {
            throw new AwsError("ValidationError", 400, "ARN " + arn + " is not valid.");
        }
        return arn;
    }

    static boolean isArn(String arn) {
        return ARN.matcher(arn).matches();
    }

    static Optional<ManagedPolicy> find(String arn, View view) {
        return find(arn, new Reading(view));
    }

    static Optional<ManagedPolicy> find(String arn, Reading reading) {
        var match = ARN.matcher(arn);
        if (!match.matches()) {
            return Optional.empty();
        }
        if (match.group(1).equals(ManagedPolicy.AWS)) {
            return AwsPolicies.policies().find(arn);
        }
        return reading.get(ManagedPolicy.KIND, Scope.global(match.group(1)), ManagedPolicy.key(match.group(3)))
                .filter(policy -> policy.arn().equals(arn));
    }

    /** What an account can see: its own policies and AWS's. */
    static Optional<ManagedPolicy> visible(String arn, View view, String account) {
        return find(arn, view).filter(policy -> policy.ofAws() || policy.account().equals(account));
    }

    static ManagedPolicy required(String arn, View view, String account) {
        return visible(arn, view, account).orElseThrow(() -> notFound(arn));
    }

    static ManagedPolicy ownedByCaller(ManagedPolicy policy, Call call, String action) {
        if (policy.ofAws()) {
            throw new AwsError("AccessDenied", 403, "User: " + call.principal().arn() + " is not authorized to perform: " + action
                    + " on resource: policy " + policy.arn());
        }
        return policy;
    }

    static AwsError notFound(String arn) {
        return new AwsError("NoSuchEntity", 404, "Policy " + arn + " was not found.");
    }

    static AwsError notAttachable(String arn) {
        return new AwsError("NoSuchEntity", 404, "Policy " + arn + " does not exist or is not attachable.");
    }

    static void checkDocument(String document) {
        IdentityGrammar.check(document, true);
        if (Document.size(document) > MAX_SIZE) {
            throw new AwsError("LimitExceeded", 409, "Cannot exceed quota for PolicySize: " + MAX_SIZE);
        }
    }

    /** What lists show: without description and tags. */
    private static Policy.Builder shape(ManagedPolicy policy, PolicyUse use) {
        return Policy.builder()
                .policyName(policy.name())
                .policyId(policy.id())
                .arn(policy.arn())
                .path(policy.path())
                .defaultVersionId("v" + policy.defaultVersion())
                .attachmentCount(use.attachments())
                .permissionsBoundaryUsageCount(use.boundaries())
                .isAttachable(true)
                .createDate(policy.created())
                .updateDate(policy.updated());
    }
}
