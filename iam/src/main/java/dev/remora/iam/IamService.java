package dev.remora.iam;

import dev.remora.store.Ids;
import dev.remora.store.Kind;
import dev.remora.store.Scope;
import dev.remora.store.Store;
import dev.remora.wire.AccessKeys;
import dev.remora.wire.AuthorizationMessages;
import dev.remora.wire.Authorizer;
import dev.remora.wire.Operations;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;

/** IAM and STS, put together. */
public final class IamService {
    private final Store store;
    private final Ids ids;
    private final InstantSource clock;
    private final Operations iam;
    private final Operations sts;
    private final AccessKeys keys;
    private final ResourcePolicies resources = new ResourcePolicies();
    private final PolicyAuthorizer authorizer;
    private final Trust trust;
    private final ProfileAccess profiles;
    private final AuthorizationMessages messages;

    /**
     * @param wellKnownKeys whether {@code test} with secret {@code test}, and twelve digits with secret {@code test}, are root
     *     keys that are good on the host's loopback
     */
    public IamService(Store store, Ids ids, InstantSource clock, boolean wellKnownKeys) {
        this(store, ids, clock, wellKnownKeys, Enforcement.ON);
    }

    public IamService(Store store, Ids ids, InstantSource clock, boolean wellKnownKeys, Enforcement enforcement) {
        this.store = store;
        this.ids = ids;
        this.clock = clock;
        var permissions = new Permissions(store);
        var sessions = new Sessions(store, ids);
        this.messages = new AuthorizationMessages(sessions.derived("authorization messages"));
        this.authorizer = new PolicyAuthorizer(permissions, resources, clock, enforcement);
        this.trust = new Trust(permissions, authorizer, sessions, clock);
        this.profiles = new ProfileAccess(store);
        var lastUse = new LastUse(store, save -> Thread.ofVirtual().name("last-use").start(save));
        this.keys = new KeyRing(store, sessions, lastUse, wellKnownKeys);
        var simulations = new Simulations(store, permissions, authorizer);
        this.iam = Operations.later(IamOperations.SERVICE, () -> IamOperations.of(store, ids, lastUse, simulations));
        this.sts = Operations.later(
                SecurityTokens.SERVICE, () -> SecurityTokens.operations(store, trust, sessions, messages));
    }

    /**
     * Makes a role that may do everything in an account, for the identities of another one: what an organization makes in an
     * account of its own.
     */
    public void createAdministrator(String account, String roleName, String trusted) {
        store.write(tx -> {
            tx.put(Role.KIND, Scope.global(account), Role.key(roleName), Role.administrator(
                    account, roleName, UniqueId.random("AROA", ids), clock.instant().truncatedTo(ChronoUnit.SECONDS), trusted));
            return roleName;
        });
    }

    /** The kinds of documents that this module stores; a store must be opened with them. */
    public static List<Kind<?>> kinds() {
        return List.of(Role.KIND, User.KIND, Group.KIND, AccessKey.KIND, LoginProfile.KIND, MfaDevice.KIND,
                InstanceProfile.KIND, ManagedPolicy.KIND, AccountAlias.KIND, PasswordRules.KIND, LastUse.Use.KIND,
                ServiceLinkedRoles.Deletion.KIND, Sessions.InstallationKey.KIND);
    }

    public Operations iamOperations() {
        return iam;
    }

    public Operations stsOperations() {
        return sts;
    }

    public AccessKeys accessKeys() {
        return keys;
    }

    public Authorizer authorizer() {
        return authorizer;
    }

    /** What seals the details of denials, for the dispatcher. */
    public AuthorizationMessages authorizationMessages() {
        return messages;
    }

    /** Where services say how the policies of their resources are found; to be told before the first request is served. */
    public ResourcePolicies resourcePolicies() {
        return resources;
    }

    /** Says where accounts stand in their organizations; to be told before the first request is served. */
    public void controlPolicies(ControlPolicies control) {
        authorizer.control(control);
    }

    public EndpointPolicies endpointPolicies() {
        return new EndpointPolicies(authorizer);
    }

    public RoleAccess roles() {
        return trust;
    }

    public ProfileAccess profiles() {
        return profiles;
    }
}
