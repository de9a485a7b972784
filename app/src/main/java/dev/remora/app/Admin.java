package dev.remora.app;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The paths that are not AWS's: {@code /_remora/*} and the health page in LocalStack's form. They answer peers on the host's
 * loopback only; {@link Http} asks nobody else's requests here.
 */
final class Admin {
    private static final JsonMapper JSON = new JsonMapper();

    /** An answer: a status and a JSON body. */
    record Answer(int status, JsonNode body) {
        static Answer ok(Object body) {
            return new Answer(200, JSON.valueToTree(body));
        }

        static Answer refused(int status, String message) {
            return new Answer(status, JSON.valueToTree(Map.of("message", message)));
        }
    }

    private final Server server;

    Admin(Server server) {
        this.server = server;
    }

    static boolean owns(String path) {
        return path.startsWith("/_remora/") || path.startsWith("/_localstack/");
    }

    Answer answer(String method, String path, Map<String, String> query) {
        return switch (method + " " + path) {
            case "GET /_remora/health" -> Answer.ok(health());
            case "GET /_localstack/health" -> Answer.ok(localstackHealth());
            default -> Answer.refused(404, "there is no " + method + " " + path);
        };
    }

    private Map<String, Object> health() {
        var page = new LinkedHashMap<String, Object>();
        page.put("version", Version.TEXT);
        page.put("internet", server.settings().internet().name().toLowerCase(java.util.Locale.ROOT));
        page.put("services", server.services());
        page.put("runtimes", server.runtimes());
        page.put("counts", server.counts());
        return page;
    }

    private Map<String, Object> localstackHealth() {
        var page = new LinkedHashMap<String, Object>();
        page.put("services", server.services());
        page.put("edition", "remora");
        page.put("version", Version.TEXT);
        return page;
    }

    static String required(Map<String, String> query, String name) {
        return Optional.ofNullable(query.get(name))
                .filter(v -> !v.isEmpty())
                .orElseThrow(() -> new IllegalArgumentException("the parameter " + name + " is missing"));
    }
}
