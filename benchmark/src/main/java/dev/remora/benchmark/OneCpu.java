package dev.remora.benchmark;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Keeps this process, and all that it starts meanwhile, on one CPU.
 *
 * <p>Where one process hands over to another and waits, the hand-over takes a few microseconds on the CPU that both share and ten
 * times that if an idle one must be woken. Which it is the scheduler chooses anew, for each side on its own: without this, the
 * same reference takes 93 microseconds in one run and 240 in the next.
 */
final class OneCpu implements AutoCloseable {
    /** The second, as the first takes most of the interrupts. */
    static final String NUMBER = "1";

    private final String before;

    private OneCpu(String before) {
        this.before = before;
    }

    static OneCpu bind() throws IOException, InterruptedException {
        String self = String.valueOf(ProcessHandle.current().pid());
        // It prints: pid 1's current affinity list: 0,1
        String said = taskset("-cp", self);
        taskset("-acp", NUMBER, self);
        return new OneCpu(said.substring(said.lastIndexOf(' ') + 1));
    }

    private static String taskset(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("taskset"));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        if (process.waitFor() != 0) {
            throw new IOException(said);
        }
        return said;
    }

    @Override
    public void close() throws IOException, InterruptedException {
        taskset("-acp", before, String.valueOf(ProcessHandle.current().pid()));
    }
}
