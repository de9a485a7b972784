package dev.remora.ec2;

import static dev.remora.ec2.Ec2Lab.REGION;
import static org.assertj.core.api.Assertions.assertThat;

import dev.remora.wire.Declarations;
import dev.remora.wire.Operation;
import dev.remora.wire.Permission;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.awscore.AwsRequest;
import software.amazon.awssdk.services.ec2.model.DeleteVpcRequest;

/**
 * What each operation needs permission for, as {@code permissions.txt} has it for {@link SampleCalls}, and whether that is what
 * AWS says in its reference. With {@code -Dpermissions.write=true} the file is written anew.
 */
class PermissionsOfCallsTest {
    private static final Path GOLDEN = Path.of("src/test/resources/dev/remora/ec2/permissions.txt");
    private static final String OWN = "arn:aws:ec2:eu-west-1:000000000000:";

    private final Ec2Lab ec2 = new Ec2Lab();

    @AfterEach
    void close() {
        ec2.close();
    }

    /** A resource type of an action, as the reference lists it. */
    private record Row(boolean required, Set<String> keys) {}

    @Test
    void what_calls_need_reads_as_it_is_written_down() throws IOException {
        var samples = new SampleCalls(ec2);
        var lines = new StringBuilder();
        for (AwsRequest call : samples.all()) {
            lines.append(name(call)).append('\n');
            permissions(call).forEach(p -> lines.append("    ").append(line(call, p)).append('\n'));
        }
        String text = samples.named(lines.toString());
        if (Boolean.getBoolean("permissions.write")) {
            Files.writeString(GOLDEN, text);
        }
        assertThat(GOLDEN).hasContent(text);
    }

    private static String line(AwsRequest call, Permission needed) {
        String keys = new TreeMap<>(needed.keys())
                .entrySet().stream()
                        .map(e -> e.getKey() + "=" + shortened(String.join(",", new TreeSet<>(e.getValue()))))
                        .collect(Collectors.joining(" "));
        String action = needed.action().equals("ec2:" + name(call)) ? "" : needed.action() + " ";
        return (action + shortened(needed.resource()) + " " + keys).strip();
    }

    private static String shortened(String arn) {
        return arn.replace(OWN, "");
    }

    @Test
    void the_table_says_of_every_operation_what_it_is_about() {
        assertThat(Declarations.withoutResources(ec2.service.operations())).isEmpty();
    }

    @Test
    void every_operation_on_resources_is_among_the_samples() throws IOException {
        Set<String> sampled = new SampleCalls(ec2).all().stream().map(c -> name(c)).collect(Collectors.toSet());
        Set<String> documented = new TreeSet<>();
        reference().forEach((action, rows) -> {
            if (!rows.isEmpty()) {
                documented.add(action);
            }
        });
        assertThat(sampled).containsExactlyInAnyOrderElementsOf(documented);
        assertThat(ec2.service.operations().all())
                .extracting(Operation::name)
                .as("operations that the reference's rows are compiled for")
                .containsExactlyInAnyOrderElementsOf(reference().keySet());
    }

    @Test
    void all_that_aws_requires_is_touched_and_nothing_that_it_does_not_know() throws IOException {
        var wrong = new ArrayList<String>();
        var reference = reference();
        for (AwsRequest call : new SampleCalls(ec2).all()) {
            Map<String, Row> rows = reference.get(name(call));
            var own = permissions(call).stream().filter(p -> p.action().equals("ec2:" + name(call))).toList();
            Set<String> touched = own.stream().map(p -> type(p)).collect(Collectors.toSet());
            rows.forEach((type, row) -> {
                if (row.required() && !touched.contains(type)) {
                    wrong.add(name(call) + " does not touch " + type);
                }
            });
            for (Permission p : own) {
                Row row = rows.get(type(p));
                if (row == null) {
                    wrong.add(name(call) + " touches " + p.resource());
                    continue;
                }
                p.keys().keySet().stream()
                        .map(key -> key.replaceFirst("(Tag|Attribute)/.*", "$1/").replaceFirst("Tag/$", "Tag/K"))
                        .map(key -> key.replaceFirst("Attribute/$", "Attribute/A"))
                        .filter(key -> !row.keys().contains(key) && !known(call, type(p), key))
                        .forEach(key -> wrong.add(name(call) + " gives " + type(p) + " the key " + key));
            }
        }
        assertThat(wrong).isEmpty();
    }

    /** Keys that the reference leaves out for an action though they are of the type: which thing it is can be told by its ARN. */
    private static boolean known(AwsRequest call, String type, String key) {
        return switch (name(call)) {
            case "DeleteTags" -> key.matches("ec2:(\\w+ID|AllocationId)");
            case "CreateFlowLogs" -> type.equals("subnet") && key.equals("ec2:AvailabilityZoneId");
            default -> false;
        };
    }

    @Test
    void what_is_not_there_has_its_name_and_nothing_else() {
        assertThat(permissions(DeleteVpcRequest.builder().vpcId("vpc-0").build()))
                .containsExactly(
                        new Permission("ec2:DeleteVpc", OWN + "vpc/vpc-0", Map.of("ec2:VpcID", List.of("vpc-0"))));
    }

    @Test
    void what_is_not_named_is_any() {
        assertThat(permissions(DeleteVpcRequest.builder().build()))
                .containsExactly(new Permission("ec2:DeleteVpc", OWN + "vpc/*", Map.of("ec2:VpcID", List.of("*"))));
    }

    private static String type(Permission p) {
        String[] parts = p.resource().split(":", 6);
        return parts.length < 6 ? p.resource() : parts[5].substring(0, parts[5].indexOf('/'));
    }

    private static String name(AwsRequest call) {
        return call.getClass().getSimpleName().replaceAll("Request$", "");
    }

    private List<Permission> permissions(AwsRequest call) {
        return permissions(ec2.operation(call), call);
    }

    private static <I extends AwsRequest> List<Permission> permissions(Operation<I, ?> operation, AwsRequest call) {
        return operation.permissions(operation.request().cast(call)).apply(Ec2Lab.call(REGION));
    }

    private static Map<String, Map<String, Row>> reference() throws IOException {
        Map<String, Map<String, Row>> actions = new LinkedHashMap<>();
        try (InputStream in = PermissionsOfCallsTest.class.getResourceAsStream("actions.csv")) {
            for (String line : new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList()) {
                if (line.startsWith("#")) {
                    continue;
                }
                String[] cells = line.split(";", -1);
                Map<String, Row> rows = actions.computeIfAbsent(cells[0], none -> new LinkedHashMap<>());
                if (!cells[1].isEmpty()) {
                    rows.put(cells[1], new Row(cells[2].equals("yes"), Set.copyOf(Arrays.asList(cells[3].split(" ")))));
                }
            }
        }
        return actions;
    }
}
