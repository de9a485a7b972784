package dev.remora.lambda;

import dev.remora.store.Scope;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.HexFormat;
import software.amazon.awssdk.core.SdkField;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.services.lambda.model.EnvironmentResponse;
import software.amazon.awssdk.services.lambda.model.FunctionConfiguration;
import software.amazon.awssdk.services.lambda.model.Layer;
import software.amazon.awssdk.services.lambda.model.LoggingConfig;
import software.amazon.awssdk.services.lambda.model.RuntimeVersionConfig;
import software.amazon.awssdk.services.lambda.model.SnapStartResponse;
import software.amazon.awssdk.services.lambda.model.VpcConfigResponse;

/**
 * Functions as answers show them. Which members are there is as telling as their values: no VpcConfig for a function that never
 * had one, no LastUpdateStatus before a function was first ready, no State in lists.
 */
final class Answers {
    private static final DateTimeFormatter MODIFIED =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSxx").withZone(ZoneOffset.UTC);

    private final Runtimes runtimes;

    Answers(Runtimes runtimes) {
        this.runtimes = runtimes;
    }

    static String modified(Instant time) {
        return MODIFIED.format(time);
    }

    static String sha256(Settings.Code code) {
        return Base64.getEncoder().encodeToString(HexFormat.of().parseHex(code.sha256()));
    }

    /** @param arn with or without a qualifier, as it was asked for */
    FunctionConfiguration full(Scope scope, VersionDocument document, String arn) {
        FunctionConfiguration.Builder answer = configuration(scope, document, arn).state(document.state().text);
        document.stateReason().ifPresent(r -> answer.stateReason(r.text()).stateReasonCode(r.code()));
        document.lastUpdate().ifPresent(update -> {
            answer.lastUpdateStatus(update.status().text);
            update.reason().ifPresent(r -> answer.lastUpdateStatusReason(r.text()).lastUpdateStatusReasonCode(r.code()));
        });
        return answer.build();
    }

    /** As lists show it: nothing of its state. */
    FunctionConfiguration listed(Scope scope, VersionDocument document, String arn) {
        return configuration(scope, document, arn).build();
    }

    private FunctionConfiguration.Builder configuration(Scope scope, VersionDocument document, String arn) {
        Settings settings = document.shown();
        FunctionConfiguration.Builder answer = FunctionConfiguration.builder()
                .functionName(document.function())
                .functionArn(arn)
                .version(document.version())
                .runtime(settings.runtime())
                .handler(settings.handler())
                .role(settings.role())
                .codeSha256(sha256(settings.code()))
                .codeSize(settings.code().bytes())
                .description(settings.description())
                .timeout(settings.timeoutSeconds())
                .memorySize(settings.memoryMiB())
                .lastModified(document.lastModified())
                .revisionId(document.revisionId())
                .packageType("Zip")
                .architecturesWithStrings("x86_64")
                .ephemeralStorage(e -> e.size(settings.tmpMiB()))
                .tracingConfig(t -> t.mode(settings.tracing()))
                .snapStart(SnapStartResponse.builder().applyOn("None").optimizationStatus("Off").build())
                .runtimeVersionConfig(RuntimeVersionConfig.builder()
                        .runtimeVersionArn(runtimes.versionArn(settings.runtime(), scope.region()))
                        .build())
                .loggingConfig(LoggingConfig.builder().logFormat("Text").logGroup(settings.logGroup()).build());
        settings.environment()
                .ifPresent(variables -> answer.environment(EnvironmentResponse.builder().variables(variables).build()));
        if (!settings.layers().isEmpty()) {
            answer.layers(settings.layers().stream()
                    .map(l -> Layer.builder().arn(l.arn()).codeSize(l.code().bytes()).build())
                    .toList());
        }
        settings.kmsKeyArn().ifPresent(answer::kmsKeyArn);
        settings.vpc()
                .ifPresent(vpc -> answer.vpcConfig(VpcConfigResponse.builder()
                        .subnetIds(vpc.subnetIds())
                        .securityGroupIds(vpc.securityGroupIds())
                        .vpcId(vpc.vpcId())
                        .ipv6AllowedForDualStack(vpc.ipv6())
                        .build()));
        return answer;
    }

    /** The same members in an operation's own answer class, which the SDK generates without a common type. */
    static <B extends SdkPojo> B as(SdkPojo configuration, B builder) {
        for (SdkField<?> to : builder.sdkFields()) {
            for (SdkField<?> from : configuration.sdkFields()) {
                if (from.memberName().equals(to.memberName())) {
                    to.set(builder, from.getValueOrDefault(configuration));
                }
            }
        }
        return builder;
    }
}
