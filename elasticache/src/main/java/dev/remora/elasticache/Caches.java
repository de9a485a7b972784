package dev.remora.elasticache;

import dev.remora.ec2.Networks;
import dev.remora.elasticache.Cache.Form;
import dev.remora.fleet.Attendant;
import dev.remora.fleet.Member.Status;
import dev.remora.fleet.Place;
import dev.remora.fleet.Placement;
import dev.remora.fleet.Roll;
import dev.remora.store.Ids;
import dev.remora.store.Scope;
import dev.remora.store.Store;
import dev.remora.wire.AwsError;
import dev.remora.wire.Call;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What the forms of caches have in common: names, groups, places, states. */
final class Caches {
    /** Possessive, as a loop that may step back takes a stack frame for each character. */
    private static final Pattern NAME = Pattern.compile("[a-zA-Z](-?[a-zA-Z0-9])*+");
    private static final int RESOURCE_ID_DIGITS = 32;

    private final Networks networks;
    private final Roll<Cache> roll;
    private final Attendant attendant;
    private final Ids ids;

    Caches(Store store, Networks networks, Attendant attendant, Ids ids) {
        this.networks = networks;
        this.roll = new Roll<>(store, Cache.KIND, CacheErrors::missing);
        this.attendant = attendant;
        this.ids = ids;
    }

    static Scope scope(Call call) {
        return new Scope(call.account(), call.region());
    }

    String newResourceId() {
        return ids.hex(RESOURCE_ID_DIGITS);
    }

    /** A name as ElastiCache keeps it, in lower case. */
    static String name(@Nullable String asked, String parameter, int max) {
        if (asked == null || asked.isBlank()) {
            throw CacheErrors.blank(parameter);
        }
        if (!NAME.matcher(asked).matches()) {
            throw CacheErrors.invalid("The parameter " + parameter + " is not a valid identifier. Identifiers must begin with a"
                    + " letter; must contain only ASCII letters, digits, and hyphens; and must not end with a hyphen or contain"
                    + " two consecutive hyphens.");
        }
        if (asked.length() > max) {
            throw CacheErrors.invalid("The parameter " + parameter + " must not be longer than " + max + " characters.");
        }
        return asked.toLowerCase(Locale.ROOT);
    }

    /** The key of a cache that is asked for, which need not exist. */
    static String key(Form form, @Nullable String asked, String parameter) {
        if (asked == null || asked.isBlank()) {
            throw CacheErrors.blank(parameter);
        }
        return Cache.key(form, asked.toLowerCase(Locale.ROOT));
    }

    static int port(@Nullable Integer asked, CacheEngine engine) {
        int port = asked == null ? engine.port() : asked;
        if (port < 1150 || port > 65535) {
            throw CacheErrors.invalid("Invalid port: " + port + ". The port must be between 1150 and 65535.");
        }
        return port;
    }

    static String nodeType(@Nullable String asked) {
        if (asked == null || asked.isBlank()) {
            throw CacheErrors.blank("CacheNodeType");
        }
        if (!NodeType.valid(asked)) {
            throw CacheErrors.invalid("Invalid Cache Node Type: " + asked + ".");
        }
        return asked;
    }

    /** The groups asked for, or the VPC's default one. */
    Set<String> groups(Scope scope, String vpcId, List<String> asked) {
        if (asked.isEmpty()) {
            return Set.of(networks.defaultGroup(scope, vpcId));
        }
        var groups = new TreeSet<String>();
        for (String id : new LinkedHashSet<>(asked)) {
            var group = networks.group(scope, id)
                    .orElseThrow(() -> CacheErrors.invalid("Some security groups are invalid: " + id + "."));
            if (!group.vpcId().equals(vpcId)) {
                throw CacheErrors.invalid("The security group " + id + " is not in the VPC " + vpcId + ".");
            }
            groups.add(id);
        }
        return groups;
    }

