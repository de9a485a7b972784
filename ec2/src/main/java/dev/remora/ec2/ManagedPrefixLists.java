package dev.remora.ec2;

import static dev.remora.ec2.Resource.PREFIX_LIST;

import dev.remora.net.Cidr;
import dev.remora.net.IpBlock;
import dev.remora.store.Ids;
import dev.remora.store.Scope;
import dev.remora.store.Store;
import dev.remora.store.Transaction;
import dev.remora.store.View;
import dev.remora.vpc.GroupRule.Direction;
import dev.remora.vpc.PrefixList;
import dev.remora.vpc.PrefixList.Entry;
import dev.remora.vpc.PrefixList.Version;
import dev.remora.wire.AwsError;
import dev.remora.wire.Call;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.AddPrefixListEntry;
import software.amazon.awssdk.services.ec2.model.CreateManagedPrefixListRequest;
import software.amazon.awssdk.services.ec2.model.CreateManagedPrefixListResponse;
import software.amazon.awssdk.services.ec2.model.DeleteManagedPrefixListRequest;
import software.amazon.awssdk.services.ec2.model.DeleteManagedPrefixListResponse;
import software.amazon.awssdk.services.ec2.model.DescribeManagedPrefixListsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeManagedPrefixListsResponse;
import software.amazon.awssdk.services.ec2.model.DescribePrefixListsRequest;
import software.amazon.awssdk.services.ec2.model.DescribePrefixListsResponse;
import software.amazon.awssdk.services.ec2.model.GetManagedPrefixListAssociationsRequest;
import software.amazon.awssdk.services.ec2.model.GetManagedPrefixListAssociationsResponse;
import software.amazon.awssdk.services.ec2.model.GetManagedPrefixListEntriesRequest;
import software.amazon.awssdk.services.ec2.model.GetManagedPrefixListEntriesResponse;
import software.amazon.awssdk.services.ec2.model.ManagedPrefixList;
import software.amazon.awssdk.services.ec2.model.ModifyManagedPrefixListRequest;
import software.amazon.awssdk.services.ec2.model.ModifyManagedPrefixListResponse;
import software.amazon.awssdk.services.ec2.model.PrefixListAssociation;
import software.amazon.awssdk.services.ec2.model.PrefixListEntry;
import software.amazon.awssdk.services.ec2.model.RestoreManagedPrefixListVersionRequest;
import software.amazon.awssdk.services.ec2.model.RestoreManagedPrefixListVersionResponse;

/** The operations on prefix lists. A change answers when the kernel judges and routes by it. */
final class ManagedPrefixLists {
    static final int MAX_ENTRIES = 1000;
    static final int MAX_VERSIONS = 1000;
    static final int MAX_ENTRIES_PER_REQUEST = 100;
    static final int MAX_NAME_LENGTH = 255;
    private static final String OURS = "com.amazonaws";

    private final Store store;
    private final Ids ids;
    private final AccountRegions regions;
    private final DataPlane plane;
    private final ClientTokens tokens;

    ManagedPrefixLists(
            Store store, Ids ids, InstantSource clock, AccountRegions regions, DataPlane plane) {
        this.store = store;
        this.ids = ids;
        this.regions = regions;
        this.plane = plane;
        this.tokens = new ClientTokens(clock);
    }

    CreateManagedPrefixListResponse create(CreateManagedPrefixListRequest r, Call call) {
        String name = checkedName(Refusals.require(r.prefixListName(), "prefixListName"));
        String family = Refusals.require(r.addressFamily(), "addressFamily");
        if (!family.equals("IPv4") && !family.equals("IPv6")) {
            throw Refusals.invalidValue(family, "addressFamily", "Valid values are IPv4 and IPv6.");
        }
        if (r.maxEntries() == null) {
            throw Refusals.missing("maxEntries");
        }
        int most = checkedSize(r.maxEntries());
        List<Entry> entries = added(family, List.of(), r.entries());
        checkFits(entries, most);
        Map<String, String> tags = TagSpecs.forNew(PREFIX_LIST.type(), r.tagSpecifications());
        Scope scope = regions.enter(call);
        String request = name + family + most + entries + tags;
        PrefixList made = store.write(tx -> tokens.once(tx, scope, PREFIX_LIST, r.clientToken(), request, () -> {
            regions.allow(Quota.PREFIX_LISTS, tx.count(PREFIX_LIST.kind(), scope) + 1);
            var list = new PrefixList(
                    ids.resource(PREFIX_LIST.prefix()), name, family, most, "create-complete",
                    List.of(new Version(1, entries)), tags);
            return put(tx, scope, list);
        }));
        return CreateManagedPrefixListResponse.builder().prefixList(shown(scope, made, "create-in-progress")).build();
    }

