package dev.remora.organizations;

import static dev.remora.organizations.Organization.EVERYWHERE;

import dev.remora.organizations.Place.Type;
import dev.remora.store.Ids;
import dev.remora.store.Store;
import dev.remora.store.View;
import dev.remora.wire.Call;
import dev.remora.wire.Page;
import java.util.Map;
import java.util.Optional;
import software.amazon.awssdk.services.organizations.model.Child;
import software.amazon.awssdk.services.organizations.model.ChildType;
import software.amazon.awssdk.services.organizations.model.CreateOrganizationalUnitRequest;
import software.amazon.awssdk.services.organizations.model.CreateOrganizationalUnitResponse;
import software.amazon.awssdk.services.organizations.model.DeleteOrganizationalUnitRequest;
import software.amazon.awssdk.services.organizations.model.DeleteOrganizationalUnitResponse;
import software.amazon.awssdk.services.organizations.model.DescribeOrganizationalUnitRequest;
import software.amazon.awssdk.services.organizations.model.DescribeOrganizationalUnitResponse;
import software.amazon.awssdk.services.organizations.model.ListChildrenRequest;
import software.amazon.awssdk.services.organizations.model.ListChildrenResponse;
import software.amazon.awssdk.services.organizations.model.ListOrganizationalUnitsForParentRequest;
import software.amazon.awssdk.services.organizations.model.ListOrganizationalUnitsForParentResponse;
import software.amazon.awssdk.services.organizations.model.ListParentsRequest;
import software.amazon.awssdk.services.organizations.model.ListParentsResponse;
import software.amazon.awssdk.services.organizations.model.OrganizationalUnit;
import software.amazon.awssdk.services.organizations.model.Parent;
import software.amazon.awssdk.services.organizations.model.UpdateOrganizationalUnitRequest;
import software.amazon.awssdk.services.organizations.model.UpdateOrganizationalUnitResponse;

/** Organizational units, and who is below whom. */
final class Units {
    /** Levels of units below the root. */
    static final int MAX_DEPTH = 5;

    static final int MAX_PER_ORGANIZATION = 2000;

    private final Store store;
    private final Ids ids;

    Units(Store store, Ids ids) {
        this.store = store;
        this.ids = ids;
    }

    CreateOrganizationalUnitResponse create(CreateOrganizationalUnitRequest request, Call call) {
        return store.write(tx -> {
            Organization organization = Tree.managed(call, tx);
            Place above = Tree.above(organization, request.parentId(), tx, Errors::noParent);
            requireFreeName(above.id(), request.name(), tx);
            if (depth(above, tx) >= MAX_DEPTH) {
                throw Errors.constraint("OU_DEPTH_LIMIT_EXCEEDED",
                        "You have exceeded the allowed depth of the organizational unit tree.");
            }
            long units = tx.find(Place.KIND, EVERYWHERE, "organization", organization.id()).stream()
                    .filter(place -> place.type() == Type.ORGANIZATIONAL_UNIT)
                    .count();
            if (units >= MAX_PER_ORGANIZATION) {
                throw Errors.constraint("OU_NUMBER_LIMIT_EXCEEDED",
                        "You have exceeded the allowed number of organizational units.");
            }
            String id = "ou-" + organization.rootId().substring(2) + "-" + ids.hex(8);
            Place unit = Place.made(organization, Type.ORGANIZATIONAL_UNIT, id, above.id(), request.name(), call.time())
                    .withTags(Tags.with(Map.of(), request.tags()));
            tx.put(Place.KIND, EVERYWHERE, id, unit);
            return CreateOrganizationalUnitResponse.builder().organizationalUnit(shape(organization, unit)).build();
        });
    }

    private static void requireFreeName(String parent, String name, View view) {
        if (Tree.below(parent, Type.ORGANIZATIONAL_UNIT, view).stream().anyMatch(unit -> unit.name().equals(name))) {
            throw Errors.of("DuplicateOrganizationalUnitException", "An OU with the same name already exists.");
        }
    }

    private static int depth(Place place, View view) {
        int depth = 0;
        Optional<Place> at = Optional.of(place);
        while (at.isPresent() && at.get().type() == Type.ORGANIZATIONAL_UNIT) {
            depth++;
            at = view.get(Place.KIND, EVERYWHERE, at.get().parent());
        }
        return depth;
    }

