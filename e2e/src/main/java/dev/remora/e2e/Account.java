package dev.remora.e2e;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/**
 * An AWS account on a server, and the unmodified clients set up for it.
 *
 * @param credentials what the clients sign with, by the names of the environment
 */
public record Account(Server server, String id, Map<String, String> credentials) {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Its root. */
    public Account(Server server, String id) {
        this(server, id, Map.of("AWS_ACCESS_KEY_ID", id, "AWS_SECRET_ACCESS_KEY", "test"));
    }

    /** The account in a role that it has from now on, whose one policy is {@code policy}. */
    public Account inRole(String name, String policy) {
        String trust = "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"AWS\":\"" + id
                + "\"},\"Action\":\"sts:AssumeRole\"}]}";
        String arn = aws("iam", "create-role", "--role-name", name, "--assume-role-policy-document", trust)
                .get("Role")
                .get("Arn")
                .asString();
        aws("iam", "put-role-policy", "--role-name", name, "--policy-name", "all", "--policy-document", policy);
        return with(aws("sts", "assume-role", "--role-arn", arn, "--role-session-name", "test"));
    }

    /** The account with temporary credentials, from an answer of STS that has some. */
    public Account with(JsonNode answer) {
        JsonNode issued = answer.get("Credentials");
        return new Account(
                server,
                id,
                Map.of(
                        "AWS_ACCESS_KEY_ID", issued.get("AccessKeyId").asString(),
                        "AWS_SECRET_ACCESS_KEY", issued.get("SecretAccessKey").asString(),
                        "AWS_SESSION_TOKEN", issued.get("SessionToken").asString()));
    }

    public static Account fresh(Server server) {
        return new Account(
                server, String.valueOf(ThreadLocalRandom.current().nextLong(100_000_000_000L, 1_000_000_000_000L)));
    }

    /** What a client finds in its environment. */
    public Map<String, String> environment() {
        var environment = new LinkedHashMap<String, String>();
        environment.putAll(credentials);
        environment.put("AWS_DEFAULT_REGION", "us-east-1");
        environment.put("AWS_REGION", "us-east-1");
        environment.put("AWS_ENDPOINT_URL", server.endpoint());
        environment.put("REMORA_ENDPOINT", server.endpoint());
        environment.put("AWS_EC2_METADATA_DISABLED", "true");
        environment.put("AWS_PAGER", "");
        environment.put("AWS_MAX_ATTEMPTS", "1");
        return environment;
    }

    /** Runs {@code aws …} and returns its JSON answer, or a null node where it printed nothing. */
    public JsonNode aws(String... words) {
        String out = awsCommand(words).mustSucceed().out();
        return out.isBlank() ? JSON.nullNode() : JSON.readTree(out);
    }

    /** Runs {@code aws …}, which must fail, and returns what it printed. */
    public String awsFails(String... words) {
        Command command = awsCommand(words);
        if (command.exit() == 0) {
            throw new AssertionError(command.line() + " succeeded:\n" + command.out());
        }
        return command.all().strip();
    }

    /** Runs the {@code aws} of the PATH, whichever version that is. */
    public Command awsCommand(String... words) {
        return cli("aws", words);
    }

    /** Runs Debian's AWS CLI, which is a version 2. */
    public Command awsVersion2(String... words) {
        return cli("/usr/bin/aws", words);
    }

    private Command cli(String program, String... words) {
        var line = new ArrayList<>(List.of(program, "--endpoint-url", server.endpoint(), "--output", "json"));
        line.addAll(List.of(words));
        return Command.run(environment(), line);
    }

    /** Runs a Python program with boto3; what it prints is returned. {@code client('ec2')} makes a client of this account. */
    public String boto3(String program) {
        return boto3(Clients.pythonWithBoto3(), program);
    }

    /** The same with Debian's boto3, which is of a time when SQS still spoke awsQuery. */
    public String debianBoto3(String program) {
        return boto3("/usr/bin/python3", program);
    }

    private String boto3(String python, String program) {
        String prelude =
                """
            import boto3, botocore, json, sys, os, io, zipfile, time, base64
            from botocore.config import Config
            def client(name, region='us-east-1', **more):
                return boto3.client(name, region_name=region, endpoint_url=os.environ['AWS_ENDPOINT_URL'],
                                    config=Config(retries={'max_attempts': 0}, read_timeout=100), **more)
            def code(**files):
                out = io.BytesIO()
                with zipfile.ZipFile(out, 'w') as z:
                    for name, text in files.items(): z.writestr(name.replace('__', '.'), text)
                return out.getvalue()
            def refused(call, **arguments):
                try: call(**arguments)
                except botocore.exceptions.ClientError as e:
                    status, error = e.response['ResponseMetadata']['HTTPStatusCode'], e.response['Error']
                    return f"{status} {error['Code']}: {error['Message']}"
                return 'was not refused'
            """;
        return Command.run(environment(), List.of(python, "-c", prelude + program))
                .mustSucceed()
                .out()
                .strip();
    }

    /** Runs a JavaScript program with the AWS SDK for JavaScript; what it prints is returned. */
    public String node(String program) {
        return Command.run(withModules(), List.of("node", "--input-type=commonjs", "-e", program))
                .mustSucceed()
                .out()
                .strip();
    }

    private Map<String, String> withModules() {
        var environment = environment();
        environment.put("NODE_PATH", Clients.nodeModules().toString());
        environment.put("NODE_NO_WARNINGS", "1");
        return environment;
    }

    /** A zip file with the given files, for {@code fileb://}. */
    public static Path zip(Map<String, String> files) {
        return Zips.of(files);
    }
}
