package dev.remora.rds;

import dev.remora.ec2.Networks;
import dev.remora.fleet.Engine;
import dev.remora.fleet.Engines;
import dev.remora.fleet.Letters;
import dev.remora.fleet.MarkerPage;
import dev.remora.fleet.Member.Status;
import dev.remora.fleet.Place;
import dev.remora.fleet.Placement;
import dev.remora.fleet.Roll;
import dev.remora.fleet.SubnetGroup;
import dev.remora.store.Ids;
import dev.remora.store.Scope;
import dev.remora.store.Store;
import dev.remora.wire.AwsError;
import dev.remora.wire.Call;
import dev.remora.wire.ConditionKeys;
import dev.remora.wire.Permission;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.rds.model.CreateDbProxyRequest;
import software.amazon.awssdk.services.rds.model.CreateDbProxyResponse;
import software.amazon.awssdk.services.rds.model.DBProxy;
import software.amazon.awssdk.services.rds.model.DeleteDbProxyRequest;
import software.amazon.awssdk.services.rds.model.DeleteDbProxyResponse;
import software.amazon.awssdk.services.rds.model.DescribeDbProxiesRequest;
import software.amazon.awssdk.services.rds.model.DescribeDbProxiesResponse;
import software.amazon.awssdk.services.rds.model.UserAuthConfig;
import software.amazon.awssdk.services.rds.model.UserAuthConfigInfo;

/** DB proxies for PostgreSQL. */
final class DbProxies {
    private static final Pattern NAME = Pattern.compile("[a-zA-Z](-?[a-zA-Z0-9]){0,62}");
    private static final int ENDPOINT_LETTERS = 12;
    private static final int IDLE_SECONDS = 1800;
    private static final int IDLE_SECONDS_MAX = 28_800;
    private static final int AUTH_MAX = 200;
    private static final int ZONES_MIN = 2;

    private final Roll<Proxy> roll;
    private final Networks networks;
    private final DbInstances instances;
    private final Engines engines;
    private final ProxyView view;
    private final ProxyRole role;
    private final Ids ids;

    DbProxies(
            Store store,
            Networks networks,
            DbInstances instances,
            Engines engines,
            ProxyView view,
            ProxyRole role,
            Ids ids) {
        this.roll = new Roll<>(store, Proxy.KIND, ProxyErrors::noProxy);
        this.networks = networks;
        this.instances = instances;
        this.engines = engines;
        this.view = view;
        this.role = role;
        this.ids = ids;
    }

    CreateDbProxyResponse create(CreateDbProxyRequest request, Call call) {
        Scope scope = DbInstances.scope(call);
        String name = name(request.dbProxyName());
        engine(request);
        var settings = new Proxy.Settings(
                auth(request.auth()),
                role(request.roleArn()),
                Boolean.TRUE.equals(request.requireTLS()),
                idleSeconds(request.idleClientTimeout()),
                Boolean.TRUE.equals(request.debugLogging()));
        role.check(call, settings.roleArn());
        var subnets = subnets(scope, request.vpcSubnetIds());
        String vpcId = subnets.getFirst().vpcId();
        var groups = instances.groups(scope, vpcId, request.vpcSecurityGroupIds());
        var proxy = new Proxy(
                name,
                ids.resource("prx"),
                Status.CREATING,
                Place.wanted("", vpcId, groups, endpoint(call, name)),
                SubnetGroup.ids(subnets),
                settings,
                Proxy.Pool.DEFAULT,
                Optional.empty(),
                call.time(),
                call.time(),
                Tags.of(request.tags()));
        Proxy placed = placed(scope, proxy);
        view.attend(scope, name);
        return CreateDbProxyResponse.builder().dbProxy(shape(scope, placed)).build();
    }

    private Proxy placed(Scope scope, Proxy proxy) {
        try {
            return roll.add(
                    scope,
                    proxy,
                    tx -> {
                        if (tx.get(Proxy.KIND, scope, proxy.id()).isPresent()) {
                            throw ProxyErrors.proxyExists(proxy.id());
                        }
                    },
                    () -> ProxyFleet.PLACEMENT.take(
                            networks,
                            scope,
                            proxy.place(),
                            proxy.subnetIds(),
                            Optional.empty(),
                            RdsErrors.noSubnetInZone()));
        } catch (AwsError refused) {
            throw refused.code().equals(Placement.FULL) ? ProxyErrors.subnetsFull() : refused;
        }
    }

