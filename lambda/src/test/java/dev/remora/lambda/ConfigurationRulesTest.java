package dev.remora.lambda;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.lambda.model.UpdateFunctionConfigurationRequest;

class ConfigurationRulesTest {
    private static final Settings BASE = ConfigurationRules.defaults("f", new Settings.Code("00", 1));
    private final ConfigurationRules rules = new ConfigurationRules(new Runtimes(new LabSandboxes(), false));

    private Settings apply(Consumer<UpdateFunctionConfigurationRequest.Builder> change) {
        var asked = UpdateFunctionConfigurationRequest.builder().runtime("python3.12").handler("a.b").role("r");
        change.accept(asked);
        return rules.apply(BASE, "f", asked.build());
    }

    private String refusal(Consumer<UpdateFunctionConfigurationRequest.Builder> change) {
        return LambdaLab.refusal(() -> apply(change)).toString();
    }

    @Test
    void whatIsLeftOutStays() {
        Settings all = apply(b -> b.description("d").timeout(5).memorySize(512).ephemeralStorage(e -> e.size(600))
                .environment(e -> e.variables(Map.of("A", "1"))).kmsKeyArn("k").tracingConfig(t -> t.mode("Active"))
                .loggingConfig(l -> l.logGroup("/g")));

        assertThat(rules.apply(all, "f", UpdateFunctionConfigurationRequest.builder().build())).isEqualTo(all);
        assertThat(all.timeoutSeconds()).isEqualTo(5);
        assertThat(all.tmpMiB()).isEqualTo(600);
        assertThat(all.environment()).contains(Map.of("A", "1"));
        assertThat(all.logGroup()).isEqualTo("/g");
        assertThat(all.tracing()).isEqualTo("Active");
        assertThat(all.kmsKeyArn()).contains("k");
    }

    @ParameterizedTest
    @CsvSource({"127,greater,128", "10241,less,10240"})
    void memory(int given, String comparison, int bound) {
        assertThat(refusal(b -> b.memorySize(given)))
                .isEqualTo("ValidationException: 1 validation error detected: Value '" + given
                + "' at 'memorySize' failed to satisfy"
                        + " constraint: Member must have value " + comparison + " than or equal to " + bound);
    }

    @ParameterizedTest
    @CsvSource({"0,greater,1", "901,less,900"})
    void timeout(int given, String comparison, int bound) {
        assertThat(refusal(b -> b.timeout(given)))
                .isEqualTo("ValidationException: 1 validation error detected: Value '" + given
                + "' at 'timeout' failed to satisfy"
                        + " constraint: Member must have value " + comparison + " than or equal to " + bound);
    }

    @ParameterizedTest
    @ValueSource(ints = {511, 10_241})
    void ephemeralStorage(int given) {
        assertThat(refusal(b -> b.ephemeralStorage(e -> e.size(given))))
                .contains("Value '" + given + "' at 'ephemeralStorage.size' failed to satisfy constraint");
    }

    @Test
    void runtimeAndHandlerAreMandatory() {
        String expected = "InvalidParameterValueException: Runtime and Handler are mandatory parameters for functions created"
                + " with"
                + " deployment packages.";

        assertThat(refusal(b -> b.runtime((String) null))).isEqualTo(expected);
        assertThat(refusal(b -> b.handler(null))).isEqualTo(expected);
    }

    @Test
    void environmentsAreMeasuredAsJson() {
        apply(b -> b.environment(e -> e.variables(Map.of("A", "x".repeat(4096 - 8)))));
        assertThat(refusal(b -> b.environment(e -> e.variables(Map.of("A", "x".repeat(4096 - 7))))))
                .startsWith("InvalidParameterValueException: Lambda was unable to configure your environment variables"
                + " because the"
                        + " environment variables you have provided exceeded the 4KB limit. String measured: {\"A\":\"xxx");
    }

    @Test
    void reservedVariables() {
        assertThat(refusal(b -> b.environment(e -> e.variables(Map.of("AWS_REGION", "x", "_HANDLER", "y", "OK", "z")))))
                .isEqualTo("InvalidParameterValueException: Lambda was unable to configure your environment variables because the"
                        + " environment variables you have provided contains reserved keys that are currently not supported for"
                        + " modification. Reserved keys used in this request: AWS_REGION, _HANDLER");
    }

    @Test
    void whatIsNotSupportedIsSaid() {
        assertThat(refusal(b -> b.loggingConfig(l -> l.logFormat("JSON")))).contains("LogFormat JSON is not supported");
        assertThat(refusal(b -> b.loggingConfig(l -> l.systemLogLevel("DEBUG")))).contains("SystemLogLevel");
        assertThat(refusal(b -> b.snapStart(s -> s.applyOn("PublishedVersions")))).contains("SnapStart is not supported");
        assertThat(apply(b -> b.snapStart(s -> s.applyOn("None")))).isNotNull();
    }

    @Test
    void architectures() {
        ConfigurationRules.architectures(List.of());
        ConfigurationRules.architectures(List.of("x86_64"));
        assertThat(LambdaLab.refusal(() -> ConfigurationRules.architectures(List.of("x86_64", "arm64"))).toString())
                .isEqualTo("ValidationException: 1 validation error detected: Value '[x86_64, arm64]' at 'architectures'"
                + " failed to satisfy"
                        + " constraint: Member must have length less than or equal to 1");
        assertThat(LambdaLab.refusal(() -> ConfigurationRules.architectures(List.of("arm64"))).text()).contains("arm64",
                "x86_64");
    }
}
