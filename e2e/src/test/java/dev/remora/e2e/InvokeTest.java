package dev.remora.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.lambda.model.InvalidRequestContentException;
import software.amazon.awssdk.services.lambda.model.InvocationType;
import software.amazon.awssdk.services.lambda.model.ResourceNotFoundException;

@Tag("e2e")
@ExtendWith(SharedServer.class)
@DisplayName("Invoke")
class InvokeTest {
    private static final String TROUBLE =
            """
        import os, sys, time
        def handler(event, context):
            print('event is', event)
            kind = event.get('kind')
            if kind == 'raise': raise ValueError('bad luck')
            if kind == 'exit': os._exit(event['status'])
            if kind == 'sleep': time.sleep(event['seconds'])
            if kind == 'set': return {1, 2}
            if kind == 'big': return 'x' * event['size']
            if kind == 'memory': return len(bytearray(event['mib'] << 20))
            if kind == 'context': return [context.function_name, context.function_version, context.invoked_function_arn,
                context.memory_limit_in_mb, context.aws_request_id, context.log_group_name,
                context.get_remaining_time_in_millis() > 0]
            return event
        """;

    @Test
    @DisplayName("answers errors, exits, timeouts and out of memory in AWS's shapes, and recovers from each")
    void trouble(Account account) {
        var functions = Functions.of(account);
        functions.python(
                "f",
                functions.role("r", "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"),
                TROUBLE,
                f -> f);

        var answer = functions.invoke("f", "{\"a\":1}");
        assertThat(answer.payload()).isEqualTo("{\"a\": 1}");
        assertThat(answer.version()).isEqualTo("$LATEST");
        assertThat(answer.log())
                .containsPattern("START RequestId: [0-9a-f-]{36} Version: \\$LATEST\n")
                .contains("event is {'a': 1}\n")
                .containsPattern("END RequestId: .*\n"
                        + "REPORT RequestId: .*\tDuration: .* ms\tBilled Duration: .* ms\tMemory Size: 128 MB\tMax"
                        + " Memory Used: \\d+ MB");

        var raised = functions.invoke("f", "{\"kind\":\"raise\"}");
        assertThat(raised.error()).isEqualTo("Unhandled");
        assertThat(raised.payload())
                .contains(
                        "\"errorMessage\": \"bad luck\"",
                        "\"errorType\": \"ValueError\"",
                        "\"requestId\"",
                        "/var/task/index.py");

        var exit = functions.invoke("f", "{\"kind\":\"exit\",\"status\":3}");
        assertThat(exit.payload())
                .containsPattern("\"errorType\":\\s*\"Runtime.ExitError\"")
                .contains("Error: Runtime exited with error: exit status 3");
        assertThat(functions.invoke("f", "{\"kind\":\"exit\",\"status\":0}").payload())
                .contains("Runtime exited without providing a reason");

        functions.python("late", "arn:aws:iam::" + account.id() + ":role/r", TROUBLE, f -> f.timeout(2));
        var late = functions.invoke("late", "{\"kind\":\"sleep\",\"seconds\":30}");
        assertThat(late.payload()).contains("Sandbox.Timedout", "Error: Task timed out after 2.00 seconds");

        assertThat(functions.invoke("f", "{\"kind\":\"set\"}").payload())
                .contains("Runtime.MarshalError", "Object of type set is not JSON serializable");
        assertThat(functions.invoke("f", "{\"kind\":\"big\",\"size\":6400000}").payload())
                .contains("Function.ResponseSizeTooLarge", "(6291556 bytes)");
        var memory = functions.invoke("f", "{\"kind\":\"memory\",\"mib\":600}");
        assertThat(memory.payload()).contains("Runtime.ExitError", "signal: killed");

        assertThat(functions.invoke("f", "{\"kind\":\"context\"}").payload())
                .contains(
                        "\"f\", \"$LATEST\"",
                        "arn:aws:lambda:us-east-1:" + account.id() + ":function:f\"",
                        "\"/aws/lambda/f\"",
                        "true");
    }

