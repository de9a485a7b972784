package dev.remora.benchmark;

/** Something that can be done again and again, one sample at a time. */
@FunctionalInterface
interface Sampled {
    /** Does it once; the sample in the row's unit. */
    double sample() throws Exception;

    /** Warms both, then takes {@code n} samples of each, by turns, so that a disturbance hits both. */
    static Row alternate(String name, String unit, String goal, int warm, int n, Sampled ours, Sampled reference)
            throws Exception {
        return alternate(name, unit, goal, warm, n, 1, ours, reference);
    }

    /** The same where each turn is of so many samples. */
    static Row alternate(
            String name, String unit, String goal, int warm, int n, int turn, Sampled ours, Sampled reference)
            throws Exception {
        for (int i = 0; i < warm; i++) {
            ours.sample();
            reference.sample();
        }
        double[] a = new double[n];
        double[] b = new double[n];
        for (int from = 0; from < n; from += turn) {
            int to = Math.min(from + turn, n);
            for (int i = from; i < to; i++) {
                a[i] = ours.sample();
            }
            for (int i = from; i < to; i++) {
                b[i] = reference.sample();
            }
        }
        return Row.of(name, a, b, unit, goal);
    }

    /** The time that {@code work} takes, in microseconds. */
    static Sampled micros(Work work) {
        return () -> {
            long start = System.nanoTime();
            work.run();
            return (System.nanoTime() - start) / 1e3;
        };
    }

    @FunctionalInterface
    interface Work {
        void run() throws Exception;
    }
}
