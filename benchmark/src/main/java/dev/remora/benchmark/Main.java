package dev.remora.benchmark;

import java.util.ArrayList;
import java.util.List;

/** Runs every benchmark, or those whose class name contains one of the arguments, and prints a line for each metric. */
public final class Main {
    private static final List<Benchmark> ALL = List.of(
            new WarmInvoke(),
            new ColdStart(),
            new SlotClaim(),
            new IamDecisions(),
            new CreateUntilActive(),
            new GroupChange(),
            new DataPath(),
            new GatewayPath(),
            new ManyFunctions(),
            new BigGroup(),
            new InterfacesUp(),
            new Footprint(),
            new DescribeInterfaces());

    public static void main(String[] only) throws Exception {
        var failed = new ArrayList<String>();
        System.out.println(Row.HEADER);
        for (Benchmark benchmark : ALL) {
            String name = benchmark.getClass().getSimpleName();
            if (only.length > 0 && List.of(only).stream().noneMatch(name::contains)) {
                continue;
            }
            try {
                benchmark.run(row -> System.out.println(row));
            } catch (Exception | AssertionError e) {
                failed.add(name);
                System.out.println(name + " failed");
                e.printStackTrace(System.out);
            }
        }
        System.exit(failed.isEmpty() ? 0 : 1);
    }

    private Main() {}
}
