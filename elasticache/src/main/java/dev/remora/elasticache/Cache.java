package dev.remora.elasticache;

import dev.remora.fleet.Member;
import dev.remora.fleet.Place;
import dev.remora.store.Kind;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A cache of any form: one server behind one interface.
 *
 * @param id its form and its name, see {@link #key}: the forms do not share names
 * @param resourceId hexadecimal digits, never used again
 * @param aliases further names of its address
 * @param subnetIds where its interface may be
 * @param created when the request to make it came
 */
record Cache(
        String id,
        String resourceId,
        Status status,
        Machine machine,
        Place place,
        List<String> aliases,
        List<String> subnetIds,
        Kept kept,
        Instant created,
        Map<String, String> tags)
        implements Member<Cache> {
    private static final int FOLDER_DIGITS = 12;
    static final String BY_SUBNET_GROUP = "subnet-group";
    static final Kind<Cache> KIND =
            Kind.of("elasticache.cache", Cache.class).index(BY_SUBNET_GROUP, c -> List.of(c.place().subnetGroup()));

    Cache {
        aliases = List.copyOf(aliases);
        subnetIds = List.copyOf(subnetIds);
    }

    /** What kind of resource it is for its user. */
    enum Form {
        CLUSTER,
        GROUP,
        SERVERLESS
    }

    /**
     * @param nodeType {@code cache.…}, or empty for a serverless cache
     * @param cluster whether it speaks the cluster protocol of Redis
     * @param tokenDigest SHA-256 of the password that it asks for, or empty
     */
    record Machine(
            CacheEngine engine,
            String engineVersion,
            String nodeType,
            int port,
            boolean tls,
            boolean cluster,
            String tokenDigest) {
        Machine with(String newNodeType) {
            return new Machine(engine, engineVersion, newNodeType, port, tls, cluster, tokenDigest);
        }
    }

    /** What is kept and returned without effect here. */
    record Kept(
            String description,
            String maintenanceWindow,
            boolean autoMinorVersionUpgrade,
            int snapshotRetentionDays,
            String snapshotWindow,
            boolean encryptedAtRest,
            Usage usage) {}

    /** A serverless cache's limits, 0 where none was given. */
    record Usage(int dataMinGiB, int dataMaxGiB, int ecpuMin, int ecpuMax) {
        static final Usage NONE = new Usage(0, 0, 0, 0);
    }

    static String key(Form form, String name) {
        return form.name().toLowerCase(Locale.ROOT) + "/" + name;
    }

    static Form formOf(String key) {
        return Form.valueOf(key.substring(0, key.indexOf('/')).toUpperCase(Locale.ROOT));
    }

    static String nameOf(String key) {
        return key.substring(key.indexOf('/') + 1);
    }

    Form form() {
        return formOf(id);
    }

    String name() {
        return nameOf(id);
    }

    @Override
    public String folder() {
        return resourceId.substring(0, FOLDER_DIGITS);
    }

    @Override
    public Cache with(Status newStatus) {
        return new Cache(id, resourceId, newStatus, machine, place, aliases, subnetIds, kept, created, tags);
    }

    @Override
    public Cache with(Place newPlace) {
        return new Cache(id, resourceId, status, machine, newPlace, aliases, subnetIds, kept, created, tags);
    }

    Cache with(Machine newMachine) {
        return new Cache(id, resourceId, status, newMachine, place, aliases, subnetIds, kept, created, tags);
    }

    Cache with(Kept newKept) {
        return new Cache(id, resourceId, status, machine, place, aliases, subnetIds, newKept, created, tags);
    }

    Cache withTags(Map<String, String> newTags) {
        return new Cache(id, resourceId, status, machine, place, aliases, subnetIds, kept, created, newTags);
    }
}
