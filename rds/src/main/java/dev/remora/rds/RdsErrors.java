package dev.remora.rds;

import dev.remora.wire.AwsError;

/** RDS's errors in RDS's words. */
final class RdsErrors {
    private static final int BAD_REQUEST = 400;
    private static final int NOT_FOUND = 404;

    static AwsError invalid(String message) {
        return new AwsError("InvalidParameterValue", BAD_REQUEST, message);
    }

    static AwsError combination(String message) {
        return new AwsError("InvalidParameterCombination", BAD_REQUEST, message);
    }

    static AwsError network(String message) {
        return new AwsError("InvalidVPCNetworkStateFault", BAD_REQUEST, message);
    }

    static AwsError noSubnetInZone() {
        return network("No subnet of the DB subnet group is in the Availability Zone asked for.");
    }

    static AwsError subnetsFull(String group) {
        return network("There are not enough free IP addresses in the subnets of the DB subnet group " + group + ".");
    }

    static AwsError blank(String parameter) {
        return invalid("The parameter " + parameter + " must be provided and must not be blank.");
    }

    static AwsError noInstance(String id) {
        return new AwsError("DBInstanceNotFound", NOT_FOUND, "DBInstance " + id + " not found.");
    }

    static AwsError instanceExists() {
        return new AwsError("DBInstanceAlreadyExists", BAD_REQUEST, "DB instance already exists");
    }

    static AwsError instanceState(String message) {
        return new AwsError("InvalidDBInstanceState", BAD_REQUEST, message);
    }

    static AwsError noSubnetGroup(String name) {
        return new AwsError("DBSubnetGroupNotFoundFault", NOT_FOUND, "DB subnet group '" + name + "' does not exist.");
    }

    static AwsError subnetGroupExists(String name) {
        return new AwsError(
                "DBSubnetGroupAlreadyExists", BAD_REQUEST, "The DB subnet group '" + name + "' already exists.");
    }

    static AwsError tooFewZones(String zones) {
        return new AwsError(
                "DBSubnetGroupDoesNotCoverEnoughAZs",
                BAD_REQUEST,
                "The DB subnet group doesn't meet Availability Zone (AZ) coverage requirement. Current AZ coverage: "
                        + zones + ". Add subnets to cover at least 2 AZs.");
    }

    static AwsError subnetGroupInUse(String name, String instance) {
        return new AwsError(
                "InvalidDBSubnetGroupStateFault",
                BAD_REQUEST,
                "Cannot delete the subnet group '" + name + "' because at least one database instance: " + instance
                        + " is still using it.");
    }

    static AwsError subnetInUse(String subnet, String instance) {
        return new AwsError("SubnetAlreadyInUse", BAD_REQUEST, "Subnet " + subnet + " is in use by " + instance);
    }

    static AwsError noParameterGroup(String name) {
        return new AwsError("DBParameterGroupNotFound", NOT_FOUND, "DBParameterGroup not found: " + name);
    }

    static AwsError noOptionGroup(String name) {
        return new AwsError(
                "OptionGroupNotFoundFault", NOT_FOUND, "Specified OptionGroupName: " + name + " not found.");
    }

    private RdsErrors() {}
}
