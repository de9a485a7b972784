package dev.remora.ec2;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What every account may have in each region.
 *
 * @param lowered those that are lower than AWS's highest
 */
public record Quotas(Map<Quota, Integer> lowered) {
    public static final Quotas HIGHEST = new Quotas(Map.of());

    public Quotas {
        lowered = Map.copyOf(lowered);
    }

    int of(Quota quota) {
        return lowered.getOrDefault(quota, quota.most());
    }

    /** Refuses what would be more than the quota. */
    void allow(Quota quota, long wanted) {
        if (wanted > of(quota)) {
            throw quota.exceeded();
        }
    }

    /**
     * @param text {@code elastic-ips=5,vpcs=2}
     * @throws IllegalArgumentException saying in a sentence what is wrong with it
     */
    public static Quotas parse(String text) {
        var lowered = new EnumMap<Quota, Integer>(Quota.class);
        for (String one : text.split(",")) {
            int equals = one.indexOf('=');
            String name = equals < 0 ? one : one.substring(0, equals);
            Quota quota = Arrays.stream(Quota.values())
                    .filter(q -> q.option().equals(name))
                    .findFirst()
                    .orElseThrow(() -> new IllegalArgumentException("there is no quota '" + name + "'; there are " + names()));
            String value = equals < 0 ? "" : one.substring(equals + 1);
            if (!value.matches("[0-9]{1,9}") || Integer.parseInt(value) > quota.most()) {
                throw new IllegalArgumentException(
                        "the quota '" + name + "' is a number up to " + quota.most() + ", not '" + value + "'");
            }
            lowered.put(quota, Integer.parseInt(value));
        }
        return new Quotas(lowered);
    }

    private static String names() {
        return Arrays.stream(Quota.values()).map(Quota::option).collect(Collectors.joining(", "));
    }
}
