package dev.remora.wire;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The parameters of a query protocol as a tree: {@code Filter.1.Value.2=x} is the value x below Filter, 1, Value, 2.
 */
final class Form {
    /** AWS bounds the body of a query request; so many parameters do not fit into any that it accepts. */
    static final int MAX_PARAMETERS = 50_000;

    /** Deeper than any shape of any service. */
    static final int MAX_DEPTH = 40;

    /** A value, or further names, below one name. */
    static final class Node {
        @Nullable
        String value;

        @Nullable
        Map<String, Node> children;

        Node child(String name) {
            Map<String, Node> map = children;
            if (map == null) {
                children = map = new LinkedHashMap<>();
            }
            return map.computeIfAbsent(name, n -> new Node());
        }

        @Nullable
        Node get(String name) {
            return children == null ? null : children.get(name);
        }

        Map<String, Node> all() {
            return children == null ? Map.of() : children;
        }
    }

    final Node root = new Node();
    private int parameters;

    /** Reads {@code a=b&c=d}; may be called for the query string and the body of one request. */
    Form read(String text) {
        int at = 0;
        while (at < text.length()) {
            int end = text.indexOf('&', at);
            if (end < 0) {
                end = text.length();
            }
            if (end > at) {
                parameter(text.substring(at, end));
            }
            at = end + 1;
        }
        return this;
    }

    private void parameter(String pair) {
        if (++parameters > MAX_PARAMETERS) {
            throw malformed("The query string has too many parameters");
        }
        int equals = pair.indexOf('=');
        String name;
        String value;
        try {
            name = Percent.decode(equals < 0 ? pair : pair.substring(0, equals), true);
            value = equals < 0 ? "" : Percent.decode(pair.substring(equals + 1), true);
        } catch (IllegalArgumentException e) {
            throw malformed("The query string is malformed");
        }
        Node node = root;
        int from = 0;
        for (int depth = 0; ; depth++) {
            if (depth > MAX_DEPTH) {
                throw malformed("The parameter " + name + " is too deep");
            }
            int dot = name.indexOf('.', from);
            node = node.child(dot < 0 ? name.substring(from) : name.substring(from, dot));
            if (dot < 0) {
                break;
            }
            from = dot + 1;
        }
        node.value = value;
    }

    /** The value of a top-level parameter, or null. */
    @Nullable
    String value(String name) {
        Node node = root.get(name);
        return node == null ? null : node.value;
    }

    private static AwsError malformed(String message) {
        return new AwsError("MalformedQueryString", 404, message);
    }
}
