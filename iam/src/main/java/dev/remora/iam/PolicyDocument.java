package dev.remora.iam;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A policy or trust document, compiled. What is compiled has passed {@link IdentityGrammar} or {@link TrustGrammar} before. */
record PolicyDocument(List<Statement> statements) {
    static final String CURRENT_VERSION = "2012-10-17";

    /** All that a document may be of. */
    static final Set<String> VERSIONS = Set.of("2008-10-17", CURRENT_VERSION);

    /** A policy is six levels deep at most; what is deeper is not one, and is not read to its end. */
    private static final int MAX_DEPTH = 32;

    /** The colons of a whole ARN; the parts that an ARN leaves out at its end stand for anything. */
    private static final int ARN_COLONS = 5;

    private static final JsonMapper JSON = JsonMapper.builder(JsonFactory.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(MAX_DEPTH).build())
                    .build())
            .build();

    /** The condition keys that its statements ask about. */
    Stream<Facts.Key> keys() {
        return statements.stream().flatMap(Statement::keys);
    }

    /** The tree of a text, or nothing if it is not JSON (a trailing comma, a missing brace, a name given twice) or too deep. */
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
        List<Statement.Span> spans = spans(text);
        var statements = new ArrayList<Statement>();
        for (JsonNode statement : each(root.path("Statement"))) {
            statements.add(statement(statement, variables, spans.get(statements.size())));
        }
        return new PolicyDocument(List.copyOf(statements));
    }

    /** Where the statements stand in the text, in their order. */
    private static List<Statement.Span> spans(String text) {
        var spans = new ArrayList<Statement.Span>();
        try (JsonParser parser = JSON.createParser(text)) {
            parser.nextToken();
            while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
                boolean statements = parser.currentName().equals("Statement");
                JsonToken value = parser.nextToken();
                if (statements && value == JsonToken.START_OBJECT) {
                    spans.add(span(parser, text));
                } else if (statements && value == JsonToken.START_ARRAY) {
                    while (parser.nextToken() == JsonToken.START_OBJECT) {
                        spans.add(span(parser, text));
                    }
                } else {
                    parser.skipChildren();
                }
            }
        }
        return spans;
    }

    private static Statement.Span span(JsonParser atBrace, String text) {
        TokenStreamLocation start = atBrace.currentTokenLocation();
        atBrace.skipChildren();
        TokenStreamLocation end = atBrace.currentTokenLocation();
        String own = text.substring((int) start.getCharOffset(), (int) end.getCharOffset() + 1);
        return new Statement.Span(start.getLineNr(), start.getColumnNr(), end.getLineNr(), end.getColumnNr() + 1, own);
    }

    private static Statement statement(JsonNode node, boolean variables, Statement.Span span) {
        boolean exceptActions = node.has("NotAction");
        // A trust document names no resource: it is about the role that it belongs to.
        boolean exceptResources = node.has("NotResource") || !node.has("Resource");
        List<String> actions = texts(node.path(exceptActions ? "NotAction" : "Action")).stream()
                .map(action -> Glob.pattern(action.toLowerCase(Locale.ROOT)))
                .toList();
        List<Template> resources = texts(node.path(exceptResources ? "NotResource" : "Resource")).stream()
                .map(resource -> resource(resource, variables))
                .toList();
        var conditions = new ArrayList<Condition>();
        for (Map.Entry<String, JsonNode> operator : node.path("Condition").properties()) {
            for (Map.Entry<String, JsonNode> key : operator.getValue().properties()) {
                Condition.Word word = Condition.Word.parse(operator.getKey())
                        .orElseThrow(() -> new IllegalArgumentException("not an operator: " + operator.getKey()));
                conditions.add(Condition.of(word, key.getKey(), texts(key.getValue()), variables));
            }
        }
        return new Statement(node.path("Sid").asString(""), node.path("Effect").asString("").equalsIgnoreCase("Allow"), actions,
                exceptActions, resources, exceptResources, principals(node), List.copyOf(conditions), span);
    }

    /**
     * What an ARN lacks at its end are wildcards ("Resource"). A variable means something in the part that names the resource;
     * before, it is plain text ("Variables and tags").
     */
    private static Template resource(String text, boolean variables) {
        if (!text.startsWith("arn:")) {
            return Template.of(text, variables, true);
        }
        int at = -1;
        for (int colon = 1; colon <= ARN_COLONS; colon++) {
            int next = text.indexOf(':', at + 1);
            if (next < 0) {
                return Template.of(text + ":*".repeat(ARN_COLONS + 1 - colon), false, true);
            }
            at = next;
        }
        return Template.of(text, variables ? at : text.length(), true);
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
