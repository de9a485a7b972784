package dev.remora.organizations;

import static dev.remora.organizations.Organization.EVERYWHERE;

import dev.remora.organizations.Place.Type;
import dev.remora.store.Ids;
import dev.remora.store.Store;
import dev.remora.store.Transaction;
import dev.remora.store.View;
import dev.remora.wire.Call;
import dev.remora.wire.Page;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.services.organizations.model.Account;
import software.amazon.awssdk.services.organizations.model.AccountJoinedMethod;
import software.amazon.awssdk.services.organizations.model.AccountStatus;
import software.amazon.awssdk.services.organizations.model.CreateAccountRequest;
import software.amazon.awssdk.services.organizations.model.CreateAccountResponse;
import software.amazon.awssdk.services.organizations.model.CreateAccountState;
import software.amazon.awssdk.services.organizations.model.CreateAccountStatus;
import software.amazon.awssdk.services.organizations.model.DescribeAccountRequest;
import software.amazon.awssdk.services.organizations.model.DescribeAccountResponse;
import software.amazon.awssdk.services.organizations.model.DescribeCreateAccountStatusRequest;
import software.amazon.awssdk.services.organizations.model.DescribeCreateAccountStatusResponse;
import software.amazon.awssdk.services.organizations.model.LeaveOrganizationRequest;
import software.amazon.awssdk.services.organizations.model.LeaveOrganizationResponse;
import software.amazon.awssdk.services.organizations.model.ListAccountsForParentRequest;
import software.amazon.awssdk.services.organizations.model.ListAccountsForParentResponse;
import software.amazon.awssdk.services.organizations.model.ListAccountsRequest;
import software.amazon.awssdk.services.organizations.model.ListAccountsResponse;
import software.amazon.awssdk.services.organizations.model.MoveAccountRequest;
import software.amazon.awssdk.services.organizations.model.MoveAccountResponse;
import software.amazon.awssdk.services.organizations.model.RemoveAccountFromOrganizationRequest;
import software.amazon.awssdk.services.organizations.model.RemoveAccountFromOrganizationResponse;

/** The accounts of an organization. */
final class Accounts {
    /** The most that AWS grants. */
    static final int MAX_PER_ORGANIZATION = 50_000;

    private static final String ADMINISTRATOR_ROLE = "OrganizationAccountAccessRole";
    private static final long FIRST_NUMBER = 100_000_000_000L;
    private static final long NUMBERS = 900_000_000_000L;

    private final Store store;
    private final Ids ids;
    private final AccountRoles roles;

    Accounts(Store store, Ids ids, AccountRoles roles) {
        this.store = store;
        this.ids = ids;
        this.roles = roles;
    }

    CreateAccountResponse create(CreateAccountRequest request, Call call) {
        View view = store.view();
        requireRoom(Tree.managed(call, view), view);
        String account = unused(view);
        // The role comes first: a crash between the two leaves a role in an account that nobody has heard of.
        roles.createAdministrator(
                account, request.roleName() == null ? ADMINISTRATOR_ROLE : request.roleName(), call.account());
        CreatedAccount created = store.write(tx -> {
            Organization organization = Tree.managed(call, tx);
            requireRoom(organization, tx);
            tx.put(Place.KIND, EVERYWHERE, account, Place.account(
                            organization, account, request.accountName(), request.email(), false, second(call.time()))
                    .withTags(Tags.with(Map.of(), request.tags())));
            var made = new CreatedAccount(
                    organization.id(), "car-" + ids.hex(32), request.accountName(), account, second(call.time()));
            tx.put(CreatedAccount.KIND, EVERYWHERE, made.id(), made);
            return made;
        });
        return CreateAccountResponse.builder().createAccountStatus(shape(created)).build();
    }

    private static Instant second(Instant time) {
        return time.truncatedTo(ChronoUnit.SECONDS);
    }

    private String unused(View view) {
        String account;
        do {
            account = Long.toString(FIRST_NUMBER + Math.floorMod(Long.parseUnsignedLong(ids.hex(15), 16), NUMBERS));
        } while (view.get(Place.KIND, EVERYWHERE, account).isPresent());
        return account;
    }

    static void requireRoom(Organization organization, View view) {
        if (view.count(Place.KIND, EVERYWHERE, "organization", organization.id()) >= MAX_PER_ORGANIZATION) {
            throw Errors.constraint("ACCOUNT_NUMBER_LIMIT_EXCEEDED",
                    "You have exceeded the allowed number of AWS accounts.");
        }
    }

