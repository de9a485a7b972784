package dev.remora.iam;

import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** A resource's policy that operations like AddPermission make statement by statement, each under an id of its own. */
public final class StatementPolicy {
    private static final JsonMapper JSON = JsonMapper.shared();

    private final ObjectNode document;
    private final ArrayNode statements;

    private StatementPolicy(ObjectNode document) {
        this.document = document;
        if (document.path("Statement").isObject()) {
            JsonNode only = document.get("Statement");
            document.putArray("Statement").add(only);
        }
        this.statements = document.withArrayProperty("Statement");
    }

    /**
     * @param text as {@link #text} gave it, or another policy; empty for a new one
     * @param version of a new one
     * @param id of a new one
     */
    public static StatementPolicy of(String text, String version, String id) {
        return new StatementPolicy(text.isEmpty()
                ? JSON.createObjectNode().put("Version", version).put("Id", id)
                : (ObjectNode) JSON.readTree(text));
    }

    public Optional<JsonNode> find(String sid) {
        return statements.valueStream().filter(statement -> names(statement, sid)).findFirst();
    }

    private static boolean names(JsonNode statement, String sid) {
        return statement.path("Sid").asString("").equals(sid);
    }

    public void add(ObjectNode statement) {
        statements.add(statement);
    }

    /** Whether there was such a statement. */
    public boolean remove(String sid) {
        int before = statements.size();
        statements.removeIf(statement -> names(statement, sid));
        return statements.size() < before;
    }

    public int size() {
        return statements.size();
    }

    /** The policy's text; empty if no statement is left. */
    public String text() {
        return statements.isEmpty() ? "" : document.toString();
    }
}
