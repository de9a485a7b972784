package dev.remora.organizations;

import static dev.remora.organizations.Organization.EVERYWHERE;

import dev.remora.organizations.Place.Type;
import dev.remora.store.View;
import dev.remora.wire.AwsError;
import dev.remora.wire.Call;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** Looking things up in organizations, with the refusal for what is not there. */
final class Tree {
    private Tree() {}

    /** The organization that an account is a member of. */
    static Optional<Organization> of(String account, View view) {
        return view.get(Place.KIND, EVERYWHERE, account)
                .flatMap(place -> view.get(Organization.KIND, EVERYWHERE, place.organization()));
    }

    /** @throws AwsError AWSOrganizationsNotInUseException */
    static Organization required(Call call, View view) {
        return of(call.account(), view).orElseThrow(Errors::notInUse);
    }

    /** The organization that the caller manages. */
    static Organization managed(Call call, View view) {
        Organization organization = required(call, view);
        if (!organization.master().equals(call.account())) {
            throw Errors.notManaging();
        }
        return organization;
    }

    static Optional<Place> place(Organization organization, String id, View view) {
        return view.get(Place.KIND, EVERYWHERE, id).filter(place -> place.organization().equals(organization.id()));
    }

    static Place place(Organization organization, String id, View view, Supplier<AwsError> absent) {
        return place(organization, id, view).orElseThrow(absent);
    }

    static Place account(Organization organization, String id, View view) {
        return place(organization, id, view).filter(p -> p.type() == Type.ACCOUNT).orElseThrow(Errors::noAccount);
    }

    static Place unit(Organization organization, String id, View view) {
        return place(organization, id, view).filter(p -> p.type() == Type.ORGANIZATIONAL_UNIT).orElseThrow(Errors::noUnit);
    }

    /** A root or unit, as what others are put below. */
    static Place above(Organization organization, String id, View view, Supplier<AwsError> absent) {
        return place(organization, id, view).filter(p -> p.type() != Type.ACCOUNT).orElseThrow(absent);
    }

    static List<Place> below(String parent, Type type, View view) {
        return view.find(Place.KIND, EVERYWHERE, "parent", parent).stream().filter(p -> p.type() == type).toList();
    }

    static String arn(Organization organization, Place place) {
        return organization.arn(
                switch (place.type()) {
                    case ROOT -> "root";
                    case ORGANIZATIONAL_UNIT -> "ou";
                    case ACCOUNT -> "account";
                },
                place.id());
    }
}
