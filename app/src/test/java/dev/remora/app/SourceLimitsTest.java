package dev.remora.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.TreeScanner;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.lang.model.element.Modifier;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** How long files, methods and lines may be, and how much of a module others see. */
class SourceLimitsTest {
    private static final int FILE_LINES = 700;
    private static final int METHOD_LINES = 80;
    private static final int LINE_LENGTH = 130;
    private static final double PUBLIC_SHARE = 0.50;

    /** Methods that are longer for a reason: {@code File.method} and the reason. */
    private static final Map<String, String> LONG_METHODS = Map.of(
            "ConditionTest.holds", "a table of cases, one a line",
            "BadInputTest.createFunction", "one table of inputs and their answers, in one run of the client");

    private static final Path ROOT = Path.of(System.getProperty("remora.root")).toAbsolutePath();
    private static List<Path> sources = List.of();

    @BeforeAll
    static void find() throws IOException {
        try (var all = Files.walk(ROOT, 12)) {
            sources = all.filter(p -> p.toString().endsWith(".java"))
                    .filter(p -> p.toString().contains("/src/"))
                    .sorted()
                    .toList();
        }
        assertThat(sources).hasSizeGreaterThan(100);
    }

    @Test
    void filesAndLinesAreShort() throws IOException {
        var wrong = new ArrayList<String>();
        for (Path file : sources) {
            List<String> lines = Files.readAllLines(file);
            if (lines.size() > FILE_LINES) {
                wrong.add(name(file) + " has " + lines.size() + " lines");
            }
            // What stands in a text block is of another language, with limits of its own.
            boolean text = false;
            for (int i = 0; i < lines.size(); i++) {
                String line = lines.get(i);
                if (!text && line.length() > LINE_LENGTH) {
                    wrong.add(name(file) + ":" + (i + 1) + " has " + line.length() + " characters");
                }
                text ^= line.split("\"\"\"", -1).length % 2 == 0;
            }
        }
        assertThat(wrong).isEmpty();
    }

    @Test
    void methodsAreShort() throws IOException {
        var wrong = new ArrayList<String>();
        each((file, unit, positions) -> new TreeScanner<Void, Void>() {
            @Override
            public Void visitMethod(MethodTree method, Void nothing) {
                var lines = unit.getLineMap();
                long first = lines.getLineNumber(positions.getStartPosition(unit, method));
                long last = lines.getLineNumber(positions.getEndPosition(unit, method));
                String simple = file.getFileName().toString().replace(".java", "") + "." + method.getName();
                if (last - first + 1 > METHOD_LINES && !LONG_METHODS.containsKey(simple)) {
                    wrong.add(name(file) + ":" + first + " " + method.getName() + " has " + (last - first + 1)
                            + " lines");
                }
                return super.visitMethod(method, nothing);
            }
        }.scan(unit, null));
        assertThat(wrong).isEmpty();
    }

    @Test
    void mostTypesAreOfTheirModuleOnly() throws IOException {
        int[] counts = new int[2];
        each((file, unit, positions) -> {
            if (!file.toString().contains("/src/main/")
                    || name(file).startsWith("e2e/")
                    || name(file).startsWith("benchmark/")) {
                return;
            }
            for (var declared : unit.getTypeDecls()) {
                if (declared instanceof ClassTree type) {
                    counts[0]++;
                    counts[1] += type.getModifiers().getFlags().contains(Modifier.PUBLIC) ? 1 : 0;
                }
            }
        });
        double share = (double) counts[1] / counts[0];
        System.out.printf("public share of top-level types: %d of %d, %.0f %%%n", counts[1], counts[0], 100 * share);
        assertThat(share).isLessThan(PUBLIC_SHARE);
    }

    private interface Visit {
        void file(Path file, CompilationUnitTree unit, SourcePositions positions);
    }

    private static void each(Visit visit) throws IOException {
        var compiler = ToolProvider.getSystemJavaCompiler();
        try (var files = compiler.getStandardFileManager(null, null, null)) {
            var units = files.getJavaFileObjectsFromPaths(sources);
            var task = (JavacTask) compiler.getTask(null, files, null, List.of(), null, units);
            var positions = Trees.instance(task).getSourcePositions();
            for (CompilationUnitTree unit : task.parse()) {
                visit.file(Path.of(unit.getSourceFile().toUri()), unit, positions);
            }
        }
    }

    private static String name(Path file) {
        return ROOT.relativize(file.toAbsolutePath()).toString();
    }
}
