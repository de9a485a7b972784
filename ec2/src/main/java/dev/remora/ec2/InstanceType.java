package dev.remora.ec2;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A type of instance: what an instance gets of the machine. The families' sizes, as AWS publishes them, of the general, computing
 * and memory families for x86-64.
 *
 * @param name {@code t3.micro}
 * @param cpus virtual CPUs
 */
record InstanceType(String name, int cpus, int memoryMiB) {
    private static final int GIB = 1024;

    /** CPUs by size; a t3.nano has two as well, of which it may use little. */
    private static final Map<String, Integer> SIZES = Map.of(
            "nano", 2, "micro", 2, "small", 2, "medium", 2, "large", 2, "xlarge", 4, "2xlarge", 8, "4xlarge", 16, "8xlarge", 32);

    private static final Map<String, Integer> BURSTABLE_MIB = Map.of(
            "nano", GIB / 2, "micro", GIB, "small", 2 * GIB, "medium", 4 * GIB, "large", 8 * GIB, "xlarge", 16 * GIB,
            "2xlarge", 32 * GIB);

    private static final Map<String, InstanceType> ALL = new TreeMap<>();

    static {
        for (String family : List.of("t2", "t3", "t3a")) {
            BURSTABLE_MIB.forEach((size, mib) -> add(family, size, mib));
        }
        for (String family : List.of("m5", "m5a", "m6i", "m7i")) {
            perCpu(family, 4);
        }
        for (String family : List.of("c5", "c5a", "c6i", "c7i")) {
            perCpu(family, 2);
        }
        for (String family : List.of("r5", "r5a", "r6i", "r7i")) {
            perCpu(family, 8);
        }
    }

    private static void perCpu(String family, int gib) {
        for (String size : List.of("large", "xlarge", "2xlarge", "4xlarge", "8xlarge")) {
            add(family, size, cpus(size) * gib * GIB);
        }
    }

    private static int cpus(String size) {
        Integer cpus = SIZES.get(size);
        if (cpus == null) {
            throw new IllegalStateException(size);
        }
        return cpus;
    }

    private static void add(String family, String size, int mib) {
        boolean single = family.equals("t2") && List.of("nano", "micro", "small").contains(size);
        String name = family + "." + size;
        ALL.put(name, new InstanceType(name, single ? 1 : cpus(size), mib));
    }

    /** The type that RunInstances makes if none is named. */
    static final String DEFAULT = "m5.large";

    static List<InstanceType> all() {
        return ALL.values().stream().sorted(Comparator.comparing(InstanceType::name)).toList();
    }

    /** @throws dev.remora.wire.AwsError if there is none of that name */
    static InstanceType named(@Nullable String name) {
        String wanted = name == null ? DEFAULT : name;
        InstanceType type = ALL.get(wanted);
        if (type == null) {
            throw Refusals.invalidValue("Invalid value '" + wanted + "' for InstanceType.");
        }
        return type;
    }

    int cpuThousandths() {
        return cpus * 1000;
    }
}
