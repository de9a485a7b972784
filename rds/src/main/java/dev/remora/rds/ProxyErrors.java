package dev.remora.rds;

import dev.remora.wire.AwsError;

/** RDS's errors about proxies. */
final class ProxyErrors {
    private static final int BAD_REQUEST = 400;
    private static final int NOT_FOUND = 404;

    static AwsError noProxy(String name) {
        return new AwsError("DBProxyNotFoundFault", NOT_FOUND, "DBProxy " + name + " not found.");
    }

    static AwsError proxyExists(String name) {
        return new AwsError(
                "DBProxyAlreadyExistsFault", BAD_REQUEST, "A DBProxy with the name " + name + " already exists.");
    }

    static AwsError state(Proxy proxy) {
        return new AwsError(
                "InvalidDBProxyStateFault",
                BAD_REQUEST,
                "DBProxy " + proxy.id() + " is not in available state, but " + DbProxies.text(proxy.status()) + ".");
    }

    static AwsError subnet(String message) {
        return new AwsError("InvalidSubnet", BAD_REQUEST, message);
    }

    static AwsError subnetsFull() {
        return new AwsError(
                "InvalidSubnet", BAD_REQUEST, "There are not enough free IP addresses in the subnets of the DB proxy.");
    }

    static AwsError noTargetGroup(String name) {
        return new AwsError(
                "DBProxyTargetGroupNotFoundFault", NOT_FOUND, "DBProxyTargetGroup " + name + " not found.");
    }

    static AwsError noTarget(String instance) {
        return new AwsError("DBProxyTargetNotFoundFault", NOT_FOUND, "DBProxyTarget " + instance + " not found.");
    }

    static AwsError targetExists(String instance) {
        return new AwsError(
                "DBProxyTargetAlreadyRegisteredFault",
                BAD_REQUEST,
                "The target group has a registered target already: " + instance + ".");
    }

    private ProxyErrors() {}
}
