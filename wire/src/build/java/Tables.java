import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.jar.JarFile;
import java.util.zip.ZipEntry;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Cuts AWS's published models down to what the SDK's classes lack: constraints of inputs, HTTP statuses, error codes.
 *
 * <p>Runs while building. For each overlay {@code src/main/models/NAME.json} it reads {@code
 * models/NAME-DATE-model.json} of the models' jar, keeps the shapes that are reachable from an input and carry or
 * lead to a constraint, lays the overlay over the result (JSON merge patch: null removes) and writes {@code
 * NAME.json}. The published models end in December 2025; what moved since, and where AWS answers otherwise than its
 * model says, stands in the overlay.
 */
public final class Tables {
    private static final JsonMapper JSON = JsonMapper.shared();

    private final JsonNode model;
    private final Map<String, Boolean> telling = new HashMap<>();
    private final Map<String, ObjectNode> kept = new TreeMap<>();

    private Tables(JsonNode model) {
        this.model = model;
    }

    public static void main(String[] args) throws IOException {
        Path out = Files.createDirectories(Path.of(args[2]));
        try (JarFile jar = new JarFile(args[0]);
                var overlays = Files.list(Path.of(args[1]))) {
            for (Path overlay : overlays.sorted().toList()) {
                String name = overlay.getFileName().toString().replace(".json", "");
                ObjectNode table = new Tables(model(jar, name)).table();
                merge(table, (ObjectNode) JSON.readTree(Files.readString(overlay)));
                Files.writeString(out.resolve(name + ".json"), JSON.writeValueAsString(table));
            }
        }
    }

    private static JsonNode model(JarFile jar, String name) throws IOException {
        ZipEntry newest = jar.stream()
                .filter(e -> e.getName().matches("models/" + name + "-\\d{4}-\\d\\d-\\d\\d-model\\.json"))
                .reduce((a, b) -> a.getName().compareTo(b.getName()) > 0 ? a : b)
                .orElseThrow(() -> new IllegalArgumentException("AWS publishes no model " + name));
        try (InputStream in = jar.getInputStream(newest)) {
            return JSON.readTree(in);
        }
    }

    private ObjectNode table() {
        ObjectNode table = JSON.createObjectNode();
        ObjectNode operations = table.putObject("operations");
        boolean rest = model.get("metadata").get("protocol").asString().startsWith("rest");
        model.get("operations").properties().forEach(e -> operations.set(e.getKey(), operation(e.getValue(), rest)));
        ObjectNode errors = table.putObject("errors");
        model.get("shapes").properties().forEach(e -> {
            if (e.getValue().path("exception").asBoolean(false)) {
                errors.set(e.getKey(), error(e.getValue()));
            }
        });
        ObjectNode shapes = table.putObject("shapes");
        kept.forEach(shapes::set);
        return table;
    }

    private ObjectNode operation(JsonNode operation, boolean rest) {
        ObjectNode out = JSON.createObjectNode();
        JsonNode http = operation.path("http");
        if (rest) {
            out.put("method", http.get("method").asString());
            out.put("uri", http.get("requestUri").asString());
        }
        int status = http.path("responseCode").asInt(200);
        if (status != 200) {
            out.put("status", status);
        }
        if (operation.has("input")) {
            String input = operation.get("input").get("shape").asString();
            if (tells(input, new HashSet<>())) {
                out.put("input", input);
                keep(input);
            }
        }
        return out;
    }

    private ObjectNode error(JsonNode shape) {
        ObjectNode out = JSON.createObjectNode();
        JsonNode error = shape.path("error");
        if (error.has("httpStatusCode")) {
            out.put("status", error.get("httpStatusCode").asInt());
        }
        if (error.has("code")) {
            out.put("code", error.get("code").asString());
        }
        return out;
    }

    /** Whether a shape carries a constraint or leads to one that does. */
    private boolean tells(String name, Set<String> path) {
        Boolean known = telling.get(name);
        if (known != null) {
            return known;
        }
        if (!path.add(name)) {
            return false;
        }
        JsonNode shape = model.get("shapes").get(name);
        boolean tells = !constraints(shape).isEmpty();
        for (String next : references(shape).values()) {
            tells |= tells(next, path);
        }
        path.remove(name);
        if (tells || path.isEmpty()) {
            telling.put(name, tells);
        }
        return tells;
    }

    private static ObjectNode constraints(JsonNode shape) {
        ObjectNode out = JSON.createObjectNode();
        for (String name : new String[] {"required", "min", "max", "pattern", "enum"}) {
            if (shape.has(name)
                    && !(shape.get(name).isArray() && shape.get(name).isEmpty())) {
                out.set(name, shape.get(name));
            }
        }
        return out;
    }

    /** The shapes that a shape refers to, by member; lists and maps call theirs member, key and value. */
    private static Map<String, String> references(JsonNode shape) {
        Map<String, String> out = new LinkedHashMap<>();
        shape.path("members")
                .properties()
                .forEach(e -> out.put(e.getKey(), e.getValue().get("shape").asString()));
        for (String role : new String[] {"member", "key", "value"}) {
            if (shape.has(role)) {
                out.put(role, shape.get(role).get("shape").asString());
            }
        }
        return out;
    }

    private void keep(String name) {
        if (kept.containsKey(name)) {
            return;
        }
        JsonNode shape = model.get("shapes").get(name);
        ObjectNode out = constraints(shape);
        kept.put(name, out);
        String type = shape.get("type").asString();
        out.put("type", type);
        if (shape.path("sensitive").asBoolean(false)) {
            out.put("sensitive", true);
        }
        ObjectNode members = JSON.createObjectNode();
        references(shape).forEach((member, next) -> {
            if (tells(next, new HashSet<>())) {
                members.put(member, next);
                keep(next);
            }
        });
        if (!members.isEmpty()) {
            out.set("members", members);
        }
    }

    private static void merge(ObjectNode onto, ObjectNode patch) {
        patch.properties().forEach(e -> {
            if (e.getValue().isNull()) {
                onto.remove(e.getKey());
            } else if (e.getValue() instanceof ObjectNode inner && onto.get(e.getKey()) instanceof ObjectNode below) {
                merge(below, inner);
            } else {
                onto.set(e.getKey(), e.getValue());
            }
        });
    }
}
