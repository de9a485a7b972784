package dev.remora.elasticache;

import dev.remora.fleet.Letters;
import dev.remora.store.Scope;
import java.util.List;

/**
 * The names of caches inside their VPC, as AWS forms them. As there, a part of six letters is the account's in the region; a
 * serverless cache has one of its own.
 */
final class EndpointNames {
    private static final int LETTERS = 6;
    private final String middle;
    private final String end;

    EndpointNames(Scope scope) {
        this.middle = Letters.ofText("elasticache/" + scope.account() + "/" + scope.region(), LETTERS);
        this.end = "." + shortened(scope.region()) + ".cache.amazonaws.com";
    }

    /** {@code us-east-1} is {@code use1}, {@code ap-northeast-2} is {@code apne2}. */
    static String shortened(String region) {
        return region.replace("-", "")
                .replace("north", "n")
                .replace("south", "s")
                .replace("east", "e")
                .replace("west", "w")
                .replace("central", "c");
    }

    /** @param aliases further names of the same server */
    record Names(String endpoint, List<String> aliases) {}

    Names memcached(String id) {
        return new Names(id + "." + middle + ".cfg" + end, List.of(node(id)));
    }

    /** A Redis cluster of one node has but its node's name. */
    Names redis(String id) {
        return new Names(node(id), List.of());
    }

    private String node(String id) {
        return id + "." + middle + ".0001" + end;
    }

    /** The name of a replication group's node, by itself. */
    String member(String group) {
        return group + "-001." + middle + ".0001" + end;
    }

    String reader(String group, boolean tls) {
        return tls ? "replica." + group + "." + middle + end : group + "-ro." + middle + ".ng.0001" + end;
    }

    Names group(String group, boolean tls, boolean cluster) {
        if (cluster) {
            String name = (tls ? "clustercfg." + group + "." + middle : group + "." + middle + ".clustercfg") + end;
            return new Names(name, List.of(member(group)));
        }
        String primary = tls ? "master." + group + "." + middle + end : group + "." + middle + ".ng.0001" + end;
        return new Names(primary, List.of(reader(group, tls), member(group)));
    }

    /** @param resourceId of the cache: another cache of the same name has another endpoint */
    Names serverless(String name, String resourceId) {
        return new Names(name + "-" + Letters.ofHex(resourceId, LETTERS) + ".serverless" + end, List.of());
    }
}
