package dev.remora.sandbox;

import dev.remora.net.NatKey;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * What one execution environment is to be.
 *
 * @param id 32 hexadecimal digits, new for each sandbox; its log stream's name ends in them, and the environment names that
 *     stream
 * @param owner who it is for, in logs and errors: the function's ARN with its version
 * @param language how its code runs
 * @param handler e.g. {@code index.handler}
 * @param code the unpacked code, becomes {@code /var/task}, read-only
 * @param layers unpacked layers, merged in this order into {@code /opt}, read-only
 * @param environment the function's own variables and AWS's (region, role credentials, names); the sandbox adds those that only
 *     it knows: AWS_LAMBDA_RUNTIME_API, LAMBDA_TASK_ROOT, PATH, _HANDLER and their like
 * @param memoryMiB limit on memory; over it the runtime is killed
 * @param tmpMiB size of {@code /tmp}
 * @param cpuShare share of one CPU in thousandths, e.g. 1769 MB have 1000
 * @param initTimeout how long the init phase may take
 * @param network what its packets leave by
 * @param ipv6 whether they may be IPv6
 * @param output where each line that it prints goes
 */
public record SandboxSpec(
        String id,
        String owner,
        Language language,
        String handler,
        Path code,
        List<Path> layers,
        Map<String, String> environment,
        int memoryMiB,
        int tmpMiB,
        int cpuShare,
        Duration initTimeout,
        NatKey network,
        boolean ipv6,
        Output output) {
    public SandboxSpec {
        layers = List.copyOf(layers);
        environment = Map.copyOf(environment);
    }
}
