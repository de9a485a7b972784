package dev.remora.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.FunctionDescriptor;
import java.lang.invoke.MethodHandle;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.Consumer;

/**
 * A namespace by descriptor.
 *
 * <p>Made by {@code unshare} on a fresh platform thread that opens {@code /proc/thread-self/ns/net} (not {@code /proc/self},
 * which is the main thread's) and ends: the descriptor is then all that keeps the namespace. Entering is done under this
 * object's monitor, so that a descriptor closed and given out again by the kernel for something else is never entered by
 * mistake.
 *
 * <p>A thread started from inside a namespace is born inside it, and would keep it alive: the bodies of {@link #call} must
 * start none. The runtime itself starts a few helpers on first use (cleaners); {@link Runtimes} starts them beforehand.
 */
final class NetnsFd implements Netns {
    static final int CLONE_NEWNET = 0x40000000;
    private static final long STACK_BYTES = 256 * 1024;

    /**
     * {@code int unshare(int flags)}, {@code int setns(int fd, int type)}: plain integers, the calling thread only; -1 and
     * errno on failure.
     */
    private static final MethodHandle UNSHARE = Native.function("unshare", FunctionDescriptor.of(JAVA_INT, JAVA_INT));

    private static final MethodHandle SETNS = Native.function("setns", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));

    private int fd;

    private NetnsFd(int fd) {
        this.fd = fd;
    }

    static NetnsFd create(Consumer<Netns> body) {
        Runtimes.warm();
        try {
            return await("netns-create", () -> {
                unshare();
                NetnsFd namespace = new NetnsFd(Native.open("/proc/thread-self/ns/net", Native.O_RDONLY));
                try {
                    Loopback.up();
                    body.accept(namespace);
                } catch (RuntimeException | Error failed) {
                    namespace.close();
                    throw failed;
                }
                return namespace;
            });
        } catch (RuntimeException | Error thrown) {
            throw thrown;
        } catch (Exception impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    @Override
    public synchronized int fd() {
        if (fd < 0) {
            throw new IllegalStateException("the namespace is closed");
        }
        return fd;
    }

    @Override
    public String path() {
        return "/proc/" + ProcessHandle.current().pid() + "/fd/" + fd();
    }

    @Override
    public <T> T call(Callable<T> body) throws Exception {
        return await("netns-call", () -> {
            enter();
            return body.call();
        });
    }

    private synchronized void enter() {
        setns(fd());
    }

    @Override
    public synchronized void close() {
        if (fd >= 0) {
            Native.close(fd);
            fd = -1;
        }
    }

    /** Runs the body on a thread of its own that then ends. An interrupt of the waiting caller is passed to that thread. */
    private static <T> T await(String name, Callable<T> body) throws Exception {
        FutureTask<T> task = new FutureTask<>(body);
        Thread thread = new Thread(null, task, name, STACK_BYTES, false);
        thread.setDaemon(true);
        thread.start();
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return task.get();
                } catch (InterruptedException passOn) {
                    interrupted = true;
                    thread.interrupt();
                }
            }
        } catch (ExecutionException failed) {
            switch (failed.getCause()) {
                case Exception exception -> throw exception;
                case Error error -> throw error;
                case null, default -> throw new IllegalStateException(failed);
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static void unshare() {
        try {
            if ((int) UNSHARE.invokeExact(Native.capture(), CLONE_NEWNET) < 0) {
                throw Native.refused("unshare", "a network namespace");
            }
        } catch (Throwable thrown) {
            throw Native.unexpected(thrown);
        }
    }

    private static void setns(int fd) {
        try {
            if ((int) SETNS.invokeExact(Native.capture(), fd, CLONE_NEWNET) < 0) {
                throw Native.refused("setns", "a network namespace");
            }
        } catch (Throwable thrown) {
            throw Native.unexpected(thrown);
        }
    }
}