    private static PrefixList put(Transaction tx, Scope scope, PrefixList list) {
        tx.put(PREFIX_LIST.kind(), scope, list.id(), list);
        return list;
    }

    private static String checkedName(String name) {
        if (name.length() > MAX_NAME_LENGTH || name.startsWith(OURS)) {
            throw Refusals.invalidValue(
                    name,
                    "prefixListName",
                    "A name has up to " + MAX_NAME_LENGTH + " characters and does not begin with " + OURS + ".");
        }
        return name;
    }

    private static int checkedSize(int most) {
        if (most < 1 || most > MAX_ENTRIES) {
            throw Refusals.invalidValue("Must specify a max size between 1 and " + MAX_ENTRIES);
        }
        return most;
    }

    private static void checkFits(List<Entry> entries, int most) {
        if (entries.size() > most) {
            throw Refusals.of(
                    "PrefixListMaxEntriesExceeded", "You've reached the maximum number of entries for the prefix list.");
        }
    }

    /** The entries with more of them; one whose block is there already gets the new description. */
    private static List<Entry> added(String family, List<Entry> entries, List<AddPrefixListEntry> more) {
        checkCount(more.size());
        var byBlock = new LinkedHashMap<IpBlock, Entry>();
        entries.forEach(e -> byBlock.put(e.block(), e));
        var seen = new ArrayList<IpBlock>();
        for (AddPrefixListEntry entry : more) {
            IpBlock block = block(family, entry.cidr());
            if (seen.contains(block)) {
                throw Refusals.invalidValue("The CIDR " + block + " is specified more than once.");
            }
            seen.add(block);
            byBlock.put(block, new Entry(block, entry.description() == null ? "" : entry.description()));
        }
        return List.copyOf(byBlock.values());
    }

    private static void checkCount(int entries) {
        if (entries > MAX_ENTRIES_PER_REQUEST) {
            throw Refusals.invalidValue(
                    "The number of entries per request cannot exceeds limit (" + MAX_ENTRIES_PER_REQUEST + ").");
        }
    }

    private static IpBlock block(String family, @Nullable String text) {
        String given = Refusals.require(text, "cidr");
        try {
            IpBlock block = IpBlock.parse(given);
            if (block instanceof Cidr == family.equals("IPv4")) {
                return block;
            }
        } catch (IllegalArgumentException notABlock) {
            // said below
        }
        throw Refusals.invalidValue(given, "cidr", "This is not a valid " + family + " CIDR block.");
    }

    ModifyManagedPrefixListResponse modify(ModifyManagedPrefixListRequest r, Call call) {
        boolean entries = !r.addEntries().isEmpty() || !r.removeEntries().isEmpty();
        if (entries && r.maxEntries() != null) {
            throw Refusals.combination("You cannot modify the entries and the maximum number of entries at the same time.");
        }
        if (entries && r.currentVersion() == null) {
            throw Refusals.missing("currentVersion");
        }
        if (!entries && r.maxEntries() == null && r.prefixListName() == null) {
            throw Refusals.missing("addEntries or removeEntries");
        }
        checkCount(r.removeEntries().size());
        Scope scope = regions.enter(call);
        PrefixList changed = change(scope, r.prefixListId(), r.currentVersion(), list -> modified(list, r));
        return ModifyManagedPrefixListResponse.builder().prefixList(shown(scope, changed, "modify-in-progress")).build();
    }

    private static PrefixList modified(PrefixList list, ModifyManagedPrefixListRequest r) {
        String name = r.prefixListName() == null ? list.name() : checkedName(r.prefixListName());
        int most = r.maxEntries() == null ? list.maxEntries() : checkedSize(r.maxEntries());
        var left = new ArrayList<>(list.current().entries());
        for (var removed : r.removeEntries()) {
            IpBlock block = block(list.family(), removed.cidr());
            if (!left.removeIf(e -> e.block().equals(block))) {
                throw Refusals.of("InvalidPrefixListModification", "The entry with the CIDR " + block + " does not exist.");
            }
        }
        List<Entry> entries = added(list.family(), left, r.addEntries());
        checkFits(entries, most);
        PrefixList named = list.with(name, most, "modify-complete");
        return entries.equals(list.current().entries()) ? named : named.next(entries, MAX_VERSIONS);
    }

