package dev.remora.linux;

import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * Kernel settings of a namespace. The files under {@code /proc/sys/net} show the namespace of the thread that opens them, so
 * they are written inside {@link Netns#call}.
 */
public final class Sysctls {
    /** @param values by name with slashes below {@code net}, e.g. {@code ipv4/ip_forward} */
    public static void write(Netns namespace, Map<String, String> values) {
        try {
            namespace.call(() -> {
                values.forEach(Sysctls::write);
                return null;
            });
        } catch (RuntimeException thrown) {
            throw thrown;
        } catch (Exception impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** In the namespace of the calling thread; see {@link Netns#create(java.util.function.Consumer)}. */
    public static void write(String name, String value) {
        String path = "/proc/sys/net/" + name;
        int fd = Native.open(path, 1);
        try {
            Native.write(fd, value.getBytes(StandardCharsets.US_ASCII), path);
        } finally {
            Native.close(fd);
        }
    }

    private Sysctls() {}
}
