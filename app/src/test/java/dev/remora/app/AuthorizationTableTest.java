package dev.remora.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remora.wire.Call;
import dev.remora.wire.Declarations;
import dev.remora.wire.Operation;
import dev.remora.wire.Operations;
import dev.remora.wire.Permission;
import dev.remora.wire.Principal;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.awscore.AwsRequest;
import software.amazon.awssdk.core.SdkField;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.core.protocol.MarshallingType;
import software.amazon.awssdk.utils.builder.Buildable;

/** What the tables say of permissions, against the types of resources that AWS's reference gives to each action. */
class AuthorizationTableTest {
    private static final String OURS = ":us-east-1:123456789012:";
    private static final Call CALL =
            new Call("r", "us-east-1", new Principal.Root("123456789012"), "127.0.0.1", Instant.EPOCH);

    /** What members hold that cannot be any text. */
    private static final Map<String, String> VALUES = Map.ofEntries(
            Map.entry("iam.Path", "/path/"),
            Map.entry("iam.SerialNumber", "arn:aws:iam::123456789012:mfa/name"),
            Map.entry("lambda.Resource", "arn:aws:lambda" + OURS + "function:f"),
            Map.entry("lambda.Arn", "arn:aws:lambda" + OURS + "layer:l:1"),
            Map.entry("sqs.SourceArn", "arn:aws:sqs" + OURS + "q"),
            Map.entry("sqs.DestinationArn", "arn:aws:sqs" + OURS + "q"),
            Map.entry("sqs.QueueOwnerAWSAccountId", "123456789012"),
            Map.entry("sqs.TaskHandle", Base64.getEncoder().encodeToString(
                    ("{\"taskId\":\"t\",\"sourceArn\":\"arn:aws:sqs" + OURS + "q\"}").getBytes(StandardCharsets.UTF_8))),
            Map.entry("logs.resourceArn", "arn:aws:logs" + OURS + "log-group:g"),
            Map.entry("rds.ResourceName", "arn:aws:rds" + OURS + "db:d"),
            Map.entry("elasticache.ResourceName", "arn:aws:elasticache" + OURS + "cluster:c"),
            Map.entry("s3.CopySource", "bucket/key"),
            Map.entry("s3.Tagging", "a=b"));

    /** The services that are held against the reference here; EC2 is in its own module. */
    private static final List<String> HELD =
            List.of("elasticache", "lambda", "logs", "rds", "s3", "secretsmanager", "sqs", "ssm");

    @TempDir
    Path folder;

    /** @param required whether each policy that is about the action's resources must name one of the type */
    private record Type(String name, boolean required, Pattern arn) {
        boolean matches(Permission permission) {
            return arn.matcher(permission.resource()).matches();
        }
    }

    @Test
    void everyOperationSaysWhatItsPermissionIsAbout() throws IOException {
        ServiceTables.with(folder, services -> {
            for (Operations service : services) {
                assertThat(Declarations.withoutResources(service)).as(service.service().signingName()).isEmpty();
            }
        });
    }

    @Test
    void resourcesAreOfTheTypesThatTheReferenceGives() throws IOException {
        Map<String, List<Type>> reference = reference();
        var wrong = new ArrayList<String>();
        var seen = new ArrayList<String>();
        ServiceTables.with(folder, services -> {
            for (Operations service : services) {
                for (Operation<?, ?> operation : service.all()) {
                    String name = service.service().signingName();
                    if (reference.containsKey(operation.action().toLowerCase(Locale.ROOT))) {
                        seen.add(operation.action());
                        check(name, operation, reference, wrong);
                    } else if (HELD.contains(name)) {
                        wrong.add(operation.action() + " is not in the reference");
                    }
                }
            }
        });
        assertThat(wrong).isEmpty();
        assertThat(seen).hasSizeGreaterThan(130);
    }

    private static <I extends AwsRequest> void check(
            String service, Operation<I, ?> operation, Map<String, List<Type>> reference, List<String> wrong) {
        List<Permission> needed = operation.permissions(request(service, operation)).apply(CALL);
        for (Permission permission : needed) {
            List<Type> types = reference.get(permission.action().toLowerCase(Locale.ROOT));
            if (types == null) {
                wrong.add(operation.name() + " needs " + permission.action() + ", which the reference does not have");
            } else if (types.isEmpty() ? !everything(permission) : types.stream().noneMatch(t -> t.matches(permission))) {
                wrong.add(permission.action() + " on " + permission.resource());
            }
        }
        for (Type type : reference.get(operation.action().toLowerCase(Locale.ROOT))) {
            if (type.required() && needed.stream()
                    .filter(p -> p.action().equalsIgnoreCase(operation.action())).noneMatch(type::matches)) {
                wrong.add(operation.action() + " does not touch its " + type.name());
            }
        }
    }

    /** An action that has no resources is asked of everything, or of an ARN that names nothing. */
    private static boolean everything(Permission permission) {
        return permission.resource().endsWith("*") || permission.resource().endsWith(":");
    }

    /** A request whose members all have a text that could be one. */
    private static <I extends AwsRequest> I request(String service, Operation<I, ?> operation) {
        try {
            Object builder = operation.request().getMethod("builder").invoke(null);
            for (SdkField<?> field : ((SdkPojo) builder).sdkFields()) {
                boolean kept = operation.parameters().get(field.memberName()) != Operation.Treatment.REFUSED;
                if (kept && field.marshallingType() == MarshallingType.STRING) {
                    field.set(builder, value(service, field.memberName()));
                } else if (kept && List.of("DBInstanceIdentifiers", "Names").contains(field.memberName())) {
                    field.set(builder, List.of("name"));
                }
            }
            return operation.request().cast(((Buildable) builder).build());
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
    }

    private static String value(String service, String member) {
        return VALUES.getOrDefault(service + "." + member, "name");
    }

    private static Map<String, List<Type>> reference() throws IOException {
        String text;
        try (var in = AuthorizationTableTest.class.getResourceAsStream("authorization-reference.txt")) {
            text = new String(Optional.ofNullable(in).orElseThrow().readAllBytes(), StandardCharsets.UTF_8);
        }
        var arns = new HashMap<String, Pattern>();
        var types = new HashMap<String, List<Type>>();
        for (String line : text.split("\n")) {
            String[] words = line.split(" ");
            if (words[0].equals("resource")) {
                arns.put(words[1], pattern(words[2]));
            } else if (words[0].equals("action")) {
                String service = words[1].substring(0, words[1].indexOf(':'));
                Stream<String> names = Arrays.stream(words).skip(2);
                types.put(words[1].toLowerCase(Locale.ROOT), names.map(name -> {
                    String bare = name.replace("*", "");
                    return new Type(bare, name.endsWith("*"), Optional.ofNullable(arns.get(service + "/" + bare)).orElseThrow());
                }).toList());
            }
        }
        return types;
    }

    /** Variables of an ARN stand for any text, but a bucket's name ends at a slash. */
    private static Pattern pattern(String arn) {
        return Pattern.compile(arn.replace("${BucketName}", "[^/]+").replaceAll("\\$\\{\\w+}", ".*"));
    }
}