    RestoreManagedPrefixListVersionResponse restore(RestoreManagedPrefixListVersionRequest r, Call call) {
        if (r.previousVersion() == null || r.currentVersion() == null) {
            throw Refusals.missing(r.previousVersion() == null ? "previousVersion" : "currentVersion");
        }
        Scope scope = regions.enter(call);
        PrefixList changed = change(scope, r.prefixListId(), r.currentVersion(), list -> {
            Version before = list.version(r.previousVersion()).orElseThrow(() -> noVersion(list, r.previousVersion()));
            checkFits(before.entries(), list.maxEntries());
            return list.with(list.name(), list.maxEntries(), "restore-complete").next(before.entries(), MAX_VERSIONS);
        });
        return RestoreManagedPrefixListVersionResponse.builder()
                .prefixList(shown(scope, changed, "restore-in-progress"))
                .build();
    }

    private static AwsError noVersion(PrefixList list, long number) {
        return Refusals.invalidValue("The prefix list " + list.id() + " has no version " + number + ".");
    }

    private PrefixList change(
            Scope scope, @Nullable String id, @Nullable Long version, UnaryOperator<PrefixList> change) {
        PrefixList changed = store.write(tx -> {
            PrefixList list = own(tx, scope, id);
            if (version != null && version != list.current().number()) {
                throw Refusals.of("PrefixListVersionMismatch", "The prefix list has the incorrect version number.");
            }
            PrefixList then = put(tx, scope, change.apply(list));
            checkReferences(tx, scope, then.id());
            return then;
        });
        PrefixLists.vpcs(store.view(), scope, changed.id()).forEach(vpc -> plane.settle(scope, vpc));
        return changed;
    }

    /** A list of the account's own. */
    private static PrefixList own(View view, Scope scope, @Nullable String id) {
        PrefixList list = PrefixLists.require(view, scope, id);
        if (PrefixLists.isManaged(scope, list.id())) {
            throw Refusals.of("AuthFailure", "You do not have permission to access the specified resource.");
        }
        return list;
    }

    /** What names the list must have room for it, whatever it weighs now. */
    private void checkReferences(View view, Scope scope, String id) {
        PrefixLists.groups(view, scope, id).forEach(g -> {
            for (Direction direction : Direction.values()) {
                regions.allow(
                        Quota.RULES_PER_SECURITY_GROUP, PrefixLists.weightOfRules(view, scope, g.rules(direction)));
            }
        });
        PrefixLists.tables(view, scope, id)
                .forEach(t -> regions.allow(
                        Quota.ROUTES_PER_TABLE, PrefixLists.weightOfRoutes(view, scope, t.routes())));
    }

    DeleteManagedPrefixListResponse delete(DeleteManagedPrefixListRequest r, Call call) {
        Scope scope = regions.enter(call);
        PrefixList deleted = store.write(tx -> {
            PrefixList list = own(tx, scope, r.prefixListId());
            if (!PrefixLists.vpcs(tx, scope, list.id()).isEmpty()) {
                throw Refusals.inUse("prefixList", list.id());
            }
            tx.delete(PREFIX_LIST.kind(), scope, list.id());
            return list;
        });
        return DeleteManagedPrefixListResponse.builder().prefixList(shown(scope, deleted, "delete-in-progress")).build();
    }

    private static Filters<PrefixList> filters() {
        return Filters.<PrefixList>tagged()
                .on("prefix-list-id", PrefixList::id)
                .on("prefix-list-name", PrefixList::name);
    }

    /** Those with the ids, or all, AWS's own among them. */
    private static List<PrefixList> listed(View view, Scope scope, List<String> ids) {
        Stream<PrefixList> found = ids.isEmpty()
                ? Stream.concat(view.all(PREFIX_LIST.kind(), scope).stream(), PrefixLists.managed(scope).stream())
                : ids.stream().distinct().map(id -> PrefixLists.require(view, scope, id));
        return found.sorted(Comparator.comparing(PrefixList::id)).toList();
    }