    DescribeCreateAccountStatusResponse status(DescribeCreateAccountStatusRequest request, Call call) {
        View view = store.view();
        Organization organization = Tree.managed(call, view);
        CreatedAccount made = view.get(CreatedAccount.KIND, EVERYWHERE, request.createAccountRequestId())
                .filter(m -> m.organization().equals(organization.id()))
                .orElseThrow(() -> Errors.of("CreateAccountStatusNotFoundException",
                        "We can't find a create account request with the CreateAccountRequestId that you specified."));
        return DescribeCreateAccountStatusResponse.builder().createAccountStatus(shape(made)).build();
    }

    private static CreateAccountStatus shape(CreatedAccount made) {
        return CreateAccountStatus.builder()
                .id(made.id())
                .accountName(made.name())
                .accountId(made.account())
                .state(CreateAccountState.SUCCEEDED)
                .requestedTimestamp(made.when())
                .completedTimestamp(made.when())
                .build();
    }

    DescribeAccountResponse describe(DescribeAccountRequest request, Call call) {
        View view = store.view();
        Organization organization = Tree.managed(call, view);
        return DescribeAccountResponse.builder()
                .account(shape(organization, Tree.account(organization, request.accountId(), view)))
                .build();
    }

    ListAccountsResponse list(ListAccountsRequest request, Call call) {
        View view = store.view();
        Organization organization = Tree.managed(call, view);
        List<Place> accounts = view.find(Place.KIND, EVERYWHERE, "organization", organization.id()).stream()
                .filter(place -> place.type() == Type.ACCOUNT)
                .toList();
        Page<Place> page = Listing.page(call, accounts, Place::id, request.nextToken(), request.maxResults());
        return ListAccountsResponse.builder()
                .accounts(page.items().stream().map(place -> shape(organization, place)).toList())
                .nextToken(page.nextToken().orElse(null))
                .build();
    }

    ListAccountsForParentResponse listBelow(ListAccountsForParentRequest request, Call call) {
        View view = store.view();
        Organization organization = Tree.managed(call, view);
        Place above = Tree.above(organization, request.parentId(), view, Errors::noParent);
        Page<Place> page = Listing.page(
                call, Tree.below(above.id(), Type.ACCOUNT, view), Place::id, request.nextToken(), request.maxResults());
        return ListAccountsForParentResponse.builder()
                .accounts(page.items().stream().map(place -> shape(organization, place)).toList())
                .nextToken(page.nextToken().orElse(null))
                .build();
    }

    MoveAccountResponse move(MoveAccountRequest request, Call call) {
        return store.write(tx -> {
            Organization organization = Tree.managed(call, tx);
            Place account = Tree.account(organization, request.accountId(), tx);
            Tree.above(organization, request.sourceParentId(), tx, () -> Errors.of("SourceParentNotFoundException",
                    "We can't find a source root or OU with the ParentId that you specified."));
            Place destination = Tree.above(organization, request.destinationParentId(), tx, () -> Errors.of(
                    "DestinationParentNotFoundException",
                    "We can't find the destination container (a root or OU) with the ParentId that you specified."));
            if (account.parent().equals(destination.id())) {
                throw Errors.of("DuplicateAccountException", "That account is already present in the specified destination.");
            }
            if (!account.parent().equals(request.sourceParentId())) {
                throw Errors.noAccount();
            }
            tx.put(Place.KIND, EVERYWHERE, account.id(), account.withParent(destination.id()));
            return MoveAccountResponse.builder().build();
        });
    }

    RemoveAccountFromOrganizationResponse remove(RemoveAccountFromOrganizationRequest request, Call call) {
        return store.write(tx -> {
            Organization organization = Tree.managed(call, tx);
            leave(organization, Tree.account(organization, request.accountId(), tx), tx);
            return RemoveAccountFromOrganizationResponse.builder().build();
        });
    }

    LeaveOrganizationResponse leave(LeaveOrganizationRequest request, Call call) {
        return store.write(tx -> {
            Organization organization = Tree.required(call, tx);
            leave(organization, Tree.account(organization, call.account(), tx), tx);
            return LeaveOrganizationResponse.builder().build();
        });
    }

    private static void leave(Organization organization, Place account, Transaction tx) {
        if (account.id().equals(organization.master())) {
            throw Errors.of("MasterCannotLeaveOrganizationException", "You can't remove a management account from an"
                    + " organization. If you want the management account to become a member account in another organization, you"
                    + " must first delete the current organization of the management account.");
        }
        tx.delete(Place.KIND, EVERYWHERE, account.id());
    }

    private static Account shape(Organization organization, Place account) {
        return Account.builder()
                .id(account.id())
                .arn(Tree.arn(organization, account))
                .email(account.email())
                .name(account.name())
                .status(AccountStatus.ACTIVE)
                .joinedMethod(account.invited() ? AccountJoinedMethod.INVITED : AccountJoinedMethod.CREATED)
                .joinedTimestamp(account.joined())
                .build();
    }
}