    /** Adds a cache and lets its server be made. */
    Cache add(Scope scope, Cache cache, Optional<String> zone) {
        Cache placed;
        try {
            placed = roll.add(
                    scope,
                    cache,
                    tx -> {
                        if (tx.get(Cache.KIND, scope, cache.id()).isPresent()) {
                            throw CacheErrors.exists(cache.form(), cache.name());
                        }
                    },
                    () -> CacheFleet.placement(cache.name())
                            .take(
                                    networks,
                                    scope,
                                    cache.place(),
                                    cache.subnetIds(),
                                    zone,
                                    CacheErrors.noSubnetInZone()));
        } catch (AwsError refused) {
            throw refused.code().equals(Placement.FULL)
                    ? CacheErrors.network("There are not enough free IP addresses in the subnets asked for.")
                    : refused;
        }
        attendant.attend(scope, cache.id());
        return placed;
    }

    /** Puts other groups on a cache's interface; in force when this returns. */
    Set<String> regroup(Scope scope, Cache cache, List<String> asked) {
        if (asked.isEmpty()) {
            return cache.place().groups();
        }
        var groups = groups(scope, cache.place().vpcId(), asked);
        if (!groups.equals(cache.place().groups())) {
            networks.regroup(scope, cache.place().interfaceId(), groups);
        }
        return groups;
    }

    Place regrouped(Cache cache, Set<String> groups) {
        return cache.place().regrouped(groups);
    }

    Cache require(Scope scope, String key) {
        return roll.require(scope, key);
    }

    /** A cache that is there for changes. */
    Cache requireAvailable(Scope scope, String key) {
        Cache cache = roll.require(scope, key);
        if (cache.status() != Status.AVAILABLE) {
            throw notAvailable(cache);
        }
        return cache;
    }

    private static AwsError notAvailable(Cache cache) {
        return CacheErrors.state(
                cache.form(), "Cache " + cache.name() + " is not in available state, but " + text(cache.status()) + ".");
    }

    List<Cache> all(Scope scope, Form... forms) {
        var wanted = Set.of(forms);
        return roll.all(scope).stream().filter(c -> wanted.contains(c.form())).toList();
    }

    Cache change(Scope scope, String key, Roll.Edit<Cache> edit) {
        return roll.change(scope, key, edit);
    }

    /** Turns an available cache to another status and lets its server follow. */
    Cache turn(Scope scope, String key, Status to) {
        Cache turned = roll.change(scope, key, (tx, cache) -> {
            boolean deletable = to == Status.DELETING && (cache.status() == Status.FAILED || cache.status() == Status.STARTING);
            if (cache.status() != Status.AVAILABLE && !deletable) {
                throw notAvailable(cache);
            }
            return cache.with(to);
        });
        attendant.attend(scope, key);
        return turned;
    }

    /** Another node type, which starts the server anew. */
    Cache.Machine machine(Cache cache, @Nullable String nodeType, @Nullable Boolean immediately) {
        if (nodeType == null || nodeType.equals(cache.machine().nodeType())) {
            return cache.machine();
        }
        if (!Boolean.TRUE.equals(immediately)) {
            throw CacheErrors.combination(
                    "There are no maintenance windows here: change CacheNodeType with ApplyImmediately.");
        }
        return cache.machine().with(nodeType(nodeType));
    }

    /** Writes what was changed; a machine that is another one is started anew. */
    Cache changed(Scope scope, Cache cache, Set<String> groups, Cache.Machine machine, Cache.Kept kept) {
        Cache changed = roll.change(scope, cache.id(), (tx, newest) -> newest.with(regrouped(newest, groups))
                .with(machine)
                .with(kept)
                .with(newest.status() == Status.AVAILABLE && !machine.equals(newest.machine())
                        ? Status.MODIFYING
                        : newest.status()));
        if (changed.status() == Status.MODIFYING) {
            attendant.attend(scope, cache.id());
        }
        return changed;
    }

    /** AWS's word for a status; a server that starts after Remora did is rebooting. */
    static String text(Status status) {
        return switch (status) {
            case CREATING -> "creating";
            case AVAILABLE -> "available";
            case MODIFYING -> "modifying";
            case REBOOTING, STARTING, STOPPING, STOPPED -> "rebooting cluster nodes";
            case DELETING -> "deleting";
            case FAILED -> "create-failed";
        };
    }
}
