package dev.remora.lambda;

import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * What can be configured.
 *
 * @param sandboxEnvironment variables that every function without a VPC sees unless it sets them itself, e.g. AWS_ENDPOINT_URL:
 *     one with a VPC finds AWS by its names, which lead to an endpoint of the VPC or out of it
 * @param strictRuntimes whether a runtime whose version is not the host interpreter's is refused
 * @param initTimeout how long an environment's first init phase may take
 * @param idle how long an environment stays warm without work
 * @param idleMax how many environments may be warm and idle at once
 * @param retries how long after a failed asynchronous attempt the next one follows, one for each retry
 * @param eventAge how long an asynchronous event may wait
 * @param enisInForce how long an interface may take until the kernel holds it
 * @param credentialsLife how long the credentials in an environment are good
 */
public record LambdaOptions(
        Map<String, String> sandboxEnvironment,
        boolean strictRuntimes,
        Duration initTimeout,
        Duration idle,
        int idleMax,
        List<Duration> retries,
        Duration eventAge,
        Duration enisInForce,
        int eniConnections,
        Duration credentialsLife) {
    public static final LambdaOptions DEFAULTS = new LambdaOptions(
            Map.of(),
            false,
            Duration.ofSeconds(10),
            Duration.ofMinutes(10),
            64,
            List.of(Duration.ofMinutes(1), Duration.ofMinutes(2)),
            Duration.ofHours(6),
            Duration.ofMinutes(10),
            65_000,
            Duration.ofHours(12));

    public LambdaOptions {
        sandboxEnvironment = Map.copyOf(sandboxEnvironment);
        retries = List.copyOf(retries);
    }

    public LambdaOptions withSandboxEnvironment(Map<String, String> variables) {
        return new LambdaOptions(
                variables, strictRuntimes, initTimeout, idle, idleMax, retries, eventAge,
                enisInForce, eniConnections, credentialsLife);
    }

    public LambdaOptions withStrictRuntimes(boolean strict) {
        return new LambdaOptions(
                sandboxEnvironment, strict, initTimeout, idle, idleMax, retries, eventAge,
                enisInForce, eniConnections, credentialsLife);
    }

    public LambdaOptions withIdleMax(int environments) {
        return new LambdaOptions(
                sandboxEnvironment, strictRuntimes, initTimeout, idle, environments, retries, eventAge,
                enisInForce, eniConnections,
                credentialsLife);
    }

    public LambdaOptions withCredentialsLife(Duration life) {
        return new LambdaOptions(
                sandboxEnvironment, strictRuntimes, initTimeout, idle, idleMax, retries, eventAge,
                enisInForce, eniConnections, life);
    }

    public LambdaOptions withEniConnections(int connections) {
        return new LambdaOptions(
                sandboxEnvironment, strictRuntimes, initTimeout, idle, idleMax, retries, eventAge, enisInForce, connections,
                credentialsLife);
    }
}
