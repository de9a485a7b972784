package dev.remora.ec2;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remora.wire.Operation;
import java.util.ArrayList;
import java.util.HashSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.awscore.AwsRequest;
import software.amazon.awssdk.core.SdkField;
import software.amazon.awssdk.core.SdkPojo;

class Ec2OperationsTest {
    private final Ec2Lab ec2 = new Ec2Lab();

    @AfterEach
    void close() {
        ec2.close();
    }

    @Test
    void every_parameter_of_every_operation_is_declared_and_exists() throws ReflectiveOperationException {
        var wrong = new ArrayList<String>();
        for (Operation<?, ?> operation : ec2.service.operations().all()) {
            var members = new HashSet<String>();
            for (SdkField<?> field : empty(operation.request()).sdkFields()) {
                members.add(field.memberName());
                if (!operation.parameters().containsKey(field.memberName())) {
                    wrong.add(operation.name() + " does not declare " + field.memberName());
                }
            }
            operation.parameters().keySet().stream()
                    .filter(declared -> !members.contains(declared))
                    .forEach(declared -> wrong.add(operation.name() + " declares " + declared + ", which it does not have"));
        }
        assertThat(wrong).isEmpty();
        assertThat(ec2.service.operations().all()).hasSizeGreaterThan(40);
    }

    private static SdkPojo empty(Class<? extends AwsRequest> request) throws ReflectiveOperationException {
        var builder = (AwsRequest.Builder) request.getMethod("builder").invoke(null);
        return (SdkPojo) builder.build();
    }
}
