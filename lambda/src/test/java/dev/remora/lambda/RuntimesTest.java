package dev.remora.lambda;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remora.sandbox.Language;
import dev.remora.wire.AwsError;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.lambda.model.Runtime;

class RuntimesTest {
    private final LabSandboxes sandboxes = new LabSandboxes();
    private final Runtimes runtimes = new Runtimes(sandboxes, false);

    @Test
    void theHostsInterpreterOfTheLanguageRunsIt() {
        runtimes.check("python3.12");
        runtimes.check("nodejs20.x");
        runtimes.check("provided.al2023");
        assertThat(runtimes.language("nodejs24.x")).isEqualTo(Language.NODE);
        assertThat(runtimes.language("java21")).isEqualTo(Language.JAVA);
        assertThat(runtimes.realVersion("python3.14")).isEqualTo("3.11.2");
        assertThat(runtimes.realVersion("provided.al2023")).isEmpty();
        assertThat(runtimes.versions()).isEqualTo(Map.of("python", "3.11.2", "node", "20.20.2"));
    }

    @Test
    void strictRuntimesRefuseAnotherVersion() {
        var strict = new Runtimes(sandboxes, true);
        strict.check("python3.11");
        strict.check("nodejs20.x");
        strict.check("provided.al2023");

        assertThat(LambdaLab.refusal(() -> strict.check("python3.12")).text()).contains("python3.12", "3.11.2", "strict");
        assertThat(LambdaLab.refusal(() -> strict.check("nodejs22.x")).code()).isEqualTo("InvalidParameterValueException");
    }

    @ParameterizedTest
    @CsvSource({"python3.1,3.11.2,false", "python3.11,3.11.2,true", "java21,21.0.2,true", "java21,21,true",
            "java17.al2023,17.0.1,true"})
    void versionsAreComparedByWholeNumbers(String runtime, String real, boolean same) {
        assertThat(Runtimes.sameVersion(runtime, real)).isEqualTo(same);
    }

    @Test
    void withoutAnInterpreterThePackageIsNamed() {
        sandboxes.interpreters.remove(Language.NODE);

        assertThat(LambdaLab.refusal(() -> runtimes.check("nodejs20.x")).text())
                .contains("no interpreter for it is installed")
                .contains("Debian package nodejs");
    }

    @ParameterizedTest
    @ValueSource(strings = {"nodejs12.x", "python2.7", "go1.x", "provided", "java8"})
    void retired(String runtime) {
        assertThat(LambdaLab.refusal(() -> runtimes.check(runtime)).toString())
                .isEqualTo("InvalidParameterValueException: The runtime parameter of " + runtime
                + " is no longer supported for creating or"
                        + " updating AWS Lambda functions. We recommend you use a supported runtime while creating or"
                        + " updating functions.");
    }

    @Test
    void unknown() {
        assertThat(LambdaLab.refusal(() -> runtimes.check("python9.9")).toString())
                .startsWith("InvalidParameterValueException: Value python9.9 at 'runtime' failed to satisfy constraint:"
                + " Member must satisfy"
                        + " enum value set: [nodejs")
                .endsWith("] or be a valid ARN");
    }

    @Test
    void everyRuntimeThatTheSdkKnowsIsDecidedUpon() {
        for (Runtime runtime : Runtime.knownValues()) {
            try {
                runtimes.check(runtime.toString());
            } catch (AwsError e) {
                assertThat(e.text()).as(runtime.toString()).doesNotContain("enum value set");
            }
        }
    }

    @Test
    void theVersionArnDependsOnWhatReallyRuns() {
        String before = runtimes.versionArn("python3.12", "eu-west-1");
        assertThat(runtimes.versionArn("python3.12", "eu-west-1")).isEqualTo(before);
        assertThat(runtimes.versionArn("python3.13", "eu-west-1")).isNotEqualTo(before);
    }
}
