package dev.remora.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The tables that were cut from AWS's models, with our overlay. */
class ConstraintsTest {
    @ParameterizedTest
    @CsvSource({
        "ec2, ec2, 600",
        "iam, iam, 150",
        "sts, sts, 8",
        "lambda, lambda, 60",
        "logs, cloudwatchlogs, 70",
        "rds, rds, 160"
    })
    void noEnumerationIsBehindTheSdk(String model, String sdkPackage, int atLeast) throws ReflectiveOperationException {
        Constraints constraints = Constraints.of(model);
        assertThat(constraints.names).hasSizeGreaterThanOrEqualTo(atLeast);
        List<String> behind = new ArrayList<>();
        for (Map.Entry<String, Constraints.Shape> entry : constraints.shapes.entrySet()) {
            List<String> ours = entry.getValue().enumeration;
            if (!ours.isEmpty() && !model.equals("ec2")) {
                for (Object value : sdkValues(sdkPackage, entry.getKey())) {
                    if (!ours.contains(value.toString())) {
                        behind.add(entry.getKey() + " " + value);
                    }
                }
            }
        }
        assertThat(behind).isEmpty();
    }

    private static Collection<?> sdkValues(String sdkPackage, String shape) throws ReflectiveOperationException {
        String name = Character.toUpperCase(shape.charAt(0)) + shape.substring(1);
        try {
            Class<?> type = Class.forName("software.amazon.awssdk.services." + sdkPackage + ".model." + name);
            return (Collection<?>) type.getMethod("knownValues").invoke(null);
        } catch (ClassNotFoundException e) {
            return List.of();
        }
    }

    @ParameterizedTest
    @CsvSource({"ec2", "iam", "sts", "lambda", "logs", "rds"})
    void everyPatternIsOneThatJavaReads(String model) {
        Constraints.of(model).shapes.forEach((name, shape) -> {
            String pattern = shape.pattern;
            if (pattern != null) {
                assertThatCode(() -> Pattern.compile(pattern))
                        .as(name)
                        .doesNotThrowAnyException();
            }
        });
    }

    @Test
    void statusesAreTheModels() {
        Constraints lambda = Constraints.of("lambda");
        assertThat(lambda.status("CreateFunction")).isEqualTo(201);
        assertThat(lambda.status("DeleteFunction")).isEqualTo(204);
        assertThat(lambda.status("GetFunction")).isEqualTo(200);
        assertThat(lambda.errors)
                .containsEntry("ResourceConflictException", 409)
                .containsEntry("TooManyRequestsException", 429);
        assertThat(Constraints.of("iam").status("createrole")).isEqualTo(200);
    }

    @Test
    void aServiceWithoutATableHasNoConstraints() {
        assertThat(Constraints.of("nothing").shapes).isEmpty();
    }
}