    @Test
    @DisplayName("answers import errors and missing handlers as the runtime words them")
    void initErrors(Account account) {
        var functions = Functions.of(account);
        String role = functions.role("r");
        functions.python("import", role, "import nothing_of_that_name", f -> f);
        assertThat(functions.invoke("import", "{}").payload())
                .contains(
                        "Runtime.ImportModuleError",
                        "Unable to import module 'index': No module named 'nothing_of_that_name'");
        functions.python("missing", role, "x = 1", f -> f);
        assertThat(functions.invoke("missing", "{}").payload())
                .contains("Runtime.HandlerNotFound", "Handler 'handler' missing on module 'index'");
    }

    @Test
    @DisplayName("refuses what is not JSON, an unknown function, and does nothing on DryRun")
    void atTheDoor(Account account) {
        var functions = Functions.of(account);
        functions.python("f", functions.role("r"), TROUBLE, f -> f);
        assertThatThrownBy(() -> functions.invoke("f", "{not json"))
                .isInstanceOf(InvalidRequestContentException.class)
                .hasMessageContaining("Could not parse request body into json");
        assertThatThrownBy(() -> functions.invoke("nobody", "{}"))
                .isInstanceOf(ResourceNotFoundException.class)
                .hasMessageContaining(
                        "Function not found: arn:aws:lambda:us-east-1:" + account.id() + ":function:nobody");
        assertThat(functions
                        .lambda()
                        .invoke(r -> r.functionName("f").invocationType(InvocationType.DRY_RUN))
                        .statusCode())
                .isEqualTo(204);
    }

    @Test
    @DisplayName("runs an event later, and its log lines are read by aws logs tail")
    void event(Account account) {
        var functions = Functions.of(account);
        functions.python(
                "f",
                functions.role("r", "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"),
                TROUBLE,
                f -> f);
        assertThat(functions
                        .lambda()
                        .invoke(r -> r.functionName("f")
                                .invocationType(InvocationType.EVENT)
                                .payload(SdkBytes.fromUtf8String("{\"later\":true}")))
                        .statusCode())
                .isEqualTo(202);
        Eventually.holds(
                "the invocation's last line is in the log",
                () -> account.awsVersion2("logs", "tail", "/aws/lambda/f").out().contains("REPORT RequestId: "));
        assertThat(account.awsVersion2("logs", "tail", "/aws/lambda/f")
                        .mustSucceed()
                        .out())
                .contains("INIT_START Runtime Version: python", "START RequestId: ", "event is {'later': True}");
    }

    @Test
    @DisplayName("gives a function its environment, a /tmp of its size and a read-only /var/task")
    void surroundings(Account account) {
        var functions = Functions.of(account);
        functions.python(
                "f",
                functions.role("r"),
                """
            import os, shutil
            def attempt(f):
                try: f(); return 'done'
                except OSError as e: return e.strerror
            def handler(event, context):
                open('/tmp/x', 'w').write('y')
                return {'env': {k: os.environ.get(k) for k in
                        ('MINE', 'AWS_REGION', 'AWS_LAMBDA_FUNCTION_NAME', 'LAMBDA_TASK_ROOT', 'TZ', '_HANDLER')},
                        'tmp': shutil.disk_usage('/tmp').total >> 20, 'task': attempt(lambda: open('/var/task/x', 'w')),
                        'uid': os.getuid(), 'root': os.path.exists('/root/.bashrc'), 'shadow': os.path.exists('/etc/shadow'),
                        'home': os.path.exists('/home') and os.listdir('/home')}
            """,
                f -> f.environment(e -> e.variables(Map.of("MINE", "yes"))).ephemeralStorage(s -> s.size(512)));
        assertThat(functions.invoke("f", "{}").payload())
                .contains(
                        "\"MINE\": \"yes\"",
                        "\"AWS_REGION\": \"us-east-1\"",
                        "\"AWS_LAMBDA_FUNCTION_NAME\": \"f\"",
                        "\"LAMBDA_TASK_ROOT\": \"/var/task\"",
                        "\"_HANDLER\": \"index.handler\"",
                        "\"tmp\": 512",
                        "\"task\": \"Read-only file system\"",
                        "\"shadow\": false")
                .doesNotContain("\"uid\": 0,");
    }
}
