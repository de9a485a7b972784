package dev.remora.sandbox;

import java.nio.file.Files;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** How each language's runtime is started, and the variables that only the sandbox knows. */
final class Bootstrap {
    private static final int HEAP_PERCENT = 75;

    private final Interpreters interpreters;
    private final SandboxConfig config;

    Bootstrap(Interpreters interpreters, SandboxConfig config) {
        this.interpreters = interpreters;
        this.config = config;
    }

    /** The command of a sandbox, by paths inside. */
    List<String> command(SandboxSpec spec) {
        List<String> command = new ArrayList<>();
        String wrapper = spec.environment().getOrDefault("AWS_LAMBDA_EXEC_WRAPPER", "");
        if (!wrapper.isEmpty() && spec.language() != Language.PROVIDED) {
            command.add(wrapper);
        }
        switch (spec.language()) {
            case PYTHON, NODE -> command.addAll(interpreter(spec.language()));
            case JAVA -> command.addAll(java(spec));
            case PROVIDED -> command.add(
                    Files.exists(spec.code().resolve("bootstrap")) ? "/var/task/bootstrap" : "/opt/bootstrap");
        }
        return command;
    }

    /** The interpreter with our bootstrap. Only for the languages that have one of ours. */
    List<String> interpreter(Language language) {
        String program = path(language);
        return language == Language.PYTHON
                ? List.of(program, "/var/runtime/bootstrap.py")
                : List.of(program, "--no-deprecation", "/var/runtime/bootstrap.js");
    }

    /** The same, waiting for its function. */
    List<String> prepared(Language language) {
        List<String> command = new ArrayList<>(interpreter(language));
        command.add("--prepared");
        return command;
    }

    private String path(Language language) {
        Optional<Sandboxes.Interpreter> found = interpreters.of(language);
        return found.orElseThrow(() -> new IllegalStateException("this host has no interpreter for " + language))
                .executable()
                .toString();
    }

    private List<String> java(SandboxSpec spec) {
        List<String> command = new ArrayList<>(List.of(
                path(Language.JAVA),
                "-Xmx" + spec.memoryMiB() * HEAP_PERCENT / 100 + "m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-XX:-UsePerfData",
                "-Xshare:auto",
                "--enable-native-access=ALL-UNNAMED"));
        if (config.javaTrustStore().isPresent()) {
            command.add("-Djavax.net.ssl.trustStore=" + HostFolders.TRUST_STORE);
            command.add("-Djavax.net.ssl.trustStorePassword=changeit");
        }
        command.addAll(List.of(
                "-cp", "/var/runtime/lib/*", "com.amazonaws.services.lambda.runtime.api.client.AWSLambda", spec.handler()));
        return command;
    }

    /** The function's variables over our defaults; what the runtime itself depends on cannot be changed. */
    Map<String, String> environment(SandboxSpec spec) {
        Map<String, String> variables = new LinkedHashMap<>(defaults(spec.language()));
        variables.putAll(spec.environment());
        variables.put("AWS_LAMBDA_RUNTIME_API", "127.0.0.1:" + RuntimeApi.PORT);
        variables.put("LAMBDA_TASK_ROOT", "/var/task");
        variables.put("LAMBDA_RUNTIME_DIR", "/var/runtime");
        variables.put("_HANDLER", spec.handler());
        return variables;
    }

    /** Names and values as Lambda's own, but for LANG: a locale that is not installed makes programs complain. */
    Map<String, String> defaults(Language language) {
        Map<String, String> variables = new LinkedHashMap<>();
        variables.put("PATH", "/var/lang/bin:/usr/local/bin:/usr/bin/:/bin:/opt/bin");
        variables.put(
                "LD_LIBRARY_PATH",
                "/var/lang/lib:/lib64:/usr/lib64:/var/runtime:/var/runtime/lib:/var/task:/var/task/lib:/opt/lib");
        variables.put("LANG", "C.UTF-8");
        variables.put("TZ", ":UTC");
        variables.put("SHLVL", "0");
        variables.put("PWD", "/var/task");
        variables.put("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand");
        variables.put("AWS_XRAY_CONTEXT_MISSING", "LOG_ERROR");
        variables.put("AWS_XRAY_DAEMON_ADDRESS", "127.0.0.1:2000");
        variables.put("_AWS_XRAY_DAEMON_ADDRESS", "127.0.0.1");
        variables.put("_AWS_XRAY_DAEMON_PORT", "2000");
        variables.put("SSL_CERT_FILE", HostFolders.CA_BUNDLE);
        variables.put("AWS_CA_BUNDLE", HostFolders.CA_BUNDLE);
        variables.put("REQUESTS_CA_BUNDLE", HostFolders.CA_BUNDLE);
        switch (language) {
            case PYTHON -> variables.put("PYTHONPATH", "/var/runtime");
            case NODE -> {
                variables.put(
                        "NODE_PATH", "/opt/nodejs/node_modules:/var/runtime/node_modules:/var/runtime:/var/task");
                variables.put("NODE_EXTRA_CA_CERTS", HostFolders.CA_BUNDLE);
            }
            case JAVA, PROVIDED -> {}
        }
        return variables;
    }
}
