package dev.remora.app;

import dev.remora.cloudtrail.CloudTrailService;
import dev.remora.lambda.CodeDownload;
import dev.remora.lambda.LambdaService;
import dev.remora.net.Drop;
import dev.remora.store.Scope;
import dev.remora.wire.AwsError;
import dev.remora.wire.HttpFront;
import dev.remora.wire.Request;
import dev.remora.wire.Response;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import tools.jackson.databind.json.JsonMapper;

/**
 * The paths that are not AWS's: {@code /_remora/*} and the health page in LocalStack's form. The front answers them to peers
 * on the host's loopback only.
 */
final class Admin {
    private static final JsonMapper JSON = new JsonMapper();
    private final Server server;

    Admin(Server server) {
        this.server = server;
    }

    void routes(HttpFront front) {
        front.admin("GET", "/_remora/health", request -> ok(health()));
        front.admin("GET", "/_localstack/health", request -> ok(localstackHealth()));
        front.admin("GET", "/_remora/drops", this::drops);
        front.admin("GET", "/_remora/audit", this::audit);
        front.admin("POST", "/_remora/forward", this::forward);
        front.admin("DELETE", "/_remora/forward", this::unforward);
        front.admin("GET", "/_remora/instance", this::instance);
        front.admin("POST", "/_remora/bridge", this::bridge);
        front.admin("DELETE", "/_remora/bridge", this::unbridge);
        front.admin("GET", LambdaService.CODE_PATH + "*", this::code);
    }

    private Map<String, Object> health() {
        var page = new LinkedHashMap<String, Object>();
        page.put("version", Version.TEXT);
        page.put("internet", server.settings().internet().name().toLowerCase(Locale.ROOT));
        page.put("services", server.services());
        page.put("runtimes", server.runtimes());
        page.put("drops", dropCounts(server.dropCounts()));
        return page;
    }

    private static Map<String, Long> dropCounts(Map<Drop.Cause, Long> counts) {
        return counts.entrySet().stream()
                .filter(c -> c.getValue() > 0)
                .collect(Collectors.toMap(
                        c -> c.getKey().name().toLowerCase(Locale.ROOT),
                        Map.Entry::getValue,
                        Long::sum,
                        TreeMap::new));
    }

    private Map<String, Object> localstackHealth() {
        var page = new LinkedHashMap<String, Object>();
        page.put("services", server.services());
        page.put("edition", "remora");
        page.put("version", Version.TEXT);
        return page;
    }

    private Response drops(Request request) {
        var query = query(request);
        Optional<String> function = Optional.ofNullable(query.get("function")).filter(f -> !f.isEmpty());
        List<DropList.Line> lines;
        try {
            lines = server.dropList().lines(scope(query), function, Long.parseLong(query.getOrDefault("after", "0")));
        } catch (NumberFormatException notANumber) {
            return refused(400, "after is not a number");
        }
        var page = new LinkedHashMap<String, Object>();
        page.put("drops", lines);
        page.put(
                "next",
                lines.isEmpty()
                        ? query.getOrDefault("after", "0")
                        : Long.toString(lines.getLast().micros()));
        return ok(page);
    }

    private Response audit(Request request) {
        var query = query(request);
        String after = query.getOrDefault("after", "0");
        if (!after.matches("[0-9]{1,18}")) {
            return refused(400, "after is not a number");
        }
        boolean denied = Boolean.parseBoolean(query.get("denied"));
        List<CloudTrailService.Line> calls = server.cloudTrail().lines(scope(query).account(), Long.parseLong(after)).stream()
                .filter(line -> !denied || line.refused())
                .toList();
        return ok(Map.of("calls", calls, "next", calls.isEmpty() ? after : Long.toString(calls.getLast().number())));
    }

