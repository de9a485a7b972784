package dev.remora.organizations;

import static dev.remora.organizations.Organization.EVERYWHERE;

import dev.remora.store.Ids;
import dev.remora.store.Store;
import dev.remora.store.View;
import dev.remora.wire.AwsError;
import dev.remora.wire.Call;
import dev.remora.wire.Page;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.organizations.model.AcceptHandshakeRequest;
import software.amazon.awssdk.services.organizations.model.AcceptHandshakeResponse;
import software.amazon.awssdk.services.organizations.model.ActionType;
import software.amazon.awssdk.services.organizations.model.CancelHandshakeRequest;
import software.amazon.awssdk.services.organizations.model.CancelHandshakeResponse;
import software.amazon.awssdk.services.organizations.model.DeclineHandshakeRequest;
import software.amazon.awssdk.services.organizations.model.DeclineHandshakeResponse;
import software.amazon.awssdk.services.organizations.model.DescribeHandshakeRequest;
import software.amazon.awssdk.services.organizations.model.DescribeHandshakeResponse;
import software.amazon.awssdk.services.organizations.model.Handshake;
import software.amazon.awssdk.services.organizations.model.HandshakeParty;
import software.amazon.awssdk.services.organizations.model.HandshakePartyType;
import software.amazon.awssdk.services.organizations.model.HandshakeResource;
import software.amazon.awssdk.services.organizations.model.HandshakeState;
import software.amazon.awssdk.services.organizations.model.InviteAccountToOrganizationRequest;
import software.amazon.awssdk.services.organizations.model.InviteAccountToOrganizationResponse;
import software.amazon.awssdk.services.organizations.model.ListHandshakesForAccountRequest;
import software.amazon.awssdk.services.organizations.model.ListHandshakesForAccountResponse;
import software.amazon.awssdk.services.organizations.model.ListHandshakesForOrganizationRequest;
import software.amazon.awssdk.services.organizations.model.ListHandshakesForOrganizationResponse;

/** Invitations of accounts, by their twelve digits. */
final class Invitations {
    private static final Pattern ACCOUNT = Pattern.compile("\\d{12}");

    private final Store store;
    private final Ids ids;

    Invitations(Store store, Ids ids) {
        this.store = store;
        this.ids = ids;
    }

    InviteAccountToOrganizationResponse invite(InviteAccountToOrganizationRequest request, Call call) {
        HandshakeParty target = request.target();
        if (target.type() != HandshakePartyType.ACCOUNT || !ACCOUNT.matcher(target.id()).matches()) {
            throw Errors.invalid("INVALID_PARTY_TYPE_TARGET", "Remora invites accounts by their ids: Type ACCOUNT and twelve"
                    + " digits.");
        }
        return store.write(tx -> {
            Organization organization = Tree.managed(call, tx);
            if (Tree.place(organization, target.id(), tx).isPresent()) {
                throw constraint("ALREADY_IN_AN_ORGANIZATION",
                        "The specified account cannot be invited because it is already in an organization.");
            }
            Accounts.requireRoom(organization, tx);
            boolean open = tx.find(Invitation.KIND, EVERYWHERE, "account", target.id()).stream()
                    .filter(i -> i.organization().equals(organization.id()))
                    .anyMatch(i -> i.at(call.time()).state() == HandshakeState.OPEN);
            if (open) {
                throw Errors.of("DuplicateHandshakeException", "A handshake with the same action and target already exists.");
            }
            var invitation = new Invitation(organization.id(), "h-" + ids.hex(32), target.id(),
                    request.notes() == null ? "" : request.notes(), Tags.with(Map.of(), request.tags()), HandshakeState.OPEN,
                    call.time().truncatedTo(ChronoUnit.SECONDS));
            tx.put(Invitation.KIND, EVERYWHERE, invitation.id(), invitation);
            return InviteAccountToOrganizationResponse.builder().handshake(shape(organization, invitation)).build();
        });
    }

    private static AwsError constraint(String reason, String message) {
        return new AwsError("HandshakeConstraintViolationException", 400, message, Map.of("Reason", reason));
    }

    AcceptHandshakeResponse accept(AcceptHandshakeRequest request, Call call) {
        return store.write(tx -> {
            Invitation invitation = mine(request.handshakeId(), call, tx);
            requireOpen(invitation);
            if (Tree.of(call.account(), tx).isPresent()) {
                throw constraint("ALREADY_IN_AN_ORGANIZATION", "The account is already a member of an organization.");
            }
            Organization organization = tx.get(Organization.KIND, EVERYWHERE, invitation.organization())
                    .orElseThrow(Errors::noInvitation);
            Accounts.requireRoom(organization, tx);
            Invitation accepted = invitation.in(HandshakeState.ACCEPTED);
            tx.put(Invitation.KIND, EVERYWHERE, accepted.id(), accepted);
            tx.put(Place.KIND, EVERYWHERE, call.account(), Place.account(
                            organization, call.account(), call.account(), Organizations.email(call.account()), true,
                            call.time().truncatedTo(ChronoUnit.SECONDS))
                    .withTags(invitation.tags()));
            return AcceptHandshakeResponse.builder().handshake(shape(organization, accepted)).build();
        });
    }

    DeclineHandshakeResponse decline(DeclineHandshakeRequest request, Call call) {
        return DeclineHandshakeResponse.builder()
                .handshake(close(request.handshakeId(), HandshakeState.DECLINED, i -> i.account().equals(call.account()), call))
                .build();
    }

