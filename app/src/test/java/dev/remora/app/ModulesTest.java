package dev.remora.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The arrows between the modules, and what only some of them may touch. */
class ModulesTest {
    /** What each module may use, itself aside. An arrow that is not here is a mistake, or a decision to be recorded. */
    private static final Map<String, Set<String>> ARROWS = Map.ofEntries(
            Map.entry("sharing", Set.of()),
            Map.entry("store", Set.of("sharing")),
            Map.entry("wire", Set.of()),
            Map.entry("linux", Set.of()),
            Map.entry("net", Set.of("linux", "sharing")),
            Map.entry("vpc", Set.of("net", "sharing")),
            Map.entry("sandbox", Set.of("net", "linux")),
            Map.entry("iam", Set.of("wire", "store")),
            Map.entry("ec2", Set.of("wire", "store", "vpc", "net", "linux", "sharing")),
            Map.entry("logs", Set.of("wire", "store")),
            Map.entry("sqs", Set.of("wire", "store", "iam")),
            Map.entry("s3", Set.of("wire", "store", "iam")),
            Map.entry("ssm", Set.of("wire", "store")),
            Map.entry("fleet", Set.of("wire", "store", "ec2", "sandbox", "net", "linux")),
            Map.entry("secretsmanager", Set.of("wire", "store", "iam")),
            Map.entry("cloudtrail", Set.of("wire")),
            Map.entry("organizations", Set.of("wire", "store", "iam")),
            Map.entry("rds", Set.of("wire", "store", "iam", "ec2", "secretsmanager", "fleet", "sandbox", "linux")),
            Map.entry("elasticache", Set.of("wire", "store", "ec2", "fleet", "sandbox", "linux")),
            Map.entry("lambda", Set.of("wire", "store", "sharing", "iam", "ec2", "logs", "sqs", "s3", "sandbox", "net", "linux")),
            Map.entry(
                    "app",
                    Set.of(
                            "wire", "store", "iam", "ec2", "logs", "sqs", "s3", "ssm", "secretsmanager",
                            "organizations", "cloudtrail", "fleet", "rds",
                            "elasticache", "lambda", "sandbox", "vpc", "net", "linux")));

    private static JavaClasses classes;

    @BeforeAll
    static void read() {
        classes = new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .importPackages("dev.remora");
    }

    @Test
    void useEachOtherAsDrawn() {
        var wrong = new TreeSet<String>();
        for (JavaClass user : classes) {
            for (Dependency dependency : user.getDirectDependenciesFromSelf()) {
                String from = module(user);
                String to = module(dependency.getTargetClass());
                if (!to.isEmpty()
                        && !from.equals(to)
                        && !ARROWS.getOrDefault(from, Set.of()).contains(to)) {
                    wrong.add(from + " -> " + to + ": " + dependency.getDescription());
                }
            }
        }
        assertThat(wrong).isEmpty();
    }

    @Test
    void areAllDrawn() {
        var found = classes.stream()
                .map(ModulesTest::module)
                .filter(m -> !m.isEmpty())
                .collect(Collectors.toSet());

        assertThat(found).isEqualTo(ARROWS.keySet());
    }

    @Test
    void leaveNativeCallsToLinux() {
        assertThat(users("java.lang.foreign")).isSubsetOf("linux");
    }

    @Test
    void keepTheSdksClassesToTheServices() {
        assertThat(users("software.amazon.awssdk")).doesNotContain("vpc", "net", "sandbox", "linux", "store");
    }

    private static Set<String> users(String packagePrefix) {
        var users = new TreeSet<String>();
        for (JavaClass user : classes) {
            boolean uses = user.getDirectDependenciesFromSelf().stream()
                    .anyMatch(d -> d.getTargetClass().getPackageName().startsWith(packagePrefix));
            if (uses) {
                users.add(module(user));
            }
        }
        return users;
    }

    /** The module of one of our classes, or the empty string. */
    private static String module(JavaClass type) {
        String name = type.getBaseComponentType().getPackageName();
        if (!name.startsWith("dev.remora.")) {
            return "";
        }
        String module = name.substring("dev.remora.".length());
        return ARROWS.containsKey(module) || !module.contains(".") ? module : module.substring(0, module.indexOf('.'));
    }
}
