package dev.remora.rds;

import dev.remora.fleet.Member;
import dev.remora.fleet.Place;
import dev.remora.store.Kind;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;

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
        Map<String, String> tags)
        implements Member<Database> {
    private static final int FOLDER_LETTERS = 12;
    static final String BY_SUBNET_GROUP = "subnet-group";
    static final Kind<Database> KIND = Kind.of("rds.instance", Database.class)
            .index(BY_SUBNET_GROUP, d -> List.of(d.place().subnetGroup()));

    /** @param instanceClass {@code db.…} */
    record Server(DbEngine engine, String engineVersion, String instanceClass, int port) {
        Server with(String newInstanceClass) {
            return new Server(engine, engineVersion, newInstanceClass, port);
        }
    }

    /** @param verifier what the engine keeps in place of the password */
    record Master(String username, String verifier) {}

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

    @Override
    public String folder() {
        return resourceId.substring(resourceId.length() - FOLDER_LETTERS).toLowerCase(Locale.ROOT);
    }

    @Override
    public Database with(Status newStatus) {
        return new Database(
                id, resourceId, newStatus, server, name, master, place, kept, deletionProtection, created, tags);
    }

    @Override
    public Database with(Place newPlace) {
        return new Database(
                id, resourceId, status, server, name, master, newPlace, kept, deletionProtection, created, tags);
    }

    Database with(Server newServer) {
        return new Database(
                id, resourceId, status, newServer, name, master, place, kept, deletionProtection, created, tags);
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
