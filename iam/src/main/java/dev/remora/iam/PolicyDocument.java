package dev.remora.iam;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A policy or trust document, compiled. What is compiled has passed {@link IdentityGrammar} or {@link TrustGrammar} before. */
record PolicyDocument(List<Statement> statements) {
    static final String CURRENT_VERSION = "2012-10-17";

    private static final JsonMapper JSON = JsonMapper.builder(
                    JsonFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build())
            .build();

    /** The tree of a text, or nothing if it is not JSON (a trailing comma, a missing brace, a name given twice). */
    static Optional<JsonNode> tree(String text) {
        try {
            return Optional.ofNullable(JSON.readTree(text));
        } catch (JacksonException e) {
            return Optional.empty();
        }
    }

    /** @throws IllegalArgumentException if the text is not a policy; one from the store always is */
    static PolicyDocument compile(String text) {
        JsonNode root = tree(text).orElseThrow(() -> new IllegalArgumentException("not a policy: " + text));
        // Without a Version a document is of 2008-10-17, which knows no variables.
        boolean variables = root.path("Version").asString("").equals(CURRENT_VERSION);
        var statements = new ArrayList<Statement>();
        for (JsonNode statement : each(root.path("Statement"))) {
            statements.add(statement(statement, variables));
        }
        return new PolicyDocument(List.copyOf(statements));
    }

    private static Statement statement(JsonNode node, boolean variables) {
        boolean exceptActions = node.has("NotAction");
        boolean exceptResources = node.has("NotResource");
        List<String> actions = texts(node.path(exceptActions ? "NotAction" : "Action")).stream()
                .map(action -> Glob.pattern(action.toLowerCase(Locale.ROOT)))
                .toList();
        List<Template> resources = texts(node.path(exceptResources ? "NotResource" : "Resource")).stream()
                .map(resource -> Template.of(resource, variables, true))
                .toList();
        var conditions = new ArrayList<Condition>();
        for (Map.Entry<String, JsonNode> operator : node.path("Condition").properties()) {
            Condition.Word word = Condition.Word.parse(operator.getKey())
                    .orElseThrow(() -> new IllegalArgumentException("not an operator: " + operator.getKey()));
            for (Map.Entry<String, JsonNode> key : operator.getValue().properties()) {
                conditions.add(Condition.of(word, key.getKey(), texts(key.getValue()), variables));
            }
        }
        return new Statement(node.path("Effect").asString("").equals("Allow"), actions, exceptActions, resources, exceptResources,
                principals(node), List.copyOf(conditions));
    }

    private static Optional<PrincipalElement> principals(JsonNode statement) {
        boolean except = statement.has("NotPrincipal");
        JsonNode node = statement.path(except ? "NotPrincipal" : "Principal");
        if (node.isMissingNode()) {
            return Optional.empty();
        }
        if (node.isString()) {
            return Optional.of(new PrincipalElement(except, List.of(node.stringValue()), List.of()));
        }
        return Optional.of(new PrincipalElement(except, texts(node.path("AWS")), texts(node.path("Service"))));
    }

    /** An element that may stand alone or in a list. */
    static List<JsonNode> each(JsonNode node) {
        if (node.isMissingNode()) {
            return List.of();
        }
        return node.isArray() ? List.copyOf(node.values()) : List.of(node);
    }

    /** Texts that may stand alone or in a list; numbers and truth values as they are written. */
    static List<String> texts(JsonNode node) {
        return each(node).stream().map(value -> value.asString("")).toList();
    }
}