    DescribeManagedPrefixListsResponse describe(DescribeManagedPrefixListsRequest r, Call call) {
        Scope scope = regions.enter(call);
        var passes = filters().on("owner-id", l -> owner(scope, l)).matching(r.filters());
        var page = Listing.of(call, "prefixListIds", r.prefixListIds(), r.filters(), r.maxResults(), r.nextToken())
                .page(listed(store.view(), scope, r.prefixListIds()).stream().filter(passes).toList(), PrefixList::id);
        return DescribeManagedPrefixListsResponse.builder()
                .prefixLists(page.map(l -> shown(scope, l, l.state())))
                .nextToken(page.nextToken())
                .build();
    }

    private static String owner(Scope scope, PrefixList list) {
        return PrefixLists.isManaged(scope, list.id()) ? "AWS" : scope.account();
    }

    private static ManagedPrefixList shown(Scope scope, PrefixList list, String state) {
        boolean managed = PrefixLists.isManaged(scope, list.id());
        return ManagedPrefixList.builder()
                .prefixListId(list.id())
                .prefixListName(list.name())
                .prefixListArn(PREFIX_LIST.arn(managed ? new Scope("aws", scope.region()) : scope, list.id()))
                .addressFamily(list.family())
                .state(state)
                .maxEntries(managed ? null : list.maxEntries())
                .version(managed ? null : list.current().number())
                .ownerId(owner(scope, list))
                .tags(TagSpecs.shown(list.tags()))
                .build();
    }

    /** AWS's own lists, in the form that is older than managed lists. */
    DescribePrefixListsResponse describeServices(DescribePrefixListsRequest r, Call call) {
        Scope scope = regions.enter(call);
        var passes = filters().matching(r.filters());
        List<PrefixList> found = listed(store.view(), scope, r.prefixListIds()).stream()
                .filter(l -> PrefixLists.isManaged(scope, l.id()))
                .filter(passes)
                .toList();
        var page = Listing.of(call, "prefixListIds", r.prefixListIds(), r.filters(), r.maxResults(), r.nextToken())
                .page(found, PrefixList::id);
        return DescribePrefixListsResponse.builder()
                .prefixLists(page.map(l -> software.amazon.awssdk.services.ec2.model.PrefixList.builder()
                        .prefixListId(l.id())
                        .prefixListName(l.name())
                        .cidrs(l.blocks().stream().map(IpBlock::toString).toList())
                        .build()))
                .nextToken(page.nextToken())
                .build();
    }

    GetManagedPrefixListEntriesResponse entries(GetManagedPrefixListEntriesRequest r, Call call) {
        Scope scope = regions.enter(call);
        PrefixList list = PrefixLists.require(store.view(), scope, r.prefixListId());
        Version version = r.targetVersion() == null
                ? list.current()
                : list.version(r.targetVersion()).orElseThrow(() -> noVersion(list, r.targetVersion()));
        var sorted = version.entries().stream().sorted(Comparator.comparing(e -> e.block().toString())).toList();
        var page = Listing.of(call, "prefixListId", List.of(), List.of(), r.maxResults(), r.nextToken())
                .page(sorted, e -> e.block().toString());
        return GetManagedPrefixListEntriesResponse.builder()
                .entries(page.map(e -> PrefixListEntry.builder()
                        .cidr(e.block().toString())
                        .description(e.description().isEmpty() ? null : e.description())
                        .build()))
                .nextToken(page.nextToken())
                .build();
    }

    GetManagedPrefixListAssociationsResponse associations(GetManagedPrefixListAssociationsRequest r, Call call) {
        Scope scope = regions.enter(call);
        View view = store.view();
        String id = PrefixLists.require(view, scope, r.prefixListId()).id();
        var resources = Stream.concat(
                        PrefixLists.groups(view, scope, id).map(g -> g.id()),
                        PrefixLists.tables(view, scope, id).map(t -> t.id()))
                .sorted()
                .toList();
        var page = Listing.of(call, "prefixListId", List.of(), List.of(), r.maxResults(), r.nextToken())
                .page(resources, resource -> resource);
        return GetManagedPrefixListAssociationsResponse.builder()
                .prefixListAssociations(page.map(resource -> PrefixListAssociation.builder()
                        .resourceId(resource)
                        .resourceOwner(scope.account())
                        .build()))
                .nextToken(page.nextToken())
                .build();
    }
}