    CancelHandshakeResponse cancel(CancelHandshakeRequest request, Call call) {
        return CancelHandshakeResponse.builder()
                .handshake(close(request.handshakeId(), HandshakeState.CANCELED, i -> sentBy(i, call, store.view()), call))
                .build();
    }

    private static boolean sentBy(Invitation invitation, Call call, View view) {
        return view.get(Organization.KIND, EVERYWHERE, invitation.organization())
                .filter(organization -> organization.master().equals(call.account()))
                .isPresent();
    }

    private Handshake close(String id, HandshakeState state, Predicate<Invitation> may, Call call) {
        return store.write(tx -> {
            Invitation invitation = tx.get(Invitation.KIND, EVERYWHERE, id)
                    .filter(may)
                    .orElseThrow(Errors::noInvitation)
                    .at(call.time());
            requireOpen(invitation);
            Invitation closed = invitation.in(state);
            tx.put(Invitation.KIND, EVERYWHERE, id, closed);
            return shape(tx, closed);
        });
    }

    private static Invitation mine(String id, Call call, View view) {
        return view.get(Invitation.KIND, EVERYWHERE, id)
                .filter(invitation -> invitation.account().equals(call.account()))
                .orElseThrow(Errors::noInvitation)
                .at(call.time());
    }

    private static void requireOpen(Invitation invitation) {
        if (invitation.state() != HandshakeState.OPEN) {
            throw Errors.of("InvalidHandshakeTransitionException",
                    "You can't perform the operation on the handshake in its current state: " + invitation.state() + ".");
        }
    }

    DescribeHandshakeResponse describe(DescribeHandshakeRequest request, Call call) {
        View view = store.view();
        Invitation invitation = view.get(Invitation.KIND, EVERYWHERE, request.handshakeId())
                .filter(i -> i.account().equals(call.account()) || sentBy(i, call, view))
                .orElseThrow(Errors::noInvitation);
        return DescribeHandshakeResponse.builder().handshake(shape(view, invitation.at(call.time()))).build();
    }

    ListHandshakesForAccountResponse listForAccount(ListHandshakesForAccountRequest request, Call call) {
        View view = store.view();
        Page<Invitation> page = page(call, view.find(Invitation.KIND, EVERYWHERE, "account", call.account()),
                request.filter() == null ? null : request.filter().actionType(), request.nextToken(), request.maxResults());
        return ListHandshakesForAccountResponse.builder()
                .handshakes(shapes(view, page, call.time()))
                .nextToken(page.nextToken().orElse(null))
                .build();
    }

    ListHandshakesForOrganizationResponse listForOrganization(ListHandshakesForOrganizationRequest request, Call call) {
        View view = store.view();
        Organization organization = Tree.managed(call, view);
        Page<Invitation> page = page(call, view.find(Invitation.KIND, EVERYWHERE, "organization", organization.id()),
                request.filter() == null ? null : request.filter().actionType(), request.nextToken(), request.maxResults());
        return ListHandshakesForOrganizationResponse.builder()
                .handshakes(shapes(view, page, call.time()))
                .nextToken(page.nextToken().orElse(null))
                .build();
    }

    /** @param action invitations are the only handshakes there are */
    private static Page<Invitation> page(
            Call call,
            List<Invitation> all,
            @Nullable ActionType action,
            @Nullable String token,
            @Nullable Integer max) {
        return Listing.page(call, action == null || action == ActionType.INVITE ? all : List.of(), Invitation::id, token, max);
    }

    private static List<Handshake> shapes(View view, Page<Invitation> page, Instant now) {
        return page.items().stream().map(invitation -> shape(view, invitation.at(now))).toList();
    }

    private static Handshake shape(View view, Invitation invitation) {
        return view.get(Organization.KIND, EVERYWHERE, invitation.organization())
                .map(organization -> shape(organization, invitation))
                .orElseThrow(Errors::noInvitation);
    }

    private static Handshake shape(Organization organization, Invitation invitation) {
        var parts = new ArrayList<HandshakeResource>();
        parts.add(resource("ORGANIZATION", organization.id()).resources(
                resource("MASTER_EMAIL", Organizations.email(organization.master())).build(),
                resource("ORGANIZATION_FEATURE_SET", organization.allFeatures() ? "ALL" : "CONSOLIDATED_BILLING").build())
                .build());
        parts.add(resource("ACCOUNT", invitation.account()).build());
        if (!invitation.notes().isEmpty()) {
            parts.add(resource("NOTES", invitation.notes()).build());
        }
        return Handshake.builder()
                .id(invitation.id())
                .arn(organization.arn("handshake", "invite/" + invitation.id()))
                .parties(
                        HandshakeParty.builder().id(organization.id().substring(2)).type(HandshakePartyType.ORGANIZATION).build(),
                        HandshakeParty.builder().id(invitation.account()).type(HandshakePartyType.ACCOUNT).build())
                .state(invitation.state())
                .requestedTimestamp(invitation.requested())
                .expirationTimestamp(invitation.expires())
                .action(ActionType.INVITE)
                .resources(parts)
                .build();
    }

    private static HandshakeResource.Builder resource(String type, String value) {
        return HandshakeResource.builder().type(type).value(value);
    }
}