    DescribeOrganizationalUnitResponse describe(DescribeOrganizationalUnitRequest request, Call call) {
        View view = store.view();
        Organization organization = Tree.managed(call, view);
        Place unit = Tree.unit(organization, request.organizationalUnitId(), view);
        return DescribeOrganizationalUnitResponse.builder().organizationalUnit(shape(organization, unit)).build();
    }

    UpdateOrganizationalUnitResponse update(UpdateOrganizationalUnitRequest request, Call call) {
        return store.write(tx -> {
            Organization organization = Tree.managed(call, tx);
            Place unit = Tree.unit(organization, request.organizationalUnitId(), tx);
            Place changed = unit;
            if (request.name() != null && !request.name().equals(unit.name())) {
                requireFreeName(unit.parent(), request.name(), tx);
                changed = unit.withName(request.name());
                tx.put(Place.KIND, EVERYWHERE, unit.id(), changed);
            }
            return UpdateOrganizationalUnitResponse.builder().organizationalUnit(shape(organization, changed)).build();
        });
    }

    DeleteOrganizationalUnitResponse delete(DeleteOrganizationalUnitRequest request, Call call) {
        return store.write(tx -> {
            Organization organization = Tree.managed(call, tx);
            Place unit = Tree.unit(organization, request.organizationalUnitId(), tx);
            if (tx.any(Place.KIND, EVERYWHERE, "parent", unit.id())) {
                throw Errors.of("OrganizationalUnitNotEmptyException", "The specified OU is not empty. Move all accounts to"
                        + " another root or to other OUs, remove all child OUs, and try the operation again.");
            }
            tx.delete(Place.KIND, EVERYWHERE, unit.id());
            return DeleteOrganizationalUnitResponse.builder().build();
        });
    }

    ListOrganizationalUnitsForParentResponse list(ListOrganizationalUnitsForParentRequest request, Call call) {
        View view = store.view();
        Organization organization = Tree.managed(call, view);
        Place above = Tree.above(organization, request.parentId(), view, Errors::noParent);
        Page<Place> page = Listing.page(call, Tree.below(above.id(), Type.ORGANIZATIONAL_UNIT, view), Place::id,
                request.nextToken(), request.maxResults());
        return ListOrganizationalUnitsForParentResponse.builder()
                .organizationalUnits(page.items().stream().map(unit -> shape(organization, unit)).toList())
                .nextToken(page.nextToken().orElse(null))
                .build();
    }

    ListChildrenResponse listChildren(ListChildrenRequest request, Call call) {
        View view = store.view();
        Place above = Tree.above(Tree.managed(call, view), request.parentId(), view, Errors::noParent);
        Type type = request.childType() == ChildType.ACCOUNT ? Type.ACCOUNT : Type.ORGANIZATIONAL_UNIT;
        Page<Place> page =
                Listing.page(call, Tree.below(above.id(), type, view), Place::id, request.nextToken(), request.maxResults());
        return ListChildrenResponse.builder()
                .children(page.items().stream()
                        .map(place -> Child.builder().id(place.id()).type(place.type().name()).build())
                        .toList())
                .nextToken(page.nextToken().orElse(null))
                .build();
    }

    ListParentsResponse listParents(ListParentsRequest request, Call call) {
        View view = store.view();
        Organization organization = Tree.managed(call, view);
        Place child = Tree.place(organization, request.childId(), view)
                .filter(place -> place.type() != Type.ROOT)
                .orElseThrow(() -> Errors.of("ChildNotFoundException",
                        "We can't find an organizational unit (OU) or Amazon Web Services account with the ChildId that you"
                                + " specified."));
        String type = child.parent().equals(organization.rootId()) ? "ROOT" : "ORGANIZATIONAL_UNIT";
        return ListParentsResponse.builder().parents(Parent.builder().id(child.parent()).type(type).build()).build();
    }

    private static OrganizationalUnit shape(Organization organization, Place unit) {
        return OrganizationalUnit.builder()
                .id(unit.id())
                .arn(Tree.arn(organization, unit))
                .name(unit.name())
                .build();
    }
}
