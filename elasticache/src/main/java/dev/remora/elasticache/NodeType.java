package dev.remora.elasticache;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Cache node types: what their names may be, and the memory that a node of the type has for items. */
final class NodeType {
    private static final Pattern NAME =
            Pattern.compile("cache\\.[a-z]+[0-9]+[a-z]{0,4}\\.(micro|small|medium|large|xlarge|[0-9]{1,2}xlarge)");

    /** As AWS documents for cache.t3; a larger type is held to a bound of ours, which is no promise. */
    private static final Map<String, Integer> MEMORY_MIB = Map.of("micro", 512, "small", 1403, "medium", 3164);

    private static final int LARGE_MIB = 4096;
    static final int SERVERLESS_MIB = 1024;

    /** What a server needs besides its items: code, connections, and a copy of what changes while it writes to the disk. */
    private static final int BESIDES_MIB = 192;

    static boolean valid(String name) {
        return NAME.matcher(name).matches();
    }

    /** For items. */
    static int itemsMiB(String name) {
        if (name.isEmpty()) {
            return SERVERLESS_MIB;
        }
        Matcher matcher = NAME.matcher(name);
        return matcher.matches() ? MEMORY_MIB.getOrDefault(matcher.group(1), LARGE_MIB) : LARGE_MIB;
    }

    /** For the whole process. */
    static int processMiB(int itemsMiB) {
        return itemsMiB + itemsMiB / 4 + BESIDES_MIB;
    }

    private NodeType() {}
}
