package dev.remora.ec2;

import static dev.remora.ec2.Resource.NETWORK_INTERFACE;

import dev.remora.store.Scope;
import dev.remora.store.View;
import dev.remora.vpc.NetworkInterface;

/** The interfaces of instances, for operations that name an instance and mean its primary interface. */
final class InstanceInterfaces {
    private InstanceInterfaces() {}

    static NetworkInterface primary(View view, Scope scope, String instanceId) {
        if (!instanceId.startsWith("i-")) {
            throw Refusals.malformedId("InvalidInstanceID.Malformed", instanceId, "i");
        }
        return view.find(NETWORK_INTERFACE.kind(), scope, "instance", instanceId).stream()
                .filter(i -> i.attachment().filter(a -> a.deviceIndex() == 0).isPresent())
                .findFirst()
                .orElseThrow(() -> Refusals.of(
                        "InvalidInstanceID.NotFound", "The instance ID '" + instanceId + "' does not exist"));
    }
}
