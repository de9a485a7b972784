package dev.remora.sandbox;

/** One execution environment: one function version, one event at a time. */
public interface Sandbox extends AutoCloseable {
    /** 32 hexadecimal digits, as the log stream's name ends in. */
    String id();

    /** The network slot, as drops name it. */
    String slot();

    /** The interpreter that really runs, e.g. {@code python 3.11.2}. */
    String runtimeVersion();

    /** How the init phase ended; waits for it. The same answer each time. */
    Outcome init();

    /**
     * Hands over one event and waits for its end. One at a time. After {@link Outcome.Exited} or {@link Outcome.TimedOut} the sandbox is
     * dead and must be closed.
     */
    Outcome invoke(Invocation invocation);

    boolean alive();

    /** The most memory that it has used so far, in MiB, rounded up. */
    int peakMemoryMiB();

    /** Kills what runs in it and gives everything back. */
    @Override
    void close();
}
