package dev.remora.lambda;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * All that a client can set on one version of a function. Equal settings behave equally, so publishing compares them.
 *
 * @param role the execution role's ARN
 * @param vpc absent for a function that never had a VPC configuration; present and empty after it was unattached: AWS's answers
 *     differ
 * @param environment absent where none was ever given
 * @param kmsKeyArn kept and returned
 * @param layers what is laid over each other at {@code /opt}, in this order
 * @param tracing {@code PassThrough} or {@code Active}, kept and returned
 */
record Settings(
        String runtime,
        String handler,
        String role,
        Code code,
        String description,
        int timeoutSeconds,
        int memoryMiB,
        int tmpMiB,
        Optional<Vpc> vpc,
        Optional<Map<String, String>> environment,
        Optional<String> kmsKeyArn,
        String tracing,
        String logGroup,
        List<Layer> layers) {
    Settings {
        layers = List.copyOf(layers);
        environment = environment.<Map<String, String>>map(TreeMap::new);
    }

    /**
     * The code, as it lies in the content-addressed store.
     *
     * @param sha256 hexadecimal
     */
    record Code(String sha256, long bytes) {}

    /** A version of a layer by its ARN; its code stays when the version is deleted. */
    record Layer(String arn, Code code) {}

    record Vpc(List<String> subnetIds, List<String> securityGroupIds, String vpcId, boolean ipv6) {
        static final Vpc UNATTACHED = new Vpc(List.of(), List.of(), "", false);

        Vpc {
            subnetIds = List.copyOf(subnetIds);
            securityGroupIds = List.copyOf(securityGroupIds);
        }

        boolean attached() {
            return !subnetIds.isEmpty();
        }
    }

    /** The Hyperplane keys that sandboxes with these settings leave by; none for a function without a VPC. */
    List<HyperplaneKey> keys() {
        return vpc.filter(Vpc::attached)
                .map(v -> v.subnetIds().stream()
                        .distinct()
                        .map(subnet -> HyperplaneKey.of(subnet, v.securityGroupIds()))
                        .toList())
                .orElse(List.of());
    }

    /** All code that it runs with, its own first. */
    List<Code> codes() {
        return Stream.concat(Stream.of(code), layers.stream().map(Layer::code)).distinct().toList();
    }

    Settings with(List<Layer> newLayers) {
        return new Settings(runtime, handler, role, code, description, timeoutSeconds, memoryMiB, tmpMiB, vpc, environment,
                kmsKeyArn, tracing, logGroup, newLayers);
    }

    Settings with(Code newCode) {
        return new Settings(runtime, handler, role, newCode, description, timeoutSeconds, memoryMiB, tmpMiB, vpc, environment,
                kmsKeyArn,
                tracing, logGroup, layers);
    }

    Settings with(Vpc newVpc) {
        return new Settings(runtime, handler, role, code, description, timeoutSeconds, memoryMiB, tmpMiB, Optional.of(newVpc),
                environment, kmsKeyArn, tracing, logGroup, layers);
    }

    Settings described(String newDescription) {
        return new Settings(runtime, handler, role, code, newDescription, timeoutSeconds, memoryMiB, tmpMiB, vpc, environment,
                kmsKeyArn,
                tracing, logGroup, layers);
    }
}
