package dev.remora.rds;

import dev.remora.fleet.Member;
import dev.remora.fleet.Place;
import dev.remora.store.Kind;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A DB proxy and its one target group.
 *
 * @param id the name, lower case
 * @param resourceId {@code prx-…}, never used again
 * @param subnetIds where it may be; it has an interface in one of them
 * @param target the instance that it leads to, once one is registered
 * @param created when the request to make it came
 * @param updated when it was last changed
 */
record Proxy(
        String id,
        String resourceId,
        Status status,
        Place place,
        List<String> subnetIds,
        Settings settings,
        Pool pool,
        Optional<Target> target,
        Instant created,
        Instant updated,
        Map<String, String> tags)
        implements Member<Proxy> {
    static final int PORT = 5432;
    private static final int FOLDER_LETTERS = 12;
    static final Kind<Proxy> KIND = Kind.of("rds.proxy", Proxy.class);

    Proxy {
        subnetIds = List.copyOf(subnetIds);
    }

    /**
     * @param auth whose names and passwords it takes and gives
     * @param idleSeconds after which a client that says nothing is cut off
     */
    record Settings(List<Auth> auth, String roleArn, boolean requireTls, int idleSeconds, boolean debugLogging) {
        Settings {
            auth = List.copyOf(auth);
        }
    }

    record Auth(String secretArn, String description) {}

    /**
     * @param borrowSeconds how long a client waits for a connection when all are taken
     * @param initQuery what a new connection to the database begins with, or empty
     */
    record Pool(int maxPercent, int maxIdlePercent, int borrowSeconds, String initQuery) {
        static final Pool DEFAULT = new Pool(100, 50, 120, "");
    }

    /** @param resourceId the instance's, so that another one of the same name is not meant */
    record Target(String instanceId, String resourceId) {}

    @Override
    public String folder() {
        return resourceId.substring(resourceId.length() - FOLDER_LETTERS);
    }

    @Override
    public Proxy with(Status newStatus) {
        return new Proxy(
                id, resourceId, newStatus, place, subnetIds, settings, pool, target, created, updated, tags);
    }

    @Override
    public Proxy with(Place newPlace) {
        return new Proxy(
                id, resourceId, status, newPlace, subnetIds, settings, pool, target, created, updated, tags);
    }

    Proxy with(Pool newPool, Instant now) {
        return new Proxy(id, resourceId, status, place, subnetIds, settings, newPool, target, created, now, tags);
    }

    Proxy with(Optional<Target> newTarget, Instant now) {
        return new Proxy(id, resourceId, status, place, subnetIds, settings, pool, newTarget, created, now, tags);
    }
}