    private void engine(CreateDbProxyRequest request) {
        String family = request.engineFamilyAsString();
        if (family == null || family.isBlank()) {
            throw RdsErrors.blank("EngineFamily");
        }
        if (!family.equals("POSTGRESQL")) {
            throw RdsErrors.combination("Proxies of the engine family " + family
                    + " are not supported here: a proxy is PgBouncer, which speaks to PostgreSQL alone.");
        }
        if (engines.find(Engine.PGBOUNCER).isEmpty()) {
            throw RdsErrors.combination("Proxies are not on this host: they need Debian's package "
                    + Engine.PGBOUNCER.debianPackage() + ".");
        }
    }

    private static List<Proxy.Auth> auth(List<UserAuthConfig> asked) {
        if (asked.isEmpty() || asked.size() > AUTH_MAX) {
            throw RdsErrors.invalid("Auth must have 1 to " + AUTH_MAX + " entries.");
        }
        for (UserAuthConfig auth : asked) {
            String iam = auth.iamAuthAsString();
            String client = auth.clientPasswordAuthTypeAsString();
            if (iam != null && !iam.equals("DISABLED")) {
                throw RdsErrors.combination("IAM authentication of proxies is not supported here: IAMAuth must be DISABLED.");
            }
            if (client != null && !client.equals("POSTGRES_SCRAM_SHA_256")) {
                throw RdsErrors.combination("ClientPasswordAuthType must be POSTGRES_SCRAM_SHA_256.");
            }
            if (auth.secretArn() == null || !auth.secretArn().startsWith("arn:aws:secretsmanager:")) {
                throw RdsErrors.invalid("The SecretArn of Auth must be the ARN of a secret.");
            }
            if (auth.userName() != null) {
                throw RdsErrors.combination("The UserName of Auth is not supported here: it is in the secret.");
            }
        }
        return asked.stream()
                .map(a -> new Proxy.Auth(
                        a.secretArn(), Optional.ofNullable(a.description()).orElse("")))
                .toList();
    }

    private static String role(@Nullable String arn) {
        if (arn == null || arn.isBlank()) {
            throw RdsErrors.blank("RoleArn");
        }
        return arn;
    }

    private static int idleSeconds(@Nullable Integer asked) {
        int seconds = asked == null ? IDLE_SECONDS : asked;
        if (seconds < 1 || seconds > IDLE_SECONDS_MAX) {
            throw RdsErrors.invalid("IdleClientTimeout must be between 1 and " + IDLE_SECONDS_MAX + " seconds.");
        }
        return seconds;
    }

    private List<Networks.Subnet> subnets(Scope scope, List<String> asked) {
        var subnets = SubnetGroup.subnets(networks, scope, asked)
                .filter(found -> !found.isEmpty())
                .orElseThrow(() -> ProxyErrors.subnet("Some input subnets in :[" + String.join(", ", asked) + "] are invalid."));
        var zones = new TreeSet<String>();
        subnets.forEach(s -> zones.add(s.zone()));
        if (zones.size() < ZONES_MIN) {
            throw ProxyErrors.subnet("The subnets of a DB proxy must be in at least two Availability Zones.");
        }
        return subnets;
    }

    private static String endpoint(Call call, String name) {
        String middle = Letters.ofText(call.account() + "/" + call.region(), ENDPOINT_LETTERS);
        return name + ".proxy-" + middle + "." + call.region() + ".rds.amazonaws.com";
    }

    DescribeDbProxiesResponse describe(DescribeDbProxiesRequest request, Call call) {
        Scope scope = DbInstances.scope(call);
        String asked = request.dbProxyName();
        if (asked != null && !asked.isEmpty()) {
            return DescribeDbProxiesResponse.builder()
                    .dbProxies(shape(scope, require(scope, asked)))
                    .build();
        }
        var page = MarkerPage.of(call, roll.all(scope), Proxy::id, request.maxRecords(), request.marker());
        return DescribeDbProxiesResponse.builder()
                .dbProxies(page.items().stream().map(p -> shape(scope, p)).toList())
                .marker(page.marker())
                .build();
    }

