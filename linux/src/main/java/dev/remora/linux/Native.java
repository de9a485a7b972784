package dev.remora.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;

/**
 * How this module calls C: functions of the C library that is already loaded, with {@code errno} captured by the linker.
 *
 * <p>The JVM may call C between our call and our reading of {@code errno}, so the linker copies it into a capture segment
 * before it returns. Each thread has one such segment, freed with the thread; a virtual thread has its own, so that being
 * moved to another carrier between the call and {@link #errno()} does no harm. Every handle made by {@link #function} takes
 * that segment ({@link #capture()}) as its first argument:
 *
 * <pre>{@code
 * private static final MethodHandle SETNS = Native.function("setns", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));
 * ...
 * if ((int) SETNS.invokeExact(Native.capture(), fd, flags) < 0) throw Native.refused("setns", object);
 * }</pre>
 *
 * <p>{@code invokeExact} declares {@code Throwable} and throws nothing; callers turn it into {@link #unexpected}.
 */
final class Native {
    static final int O_CLOEXEC = 0x80000;
    static final int O_RDONLY = 0;

    private static final Linker LINKER = Linker.nativeLinker();
    private static final StructLayout CAPTURE = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO = CAPTURE.varHandle(MemoryLayout.PathElement.groupElement("errno"));
    private static final ThreadLocal<MemorySegment> CAPTURED = ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(CAPTURE));

    private static final MethodHandle OPEN =
            function("open", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT), Linker.Option.firstVariadicArg(2));
    private static final MethodHandle CLOSE = function("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
    private static final MethodHandle WRITE = function("write", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG));

    /** A function of the C library; its first parameter is the capture segment. */
    static MethodHandle function(String name, FunctionDescriptor signature, Linker.Option... more) {
        Linker.Option[] options = new Linker.Option[more.length + 1];
        options[0] = Linker.Option.captureCallState("errno");
        System.arraycopy(more, 0, options, 1, more.length);
        MemorySegment symbol = LINKER.defaultLookup()
                .find(name)
                .orElseThrow(() -> new UnsatisfiedLinkError("the C library has no " + name));
        return LINKER.downcallHandle(symbol, signature, options);
    }

    /** This thread's capture segment: the first argument of every handle. */
    static MemorySegment capture() {
        return CAPTURED.get();
    }

    /** {@code errno} as the last captured call of this thread left it; meaningful only after a failure. */
    static int errno() {
        return (int) ERRNO.get(CAPTURED.get(), 0L);
    }

    /** The exception for the call that has just failed on this thread. */
    static KernelException refused(String call, String object) {
        return new KernelException(call, errno(), object);
    }

    static AssertionError unexpected(Throwable thrown) {
        return switch (thrown) {
            case Error error -> throw error;
            case RuntimeException exception -> throw exception;
            default -> new AssertionError("a native call threw", thrown);
        };
    }

    /**
     * {@code int open(const char *path, int flags, mode_t mode)}. The path is a C string that lives for the call; the
     * descriptor is the caller's, close-on-exec.
     */
    static int open(String path, int flags) {
        try (Arena arena = Arena.ofConfined()) {
            int fd = (int) OPEN.invokeExact(capture(), arena.allocateFrom(path), flags | O_CLOEXEC, 0);
            if (fd < 0) {
                throw refused("open", path);
            }
            return fd;
        } catch (Throwable thrown) {
            throw unexpected(thrown);
        }
    }

    /** {@code int close(int fd)}. Linux frees the descriptor whatever it answers (close(2)), so an error means nothing here. */
    static void close(int fd) {
        try {
            int ignored = (int) CLOSE.invokeExact(capture(), fd);
        } catch (Throwable thrown) {
            throw unexpected(thrown);
        }
    }

    /**
     * {@code ssize_t write(int fd, const void *data, size_t length)} of all bytes in one call, as files under /proc and /sys
     * want it.
     */
    static void write(int fd, byte[] data, String object) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment copy = arena.allocateFrom(ValueLayout.JAVA_BYTE, data);
            long written = (long) WRITE.invokeExact(capture(), fd, copy, (long) data.length);
            if (written < 0) {
                throw refused("write", object);
            }
        } catch (Throwable thrown) {
            throw unexpected(thrown);
        }
    }

    private Native() {}
}
