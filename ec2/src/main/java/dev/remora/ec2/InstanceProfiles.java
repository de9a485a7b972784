package dev.remora.ec2;

import static dev.remora.ec2.Resource.INSTANCE;

import dev.remora.ec2.InstanceRoles.Profile;
import dev.remora.store.Ids;
import dev.remora.store.Scope;
import dev.remora.store.Store;
import dev.remora.store.Transaction;
import dev.remora.store.View;
import dev.remora.wire.AwsError;
import dev.remora.wire.Call;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.AssociateIamInstanceProfileRequest;
import software.amazon.awssdk.services.ec2.model.AssociateIamInstanceProfileResponse;
import software.amazon.awssdk.services.ec2.model.DescribeIamInstanceProfileAssociationsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeIamInstanceProfileAssociationsResponse;
import software.amazon.awssdk.services.ec2.model.DisassociateIamInstanceProfileRequest;
import software.amazon.awssdk.services.ec2.model.DisassociateIamInstanceProfileResponse;
import software.amazon.awssdk.services.ec2.model.IamInstanceProfileAssociation;
import software.amazon.awssdk.services.ec2.model.IamInstanceProfileSpecification;
import software.amazon.awssdk.services.ec2.model.ModifyInstanceMetadataOptionsRequest;
import software.amazon.awssdk.services.ec2.model.ModifyInstanceMetadataOptionsResponse;
import software.amazon.awssdk.services.ec2.model.ReplaceIamInstanceProfileAssociationRequest;
import software.amazon.awssdk.services.ec2.model.ReplaceIamInstanceProfileAssociationResponse;

/** The instance profiles of instances, and how their metadata can be read, by which the profiles' roles are of use. */
final class InstanceProfiles {
    private static final Filters<Instance> FILTERS = new Filters<Instance>()
            .on("instance-id", Instance::id)
            .on("state", i -> "associated");

    private final Store store;
    private final Ids ids;
    private final InstantSource clock;
    private final AccountRegions regions;
    private final InstanceRoles roles;

    InstanceProfiles(Store store, Ids ids, InstantSource clock, AccountRegions regions, InstanceRoles roles) {
        this.store = store;
        this.ids = ids;
        this.clock = clock;
        this.regions = regions;
        this.roles = roles;
    }

    /** The profile that a request names, by its name or its ARN. */
    static Profile named(InstanceRoles roles, String account, @Nullable IamInstanceProfileSpecification given) {
        if (given == null || given.arn() == null && given.name() == null) {
            throw Refusals.missing("iamInstanceProfile");
        }
        if (given.arn() != null && given.name() != null) {
            throw Refusals.combination(
                    "The parameter 'iamInstanceProfile.name' may not be used in combination with 'iamInstanceProfile.arn'");
        }
        boolean byArn = given.arn() != null;
        String value = byArn ? given.arn() : given.name();
        return roles.profile(account, value)
                .orElseThrow(() -> Refusals.invalidValue(
                        value, byArn ? "iamInstanceProfile.arn" : "iamInstanceProfile.name",
                        byArn ? "Invalid IAM Instance Profile ARN" : "Invalid IAM Instance Profile name"));
    }

    AssociateIamInstanceProfileResponse associate(AssociateIamInstanceProfileRequest r, Call call) {
        Scope scope = regions.enter(call);
        String id = Refusals.require(r.instanceId(), "InstanceId");
        Profile profile = named(roles, scope.account(), r.iamInstanceProfile());
        Instance changed = store.write(tx -> {
            Instance now = INSTANCE.require(tx, scope, id);
            if (now.ending()) {
                throw Refusals.of(
                        "IncorrectInstanceState", "The instance '" + id + "' is not in the 'running' or 'stopped' states.");
            }
            if (now.profile().isPresent()) {
                throw Refusals.of("IncorrectState", "There is an existing association for instance " + id);
            }
            return put(tx, scope, now.with(Optional.of(association(profile)), now.metadata()));
        });
        return AssociateIamInstanceProfileResponse.builder()
                .iamInstanceProfileAssociation(shown(changed, "associating"))
                .build();
    }

    private static Instance put(Transaction tx, Scope scope, Instance i) {
        tx.put(INSTANCE.kind(), scope, i.id(), i);
        return i;
    }

