package dev.remora.benchmark;

import java.util.function.Consumer;

/** A group of rows that share what they set up. Bounded in time; leaves nothing behind. */
interface Benchmark {
    void run(Consumer<Row> rows) throws Exception;
}
