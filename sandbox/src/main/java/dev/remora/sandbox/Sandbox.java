package dev.remora.sandbox;

/** One execution environment: one function version, one event at a time. */
public interface Sandbox extends AutoCloseable {
    /** The id that its {@link SandboxSpec} gave. */
    String id();

    /** The network slot, as drops name it. */
    String slot();

    /** The interpreter that really runs, e.g. {@code python 3.11.2}. */
    String runtimeVersion();

    /** How the init phase ended; waits for it. The same answer each time. */
    Outcome init();

    /**
     * Hands over one event and waits for its end. One at a time. After {@link Outcome.Exited} or {@link Outcome.TimedOut} the
     * sandbox is dead and must be closed. Every line that was printed before the end has been given to {@link
     * SandboxSpec#output} when this returns.
     */
    Outcome invoke(Invocation invocation);

    boolean alive();

    /** The most memory that it has used so far, in MiB, rounded up. */
    int peakMemoryMiB();

    /** Kills what runs in it and gives everything back. */
    @Override
    void close();
}