    private Response forward(Request request) {
        var query = query(request);
        String database = query.getOrDefault("database", "");
        String port = query.getOrDefault("port", "");
        if (!port.matches("[0-9]{1,5}") || Integer.parseInt(port) > 65535) {
            return refused(400, "'" + port + "' is not a port.");
        }
        var listener = server.database(scope(query), database);
        if (listener.isEmpty()) {
            return refused(
                    404,
                    "there is no available DB instance '" + database + "' in "
                            + scope(query).region() + ".");
        }
        try {
            int opened = server.forwards().open(Integer.parseInt(port), listener.get());
            return ok(Map.of(
                    "port",
                    opened,
                    "to",
                    listener.get().endpoint() + ":" + listener.get().port()));
        } catch (StartFailure taken) {
            return refused(409, taken.line());
        }
    }

    private Response unforward(Request request) {
        String port = query(request).getOrDefault("port", "");
        if (!port.matches("[0-9]{1,5}")) {
            return refused(400, "'" + port + "' is not a port.");
        }
        server.forwards().close(Integer.parseInt(port));
        return ok(Map.of());
    }

    /** Where to enter an instance: the host's number of its first program. */
    private Response instance(Request request) {
        String id = query(request).getOrDefault("instance", "");
        return server.door(id)
                .map(door -> ok(Map.of("instance", id, "process", door.process())))
                .orElseGet(() -> refused(404, "there is no running instance '" + id + "'."));
    }

    private Response bridge(Request request) {
        var query = query(request);
        for (String name : List.of("port", "to")) {
            String port = query.getOrDefault(name, "");
            if (!port.matches("[1-9][0-9]{0,4}") || Integer.parseInt(port) > 65535) {
                return refused(400, "'" + port + "' is not a port.");
            }
        }
        String groups = query.getOrDefault("groups", "");
        try {
            Bridges.Opened opened = server.bridges().open(new Bridges.Wanted(
                    scope(query),
                    query.getOrDefault("subnet", ""),
                    groups.isEmpty() ? Set.of() : Set.of(groups.split(",")),
                    Integer.parseInt(query.getOrDefault("port", "")),
                    Integer.parseInt(query.getOrDefault("to", "")),
                    query.getOrDefault("name", "")));
            return ok(Map.of("interface", opened.id(), "address", opened.address()));
        } catch (AwsError absent) {
            return refused(400, absent.getMessage() + ".");
        } catch (StartFailure told) {
            return refused(409, told.line());
        } catch (IllegalArgumentException twice) {
            return refused(400, "a group is named twice.");
        }
    }

    private Response unbridge(Request request) {
        server.bridges().close(query(request).getOrDefault("interface", ""));
        return ok(Map.of());
    }

    /** A function's code, by a link of GetFunction. */
    private Response code(Request request) {
        return switch (server.code(request.rawPath().substring(LambdaService.CODE_PATH.length()))) {
            case CodeDownload.Found(var zip) -> {
                try {
                    yield Response.of(200, "application/zip", Files.readAllBytes(zip));
                } catch (IOException gone) {
                    yield refused(404, "the code is gone");
                }
            }
            case CodeDownload.Refused(int status, String message) -> refused(status, message);
        };
    }

    private static Scope scope(Map<String, String> query) {
        return new Scope(
                query.getOrDefault("account", Defaults.ACCOUNT), query.getOrDefault("region", Defaults.REGION));
    }

    static Map<String, String> query(Request request) {
        var parameters = new LinkedHashMap<String, String>();
        for (String pair : request.rawQuery().split("&")) {
            int equals = pair.indexOf('=');
            if (equals > 0) {
                parameters.put(
                        pair.substring(0, equals),
                        URLDecoder.decode(pair.substring(equals + 1), StandardCharsets.UTF_8));
            }
        }
        return parameters;
    }

    private static Response ok(Object body) {
        return json(200, body);
    }

    private static Response refused(int status, String message) {
        return json(status, Map.of("message", message));
    }

    private static Response json(int status, Object body) {
        return Response.of(status, "application/json", JSON.writeValueAsBytes(body));
    }
}
