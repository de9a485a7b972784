package dev.remora.rds;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remora.wire.Operation;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.SdkField;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.utils.builder.Buildable;

class RdsOperationsTest {
    @Test
    void declareEveryMemberOfEveryRequest() throws ReflectiveOperationException {
        try (var rds = new RdsFixture()) {
            for (Operation<?, ?> operation : RdsOperations.of(rds.around(), rds.provisioner, rds.proxyView, null)
                    .all()) {
                var builder =
                        (Buildable) operation.request().getMethod("builder").invoke(null);
                var members = ((SdkPojo) builder.build())
                        .sdkFields().stream().map(SdkField::memberName).toList();

                assertThat(operation.parameters().keySet())
                        .as(operation.name())
                        .containsExactlyInAnyOrderElementsOf(members);
            }
        }
    }
}
