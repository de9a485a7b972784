package dev.remora.lambda;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.SdkField;
import software.amazon.awssdk.core.SdkPojo;

class LambdaOperationsTest {
    @Test
    void everyMemberOfEveryRequestIsDeclared(@TempDir Path folder) throws Exception {
        try (var lab = new LambdaLab(folder)) {
            for (var operation : lab.service.operations().all()) {
                var builder = (SdkPojo) operation.request().getMethod("builder").invoke(null);
                var members = new TreeSet<String>();
                for (SdkField<?> field : builder.sdkFields()) {
                    members.add(field.memberName());
                }
                assertThat(new TreeSet<>(operation.parameters().keySet())).as(operation.name()).isEqualTo(members);
            }
        }
    }
}
