package dev.remora.sandbox;

/** How Lambda words the end of a process: as Go prints a wait status. */
final class EndReason {
    private static final String[] SIGNALS = {
        "signal 0", "hangup", "interrupt", "quit", "illegal instruction", "trace/breakpoint trap", "aborted", "bus error",
        "floating point exception", "killed", "user defined signal 1", "segmentation fault", "user defined signal 2",
                "broken pipe",
        "alarm clock", "terminated", "stack fault", "child exited", "continued", "stopped (signal)", "stopped",
                "stopped (tty input)",
        "stopped (tty output)", "urgent I/O condition", "CPU time limit exceeded", "file size limit exceeded",
                "virtual timer expired",
        "profiling timer expired", "window changed", "I/O possible", "power failure", "bad system call"
    };

    /** Empty for exit status 0. */
    static String of(Cell.Exit exit) {
        if (exit.signalled()) {
            return "signal: " + (exit.signal() < SIGNALS.length ? SIGNALS[exit.signal()] : "signal " + exit.signal());
        }
        return exit.code() == 0 ? "" : "exit status " + exit.code();
    }

    private EndReason() {}
}
