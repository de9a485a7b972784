package dev.remora.benchmark;

import java.util.Arrays;
import java.util.Locale;

/**
 * One line of the benchmark: a metric of ours against a reference that ran between its samples.
 *
 * @param name what is measured
 * @param ours median of our samples
 * @param reference median of the reference's samples, or NaN where there is no reference
 * @param unit of both
 * @param n samples of ours
 * @param goal what we aim at, {@code <= } or {@code >= } and a ratio; empty where there is no goal
 */
record Row(String name, double ours, double reference, String unit, int n, String goal) {
    static final String HEADER = String.format(
            Locale.ROOT, "%-82s %12s %12s %-5s %8s %6s  %s", "name", "ours", "reference", "unit", "ratio", "n", "goal");

    static Row of(String name, double[] ours, double[] reference, String unit, String goal) {
        return new Row(name, median(ours), median(reference), unit, ours.length, goal);
    }

    double ratio() {
        return ours / reference;
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%-82s %12s %12s %-5s %8s %6d  %s",
                name,
                number(ours),
                number(reference),
                unit,
                number(ratio()),
                n,
                missed() ? goal + "  MISSED" : goal);
    }

    private boolean missed() {
        if (goal.isEmpty()) {
            return false;
        }
        double bound = Double.parseDouble(goal.substring(3));
        return goal.startsWith("<=") ? !(ratio() <= bound) : !(ratio() >= bound);
    }

    static double median(double[] samples) {
        double[] sorted = samples.clone();
        Arrays.sort(sorted);
        return sorted.length == 0 ? Double.NaN : sorted[sorted.length / 2];
    }

    private static String number(double x) {
        return Double.isNaN(x)
                ? "-"
                : x >= 1000 ? String.format(Locale.ROOT, "%.0f", x) : String.format(Locale.ROOT, "%.3g", x);
    }
}