    DeleteDbProxyResponse delete(DeleteDbProxyRequest request, Call call) {
        Scope scope = DbInstances.scope(call);
        String id = require(scope, request.dbProxyName()).id();
        Proxy deleting = roll.change(scope, id, (tx, proxy) -> {
            if (proxy.status() == Status.DELETING || proxy.status() == Status.CREATING) {
                throw ProxyErrors.state(proxy);
            }
            return proxy.with(Status.DELETING);
        });
        view.attend(scope, id);
        return DeleteDbProxyResponse.builder().dbProxy(shape(scope, deleting)).build();
    }

    Proxy require(Scope scope, @Nullable String asked) {
        return roll.require(scope, asked == null ? "" : asked.toLowerCase(Locale.ROOT));
    }

    Proxy change(Scope scope, String id, Roll.Edit<Proxy> edit) {
        Proxy changed = roll.change(scope, id, (tx, proxy) -> {
            if (proxy.status() != Status.AVAILABLE) {
                throw ProxyErrors.state(proxy);
            }
            return edit.edit(tx, proxy);
        });
        view.reload(scope, changed);
        return changed;
    }

    /** What a call needs for a proxy, which may not exist. */
    Permission proxy(String action, @Nullable String asked, Call call) {
        return permission(action, "db-proxy", find(asked, call), Proxy::resourceId, call);
    }

    /** What a call needs for the target group of a proxy. */
    Permission targetGroup(String action, @Nullable String asked, Call call) {
        return permission(action, "target-group", find(asked, call), DbProxies::targetGroupId, call);
    }

    static String targetGroupId(Proxy proxy) {
        return proxy.resourceId().replace("prx-", "prx-tg-");
    }

    private Optional<Proxy> find(@Nullable String asked, Call call) {
        return roll.find(DbInstances.scope(call), asked == null ? "" : asked.toLowerCase(Locale.ROOT));
    }

    private static Permission permission(
            String action, String type, Optional<Proxy> proxy, Function<Proxy, String> id, Call call) {
        return new Permission(action, arn(DbInstances.scope(call), type, proxy.map(id).orElse("*")),
                ConditionKeys.owned(proxy.map(Proxy::tags).orElse(Map.of())).map());
    }

    static String arn(Scope scope, String type, String id) {
        return "arn:aws:rds:" + scope.region() + ":" + scope.account() + ":" + type + ":" + id;
    }

    private static String name(@Nullable String asked) {
        if (asked == null || asked.isBlank()) {
            throw RdsErrors.blank("DBProxyName");
        }
        if (!NAME.matcher(asked).matches()) {
            throw RdsErrors.invalid("The parameter DBProxyName is not a valid identifier. Identifiers must begin with a letter;"
                    + " must contain only ASCII letters, digits, and hyphens; and must not end with a hyphen or contain two"
                    + " consecutive hyphens.");
        }
        return asked.toLowerCase(Locale.ROOT);
    }

    /** AWS's word; a proxy that starts after Remora did is reactivating. */
    static String text(Status status) {
        return switch (status) {
            case CREATING -> "creating";
            case AVAILABLE -> "available";
            case MODIFYING -> "modifying";
            case STARTING, REBOOTING, STOPPING, STOPPED -> "reactivating";
            case DELETING -> "deleting";
            case FAILED -> "insufficient-resource-limits";
        };
    }

    private static DBProxy shape(Scope scope, Proxy proxy) {
        var settings = proxy.settings();
        return DBProxy.builder()
                .dbProxyName(proxy.id())
                .dbProxyArn(arn(scope, "db-proxy", proxy.resourceId()))
                .status(text(proxy.status()))
                .engineFamily("POSTGRESQL")
                .vpcId(proxy.place().vpcId())
                .vpcSecurityGroupIds(proxy.place().groups().stream().sorted().toList())
                .vpcSubnetIds(proxy.subnetIds())
                .auth(settings.auth().stream()
                        .map(a -> UserAuthConfigInfo.builder()
                                .authScheme("SECRETS")
                                .secretArn(a.secretArn())
                                .description(a.description().isEmpty() ? null : a.description())
                                .iamAuth("DISABLED")
                                .clientPasswordAuthType("POSTGRES_SCRAM_SHA_256")
                                .build())
                        .toList())
                .roleArn(settings.roleArn())
                .endpoint(proxy.place().endpoint())
                .requireTLS(settings.requireTls())
                .idleClientTimeout(settings.idleSeconds())
                .debugLogging(settings.debugLogging())
                .createdDate(proxy.created())
                .updatedDate(proxy.updated())
                .build();
    }
}
