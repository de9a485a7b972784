package dev.remora.iam;

import dev.remora.store.Scope;
import dev.remora.store.Store;
import dev.remora.store.Transaction;
import dev.remora.wire.AwsError;
import dev.remora.wire.Call;
import dev.remora.wire.Page;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import software.amazon.awssdk.services.iam.model.CreatePolicyVersionRequest;
import software.amazon.awssdk.services.iam.model.CreatePolicyVersionResponse;
import software.amazon.awssdk.services.iam.model.DeletePolicyVersionRequest;
import software.amazon.awssdk.services.iam.model.DeletePolicyVersionResponse;
import software.amazon.awssdk.services.iam.model.GetPolicyVersionRequest;
import software.amazon.awssdk.services.iam.model.GetPolicyVersionResponse;
import software.amazon.awssdk.services.iam.model.ListPolicyVersionsRequest;
import software.amazon.awssdk.services.iam.model.ListPolicyVersionsResponse;
import software.amazon.awssdk.services.iam.model.PolicyVersion;
import software.amazon.awssdk.services.iam.model.SetDefaultPolicyVersionRequest;
import software.amazon.awssdk.services.iam.model.SetDefaultPolicyVersionResponse;

/** The versions of a managed policy, of which one is in force. */
final class PolicyVersions {
    static final int MAX = 5;

    private final Store store;

    PolicyVersions(Store store) {
        this.store = store;
    }

    CreatePolicyVersionResponse create(CreatePolicyVersionRequest request, Call call) {
        String arn = Policies.wellFormed(request.policyArn());
        boolean inForce = Boolean.TRUE.equals(request.setAsDefault());
        ManagedPolicy.Version created = store.write(tx -> {
            ManagedPolicy policy = Policies.ownedByCaller(
                    Policies.visible(arn, tx, call.account()).orElseThrow(() -> Policies.notAttachable(arn)), call,
                    "iam:CreatePolicyVersion");
            if (policy.versions().size() >= MAX) {
                throw new AwsError("LimitExceeded", 409, "A managed policy can have up to " + MAX
                        + " versions. Before you create a new version, you must delete an existing version.");
            }
            Policies.checkDocument(request.policyDocument());
            var now = call.time().truncatedTo(ChronoUnit.SECONDS);
            var version = new ManagedPolicy.Version(policy.newestVersion() + 1, request.policyDocument(), now);
            var versions = new ArrayList<>(policy.versions());
            versions.add(version);
            put(tx, call, policy.withVersions(List.copyOf(versions), inForce ? version.number() : policy.defaultVersion(),
                    version.number(), now));
            return version;
        });
        return CreatePolicyVersionResponse.builder().policyVersion(shape(created, inForce).build()).build();
    }

    GetPolicyVersionResponse get(GetPolicyVersionRequest request, Call call) {
        String arn = Policies.wellFormed(request.policyArn());
        ManagedPolicy policy = Policies.visible(arn, store.view(), call.account())
                .orElseThrow(() -> noSuchVersion(arn, request.versionId()));
        ManagedPolicy.Version version = version(policy, request.versionId());
        return GetPolicyVersionResponse.builder()
                .policyVersion(shape(version, version.number() == policy.defaultVersion())
                        .document(Document.encoded(version.document()))
                        .build())
                .build();
    }

    ListPolicyVersionsResponse list(ListPolicyVersionsRequest request, Call call) {
        ManagedPolicy policy = Policies.required(Policies.wellFormed(request.policyArn()), store.view(), call.account());
        List<ManagedPolicy.Version> newestFirst = policy.versions().stream()
                .sorted(Comparator.comparing(PolicyVersions::order))
                .toList();
        Page<ManagedPolicy.Version> page = Listing.page(
                call, newestFirst, PolicyVersions::order, request.marker(), request.maxItems());
        return ListPolicyVersionsResponse.builder()
                .versions(page.items().stream()
                        .map(version -> shape(version, version.number() == policy.defaultVersion()).build())
                        .toList())
                .isTruncated(page.nextToken().isPresent())
                .marker(page.nextToken().orElse(null))
                .build();
    }

    SetDefaultPolicyVersionResponse setDefault(SetDefaultPolicyVersionRequest request, Call call) {
        String arn = Policies.wellFormed(request.policyArn());
        store.write(tx -> {
            ManagedPolicy policy = Policies.ownedByCaller(
                    Policies.visible(arn, tx, call.account()).orElseThrow(() -> noSuchVersion(arn, request.versionId())), call,
                    "iam:SetDefaultPolicyVersion");
            ManagedPolicy.Version version = version(policy, request.versionId());
            put(tx, call, policy.withVersions(policy.versions(), version.number(), policy.newestVersion(),
                    call.time().truncatedTo(ChronoUnit.SECONDS)));
            return version;
        });
        return SetDefaultPolicyVersionResponse.builder().build();
    }

    DeletePolicyVersionResponse delete(DeletePolicyVersionRequest request, Call call) {
        String arn = Policies.wellFormed(request.policyArn());
        store.write(tx -> {
            ManagedPolicy policy = Policies.ownedByCaller(
                    Policies.visible(arn, tx, call.account()).orElseThrow(() -> noSuchVersion(arn, request.versionId())), call,
                    "iam:DeletePolicyVersion");
            ManagedPolicy.Version version = version(policy, request.versionId());
            if (version.number() == policy.defaultVersion()) {
                throw new AwsError("DeleteConflict", 409, "Cannot delete the default version of a policy.");
            }
            var versions = new ArrayList<>(policy.versions());
            versions.remove(version);
            put(tx, call, policy.withVersions(List.copyOf(versions), policy.defaultVersion(), policy.newestVersion(),
                    call.time().truncatedTo(ChronoUnit.SECONDS)));
            return version;
        });
        return DeletePolicyVersionResponse.builder().build();
    }

    private static void put(Transaction tx, Call call, ManagedPolicy policy) {
        tx.put(ManagedPolicy.KIND, Scope.global(call.account()), ManagedPolicy.key(policy.name()), policy);
    }

    private static ManagedPolicy.Version version(ManagedPolicy policy, String versionId) {
        return policy.version(versionId).orElseThrow(() -> noSuchVersion(policy.arn(), versionId));
    }

    private static AwsError noSuchVersion(String arn, String versionId) {
        return new AwsError("NoSuchEntity", 404, "Policy " + arn + " version " + versionId
                + " does not exist or is not attachable.");
    }

    /** A key that puts the newest version first. */
    private static String order(ManagedPolicy.Version version) {
        return "%010d".formatted(Integer.MAX_VALUE - version.number());
    }

    private static PolicyVersion.Builder shape(ManagedPolicy.Version version, boolean inForce) {
        return PolicyVersion.builder().versionId(version.id()).isDefaultVersion(inForce).createDate(version.created());
    }
}
