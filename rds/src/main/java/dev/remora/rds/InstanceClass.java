package dev.remora.rds;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** DB instance classes: what their names may be, and the memory that a server of the class may use. */
final class InstanceClass {
    private static final Pattern NAME =
            Pattern.compile("db\\.[a-z]+[0-9]+[a-z]{0,4}\\.(micro|small|medium|large|xlarge|[0-9]{1,2}xlarge)");

    /**
     * As AWS documents for the burstable classes; a larger class is held to the largest of these, which is a bound and no
     * promise.
     */
    private static final Map<String, Integer> MEMORY_MIB = Map.of("micro", 1024, "small", 2048, "medium", 4096);

    private static final int LARGE_MIB = 8192;

    static boolean valid(String name) {
        return NAME.matcher(name).matches();
    }

    static int memoryMiB(String name) {
        Matcher matcher = NAME.matcher(name);
        return matcher.matches() ? MEMORY_MIB.getOrDefault(matcher.group(1), LARGE_MIB) : LARGE_MIB;
    }

    private InstanceClass() {}
}
