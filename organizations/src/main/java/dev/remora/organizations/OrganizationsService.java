package dev.remora.organizations;

import dev.remora.iam.ControlPolicies;
import dev.remora.iam.IamService;
import dev.remora.iam.ResourcePolicies.Resource;
import dev.remora.store.Ids;
import dev.remora.store.Kind;
import dev.remora.store.Store;
import dev.remora.wire.Operations;
import java.util.List;
import java.util.Optional;

/** Organizations, put together. */
public final class OrganizationsService {
    private final Standings standings;
    private final Operations operations;

    /** The store was opened with {@link #kinds} among its kinds. */
    public OrganizationsService(Store store, Ids ids, AccountRoles roles) {
        this.standings = new Standings(store);
        this.operations =
                Operations.later(OrganizationsOperations.SERVICE, () -> OrganizationsOperations.of(store, ids, roles));
    }

    /** What the service keeps in the store. */
    public static List<Kind<?>> kinds() {
        return List.of(Organization.KIND, Place.KIND, ControlPolicy.KIND, Invitation.KIND, CreatedAccount.KIND);
    }

    public Operations operations() {
        return operations;
    }

    /** Tells where accounts stand, for the decisions about what is done in them. */
    public void tell(IamService iam) {
        iam.controlPolicies(standings);
        // The ARNs of an organization's things name its managing account; an invited account decides for itself who answers.
        iam.resourcePolicies()
                .register("organizations", (caller, action, arn) -> Optional.of(new Resource(caller.account(), "")));
    }

    ControlPolicies controlPolicies() {
        return standings;
    }
}
