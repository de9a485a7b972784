package dev.remora.elasticache;

import dev.remora.wire.AwsError;

/** ElastiCache's errors in ElastiCache's words. */
final class CacheErrors {
    private static final int BAD_REQUEST = 400;
    private static final int NOT_FOUND = 404;

    static AwsError invalid(String message) {
        return new AwsError("InvalidParameterValue", BAD_REQUEST, message);
    }

    static AwsError combination(String message) {
        return new AwsError("InvalidParameterCombination", BAD_REQUEST, message);
    }

    static AwsError blank(String parameter) {
        return invalid("The parameter " + parameter + " must be provided and must not be blank.");
    }

    static AwsError network(String message) {
        return new AwsError("InvalidVPCNetworkStateFault", BAD_REQUEST, message);
    }

    static AwsError noSubnetInZone() {
        return network("No subnet of the cache subnet group is in the Availability Zone asked for.");
    }

    /** @param key see {@link Cache#key} */
    static AwsError missing(String key) {
        String name = Cache.nameOf(key);
        return switch (Cache.formOf(key)) {
            case CLUSTER -> new AwsError("CacheClusterNotFound", NOT_FOUND, "CacheCluster not found: " + name);
            case GROUP -> new AwsError("ReplicationGroupNotFoundFault", NOT_FOUND, "ReplicationGroup " + name + " not found.");
            case SERVERLESS ->
                new AwsError("ServerlessCacheNotFoundFault", NOT_FOUND, "Serverless cache " + name + " not found.");
        };
    }

    static AwsError exists(Cache.Form form, String name) {
        return switch (form) {
            case CLUSTER -> new AwsError("CacheClusterAlreadyExists", BAD_REQUEST, "Cache cluster already exists");
            case GROUP ->
                new AwsError(
                        "ReplicationGroupAlreadyExists",
                        BAD_REQUEST,
                        "Replication group with specified Id already exists: " + name);
            case SERVERLESS ->
                new AwsError(
                        "ServerlessCacheAlreadyExistsFault",
                        BAD_REQUEST,
                        "A serverless cache with name " + name + " already exists.");
        };
    }

    static AwsError state(Cache.Form form, String message) {
        String code =
                switch (form) {
                    case CLUSTER -> "InvalidCacheClusterState";
                    case GROUP -> "InvalidReplicationGroupState";
                    case SERVERLESS -> "InvalidServerlessCacheStateFault";
                };
        return new AwsError(code, BAD_REQUEST, message);
    }

    static AwsError noSubnetGroup(String name) {
        return new AwsError(
                "CacheSubnetGroupNotFoundFault", BAD_REQUEST, "Cache Subnet Group " + name + " does not exist.");
    }

    static AwsError subnetGroupExists(String name) {
        return new AwsError(
                "CacheSubnetGroupAlreadyExists", BAD_REQUEST, "Cache subnet group " + name + " already exists.");
    }

    static AwsError subnetGroupInUse(String name, String cache) {
        return new AwsError(
                "CacheSubnetGroupInUse",
                BAD_REQUEST,
                "Cache Subnet Group " + name + " is currently in use by a cache cluster: " + cache + ".");
    }

    static AwsError subnetInUse(String subnet, String cache) {
        return new AwsError("SubnetInUse", BAD_REQUEST, "The subnet " + subnet + " is in use by " + cache + ".");
    }

    static AwsError differentVpcs(String one, String other) {
        return new AwsError("InvalidSubnet", BAD_REQUEST, "Subnets " + one + " and " + other + " are not in the same VPC.");
    }

    static AwsError noParameterGroup(String name) {
        return new AwsError("CacheParameterGroupNotFound", NOT_FOUND, "CacheParameterGroup " + name + " not found.");
    }

    static AwsError invalidArn(String arn) {
        return new AwsError("InvalidARN", BAD_REQUEST, "The ARN " + arn + " is not valid.");
    }

    private CacheErrors() {}
}
