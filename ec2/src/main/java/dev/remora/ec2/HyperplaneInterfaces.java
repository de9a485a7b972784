package dev.remora.ec2;

import dev.remora.net.NatKey;
import dev.remora.store.Scope;
import dev.remora.store.Transaction;
import dev.remora.store.View;
import java.util.List;

/**
 * What Lambda asks about the interfaces that functions share, inside its own transactions: so who uses one and whether it is
 * there are decided together.
 */
public interface HyperplaneInterfaces {
    /** Those of a key, in the order of their ids. */
    List<Networks.Interface> of(View view, Scope scope, NatKey key);

    /** How many there are in a VPC, of all keys. */
    int count(View view, Scope scope, String vpcId);

    /**
     * As {@link Networks#create}; in force a little after the transaction.
     *
     * @throws dev.remora.wire.AwsError as that, with nothing written
     */
    Networks.Interface make(Transaction tx, Scope scope, Networks.Wanted wanted);

    /** Whether the kernel holds the interface with all addresses that it is to have. Does not wait. */
    boolean inForce(View view, Scope scope, String interfaceId);

    /** As {@link Networks#delete}, but for the wait: see {@link #settle}. */
    void delete(Transaction tx, Scope scope, String interfaceId);

    /** As {@link Networks#abandon}, but for the wait: see {@link #settle}. */
    void abandon(Transaction tx, Scope scope, String interfaceId);

    /** Waits until the kernel holds a VPC as it is now. */
    void settle(Scope scope, String vpcId);
}
