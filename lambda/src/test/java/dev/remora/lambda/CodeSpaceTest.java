package dev.remora.lambda;

import static dev.remora.lambda.LambdaLab.function;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.lambda.model.DeleteFunctionRequest;
import software.amazon.awssdk.services.lambda.model.PublishVersionRequest;

class CodeSpaceTest {
    @Test
    void countsEveryVersionWhateverWasCountedBefore(@TempDir Path folder) throws Exception {
        try (var lab = new LambdaLab(folder)) {
            var space = new CodeSpace();
            assertThat(space.bytes(lab.store.view(), LambdaLab.SCOPE)).isZero();
            lab.active(function("f").build());
            long one = space.bytes(lab.store.view(), LambdaLab.SCOPE);
            var before = lab.store.view();
            lab.active(function("g").build());
            lab.run(PublishVersionRequest.builder().functionName("g").build());
            assertThat(one).isPositive();
            assertThat(space.bytes(lab.store.view(), LambdaLab.SCOPE)).isEqualTo(3 * one);
            assertThat(space.bytes(before, LambdaLab.SCOPE)).as("an earlier view").isEqualTo(one);
            lab.run(DeleteFunctionRequest.builder().functionName("g").build());
            assertThat(space.bytes(lab.store.view(), LambdaLab.SCOPE))
                    .isEqualTo(one)
                    .isEqualTo(new CodeSpace().bytes(lab.store.view(), LambdaLab.SCOPE));
        }
    }
}
