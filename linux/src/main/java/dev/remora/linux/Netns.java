package dev.remora.linux;

import java.util.concurrent.Callable;
import java.util.function.Consumer;

/**
 * A network namespace, held open by a file descriptor of this process and by nothing else: no name under {@code /run/netns},
 * so that the kernel takes it away when the process and the processes inside it are gone, however they end.
 *
 * <p>A thread that enters a namespace never leaves it: what must run inside runs on a fresh platform thread that then ends. A
 * virtual or pooled thread would carry the namespace to whatever runs on it next.
 */
public interface Netns extends AutoCloseable {
    /** Makes a new namespace with its loopback up. */
    static Netns create() {
        return NetnsFd.create(namespace -> {});
    }

    /**
     * Makes a new namespace and runs {@code body} inside it before it is handed out, on the thread that made it: cheaper than
     * a later {@link #call}. If the body throws, the namespace is closed.
     */
    static Netns create(Consumer<Netns> body) {
        return NetnsFd.create(body);
    }

    /** The descriptor, close-on-exec, owned by this object. */
    int fd();

    /** A path that other processes of root can open while this object is open: {@code /proc/PID/fd/N}. */
    String path();

    /**
     * Runs {@code body} on a fresh platform thread inside the namespace and waits for it. Sockets thatX
     */
    <T> T call(Callable<T> body) throws Exception;

    @Override
    void close();
}
