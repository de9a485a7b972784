package dev.remora.lambda;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.lambda.model.EphemeralStorage;
import software.amazon.awssdk.services.lambda.model.LoggingConfig;
import software.amazon.awssdk.services.lambda.model.SnapStart;
import software.amazon.awssdk.services.lambda.model.UpdateFunctionConfigurationRequest;
import tools.jackson.databind.json.JsonMapper;

/**
 * Turns what a request says about a configuration into {@link Settings}, refusing what Lambda refuses. Creating a function is
 * changing the defaults, so both operations pass the same rules. The VPC part is {@link VpcConfigs}'.
 */
final class ConfigurationRules {
    static final int TIMEOUT_DEFAULT = 3;
    static final int TIMEOUT_MAX = 900;
    static final int MEMORY_DEFAULT = 128;
    static final int MEMORY_MAX = 10_240;
    static final int TMP_DEFAULT = 512;
    static final int TMP_MAX = 10_240;
    static final int ENVIRONMENT_BYTES_MAX = 4096;

    private static final Set<String> RESERVED_KEYS = Set.of(
            "_HANDLER", "_X_AMZN_TRACE_ID", "AWS_DEFAULT_REGION", "AWS_REGION", "AWS_EXECUTION_ENV", "AWS_LAMBDA_FUNCTION_NAME",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "AWS_LAMBDA_FUNCTION_VERSION", "AWS_LAMBDA_INITIALIZATION_TYPE",
            "AWS_LAMBDA_LOG_GROUP_NAME", "AWS_LAMBDA_LOG_STREAM_NAME", "AWS_ACCESS_KEY", "AWS_ACCESS_KEY_ID",
            "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_LAMBDA_RUNTIME_API", "LAMBDA_TASK_ROOT", "LAMBDA_RUNTIME_DIR");

    private static final JsonMapper JSON = new JsonMapper();

    private final Runtimes runtimes;

    ConfigurationRules(Runtimes runtimes) {
        this.runtimes = runtimes;
    }

    /** What a function has before anything is said; the runtime, handler, role and code are always said. */
    static Settings defaults(String function, Settings.Code code) {
        return new Settings("", "", "", code, "", TIMEOUT_DEFAULT, MEMORY_DEFAULT, TMP_DEFAULT, Optional.empty(),
                Optional.empty(), Optional.empty(), "PassThrough", "/aws/lambda/" + function, List.of());
    }

    /** {@code current} with all that the request mentions changed; what it leaves out stays. */
    Settings apply(Settings current, String function, UpdateFunctionConfigurationRequest asked) {
        String runtime = current.runtime();
        if (asked.runtimeAsString() != null) {
            runtime = asked.runtimeAsString();
            runtimes.check(runtime);
        }
        String handler = asked.handler() == null ? current.handler() : asked.handler();
        if (runtime.isEmpty() || handler.isEmpty()) {
            throw Refusal.invalid("Runtime and Handler are mandatory parameters for functions created with deployment packages.");
        }
        snapStart(asked.snapStart());
        return new Settings(
                runtime,
                handler,
                asked.role() == null ? current.role() : asked.role(),
                current.code(),
                asked.description() == null ? current.description() : asked.description(),
                within(asked.timeout(), current.timeoutSeconds(), "timeout", 1, TIMEOUT_MAX),
                within(asked.memorySize(), current.memoryMiB(), "memorySize", 128, MEMORY_MAX),
                tmp(asked.ephemeralStorage(), current.tmpMiB()),
                current.vpc(),
                asked.environment() == null
                        ? current.environment()
                        : Optional.of(environment(asked.environment().variables())),
                asked.kmsKeyArn() == null ? current.kmsKeyArn() : Optional.of(asked.kmsKeyArn()).filter(k -> !k.isEmpty()),
                asked.tracingConfig() == null ? current.tracing() : asked.tracingConfig().modeAsString(),
                logGroup(asked.loggingConfig(), current.logGroup(), function),
                current.layers());
    }

    private static int within(@Nullable Integer asked, int current, String path, int min, int max) {
        if (asked == null) {
            return current;
        }
        if (asked < min) {
            throw Refusal.validation(asked, path, "Member must have value greater than or equal to " + min);
        }
        if (asked > max) {
            throw Refusal.validation(asked, path, "Member must have value less than or equal to " + max);
        }
        return asked;
    }

    private static int tmp(@Nullable EphemeralStorage asked, int current) {
        return asked == null ? current : within(asked.size(), current, "ephemeralStorage.size", TMP_DEFAULT, TMP_MAX);
    }

    private static Map<String, String> environment(Map<String, String> asked) {
        String refusal = "Lambda was unable to configure your environment variables because the environment variables you"
                + " have provided ";
        var reserved = new TreeSet<>(asked.keySet());
        reserved.retainAll(RESERVED_KEYS);
        if (!reserved.isEmpty()) {
            throw Refusal.invalid(refusal + "contains reserved keys that are currently not supported for modification."
                    + " Reserved keys used in this request: " + String.join(", ", reserved));
        }
        String measured = JSON.writeValueAsString(asked);
        if (measured.getBytes(StandardCharsets.UTF_8).length > ENVIRONMENT_BYTES_MAX) {
            throw Refusal.invalid(refusal + "exceeded the 4KB limit. String measured: " + measured);
        }
        return new TreeMap<>(asked);
    }

    private static String logGroup(@Nullable LoggingConfig asked, String current, String function) {
        if (asked == null) {
            return current;
        }
        if ("JSON".equals(asked.logFormatAsString())) {
            throw Refusal.invalid("LogFormat JSON is not supported here; use Text.");
        }
        if (asked.applicationLogLevelAsString() != null || asked.systemLogLevelAsString() != null) {
            throw Refusal.invalid("ApplicationLogLevel and SystemLogLevel are only valid with the LogFormat JSON, which is"
                    + " not supported here.");
        }
        return asked.logGroup() == null ? "/aws/lambda/" + function : asked.logGroup();
    }

    private static void snapStart(@Nullable SnapStart asked) {
        if (asked != null && asked.applyOnAsString() != null && !"None".equals(asked.applyOnAsString())) {
            throw Refusal.invalid("SnapStart is not supported here; ApplyOn can only be None.");
        }
    }

    /** Refuses all but the one architecture of this host. */
    static void architectures(List<String> asked) {
        if (asked.size() > 1) {
            throw Refusal.validation(asked, "architectures", "Member must have length less than or equal to 1");
        }
        if (!asked.isEmpty() && !"x86_64".equals(asked.getFirst())) {
            throw Refusal.invalid("The architecture " + asked.getFirst() + " cannot run on this host, whose architecture is"
                    + " x86_64.");
        }
    }
}
