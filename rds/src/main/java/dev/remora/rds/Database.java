package dev.remora.rds;

import dev.remora.store.Kind;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * A DB instance.
 *
 * @param id the identifier, lower case
 * @param resourceId {@code db-…}, never used again
 * @param name the database made at the beginning, or empty
 * @param created when the request to make it came
 */
record Database(
        String id,
        String resourceId,
        Status status,
        Server server,
        String name,
        Master master,
        Place place,
        Kept kept,
        boolean deletionProtection,
        Instant created,
        Map<String, String> tags) {
    private static final int FOLDER_LETTERS = 12;
    static final String BY_SUBNET_GROUP = "subnet-group";
    static final Kind<Database> KIND = Kind.of("rds.instance", Database.class)
            .index(BY_SUBNET_GROUP, d -> List.of(d.place().subnetGroup()));

    /** Where it stands; {@link #text} is AWS's word. */
    enum Status {
        CREATING,
        AVAILABLE,
        STOPPING,
        STOPPED,
        STARTING,
        REBOOTING,
        DELETING,
        /** Its server could not be made or does not stay up; only deleting it is left. */
        FAILED;

        String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** @param instanceClass {@code db.…} */
    record Server(String engineVersion, String instanceClass, int port) {}

    /** @param verifier what SCRAM-SHA-256 keeps in place of the password */
    record Master(String username, String verifier) {}

    /**
     * Where it is in the network.
     *
     * @param interfaceId empty until the interface was made, as are {@code address}, {@code subnetId} and {@code zone}
     * @param endpoint its name inside the VPC
     */
    record Place(
            String subnetGroup,
            String vpcId,
            Set<String> groups,
            String subnetId,
            String zone,
            String interfaceId,
            String address,
            String endpoint) {}

    /** What is kept and returned without effect here. */
    record Kept(
            int allocatedGiB,
            String storageType,
            int iops,
            int storageThroughput,
            int maxAllocatedGiB,
            boolean multiAz,
            boolean publiclyAccessible,
            boolean storageEncrypted,
            boolean autoMinorVersionUpgrade,
            boolean copyTagsToSnapshot,
            int backupRetentionDays,
            String backupWindow,
            String maintenanceWindow,
            String caCertificate,
            int monitoringIntervalSeconds,
            boolean performanceInsights) {}

    /** The name of its folder: short, because a Unix socket in it may have 107 bytes of path. */
    String folder() {
        return resourceId.substring(resourceId.length() - FOLDER_LETTERS).toLowerCase(Locale.ROOT);
    }

    Database with(Status newStatus) {
        return new Database(
                id, resourceId, newStatus, server, name, master, place, kept, deletionProtection, created, tags);
    }

    Database with(Place newPlace) {
        return new Database(
                id, resourceId, status, server, name, master, newPlace, kept, deletionProtection, created, tags);
    }

    Database with(Master newMaster) {
        return new Database(
                id, resourceId, status, server, name, newMaster, place, kept, deletionProtection, created, tags);
    }

    Database with(Kept newKept) {
        return new Database(
                id, resourceId, status, server, name, master, place, newKept, deletionProtection, created, tags);
    }

    Database protectedBy(boolean newProtection) {
        return new Database(id, resourceId, status, server, name, master, place, kept, newProtection, created, tags);
    }

    Database withTags(Map<String, String> newTags) {
        return new Database(
                id, resourceId, status, server, name, master, place, kept, deletionProtection, created, newTags);
    }
}