    private ProfileAssociation association(Profile profile) {
        return new ProfileAssociation(
                ids.resource(ProfileAssociation.PREFIX), profile.arn(), profile.id(), clock.instant());
    }

    DisassociateIamInstanceProfileResponse disassociate(DisassociateIamInstanceProfileRequest r, Call call) {
        Scope scope = regions.enter(call);
        Instance before = store.write(tx -> {
            Instance now = byAssociation(tx, scope, r.associationId());
            put(tx, scope, now.with(Optional.empty(), now.metadata()));
            return now;
        });
        return DisassociateIamInstanceProfileResponse.builder()
                .iamInstanceProfileAssociation(shown(before, "disassociating"))
                .build();
    }

    ReplaceIamInstanceProfileAssociationResponse replace(ReplaceIamInstanceProfileAssociationRequest r, Call call) {
        Scope scope = regions.enter(call);
        Profile profile = named(roles, scope.account(), r.iamInstanceProfile());
        Instance changed = store.write(tx -> {
            Instance now = byAssociation(tx, scope, r.associationId());
            return put(tx, scope, now.with(Optional.of(association(profile)), now.metadata()));
        });
        return ReplaceIamInstanceProfileAssociationResponse.builder()
                .iamInstanceProfileAssociation(shown(changed, "associating"))
                .build();
    }

    private static Instance byAssociation(View view, Scope scope, @Nullable String associationId) {
        String id = Refusals.require(associationId, "AssociationId");
        return find(view, scope, id).orElseThrow(() -> absent(id));
    }

    private static Optional<Instance> find(View view, Scope scope, String associationId) {
        return view.find(INSTANCE.kind(), scope, "profile", associationId).stream().findFirst();
    }

    private static AwsError absent(String id) {
        return Refusals.of("InvalidAssociationID.NotFound", "An invalid association-id of '" + id + "' was given");
    }

    DescribeIamInstanceProfileAssociationsResponse describe(DescribeIamInstanceProfileAssociationsRequest r, Call call) {
        Scope scope = regions.enter(call);
        View view = store.view();
        Stream<Instance> wanted = r.associationIds().isEmpty()
                ? view.all(INSTANCE.kind(), scope).stream()
                : r.associationIds().stream().map(id -> byAssociation(view, scope, id));
        List<Instance> found = wanted.filter(i -> i.profile().isPresent()).filter(FILTERS.matching(r.filters())).toList();
        var page = Listing.of(call, "associationIds", List.of(), r.filters(), r.maxResults(), r.nextToken())
                .page(found, Instance::id);
        return DescribeIamInstanceProfileAssociationsResponse.builder()
                .iamInstanceProfileAssociations(page.map(i -> shown(i, "associated")))
                .nextToken(page.nextToken())
                .build();
    }

    private static IamInstanceProfileAssociation shown(Instance i, String state) {
        ProfileAssociation association = i.profile().orElseThrow();
        return IamInstanceProfileAssociation.builder()
                .associationId(association.id())
                .instanceId(i.id())
                .iamInstanceProfile(p -> p.arn(association.arn()).id(association.profileId()))
                .state(state)
                .build();
    }

    ModifyInstanceMetadataOptionsResponse modifyMetadata(ModifyInstanceMetadataOptionsRequest r, Call call) {
        Scope scope = regions.enter(call);
        String id = Refusals.require(r.instanceId(), "InstanceId");
        if (Stream.of(r.httpEndpointAsString(), r.httpTokensAsString(), r.httpPutResponseHopLimit())
                .allMatch(Objects::isNull)) {
            throw Refusals.missing("HttpTokens, HttpPutResponseHopLimit or HttpEndpoint");
        }
        Instance changed = store.write(tx -> {
            Instance now = INSTANCE.require(tx, scope, id);
            MetadataOptions options = now.metadata()
                    .with(
                            r.httpEndpointAsString(), r.httpTokensAsString(), r.httpPutResponseHopLimit(),
                            r.httpProtocolIpv6AsString(), r.instanceMetadataTagsAsString());
            return put(tx, scope, now.with(now.profile(), options));
        });
        return ModifyInstanceMetadataOptionsResponse.builder()
                .instanceId(id)
                .instanceMetadataOptions(changed.metadata().shown().toBuilder().state("pending").build())
                .build();
    }
}
