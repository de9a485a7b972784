package dev.remora.wire;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Finds the REST operation of a method, a path and a query: a tree of path segments, in which a literal goes before a
 * label. Some operations differ from others only by a literal in the query ({@code /layers?find=LayerVersion}).
 */
final class RestRouter {
    /** Paths of AWS have fewer segments. */
    private static final int MAX_SEGMENTS = 64;

    /** An operation found, with its labels' decoded values. */
    record Match(String operation, Map<String, String> labels) {}

    private record Route(String operation, String method, List<String> segments, List<String> query) {}

    private static final class Node {
        final Map<String, Node> literals = new HashMap<>();

        @Nullable
        Node label;

        @Nullable
        Node greedy;

        final List<Route> routes = new ArrayList<>();
    }

    private final Node root = new Node();

    /** Adds an operation; the URI is as models print it, e.g. {@code /2015-03-31/functions/{FunctionName}}. */
    void add(String operation, String method, String uri) {
        int mark = uri.indexOf('?');
        List<String> query =
                mark < 0 ? List.of() : List.of(uri.substring(mark + 1).split("&"));
        List<String> segments = split(mark < 0 ? uri : uri.substring(0, mark));
        Node node = root;
        for (String segment : segments) {
            if (segment.endsWith("+}")) {
                node = node.greedy = node.greedy == null ? new Node() : node.greedy;
            } else if (segment.startsWith("{")) {
                node = node.label = node.label == null ? new Node() : node.label;
            } else {
                node = node.literals.computeIfAbsent(segment, s -> new Node());
            }
        }
        node.routes.add(new Route(operation, method, segments, query));
    }

    @Nullable
    Match find(String method, String rawPath, String rawQuery) {
        List<String> segments = split(rawPath);
        if (segments.size() > MAX_SEGMENTS) {
            return null;
        }
        List<String> query = rawQuery.isEmpty() ? List.of() : List.of(rawQuery.split("&"));
        Route route = find(root, segments, 0, method, query);
        return route == null ? null : new Match(route.operation(), labels(route, segments));
    }

    private static @Nullable Route find(Node node, List<String> segments, int at, String method, List<String> query) {
        if (at == segments.size()) {
            return best(node, method, query);
        }
        Node literal = node.literals.get(segments.get(at));
        Route found = literal == null ? null : find(literal, segments, at + 1, method, query);
        if (found == null && node.label != null) {
            found = find(node.label, segments, at + 1, method, query);
        }
        if (found == null && node.greedy != null) {
            found = best(node.greedy, method, query);
        }
        return found;
    }

    private static @Nullable Route best(Node node, String method, List<String> query) {
        Route best = null;
        for (Route route : node.routes) {
            if (route.method().equals(method)
                    && query.containsAll(route.query())
                    && (best == null || route.query().size() > best.query().size())) {
                best = route;
            }
        }
        return best;
    }

    private static Map<String, String> labels(Route route, List<String> segments) {
        Map<String, String> labels = new LinkedHashMap<>();
        for (int i = 0; i < route.segments().size(); i++) {
            String segment = route.segments().get(i);
            if (segment.endsWith("+}")) {
                labels.put(
                        segment.substring(1, segment.length() - 2),
                        decode(String.join("/", segments.subList(i, segments.size()))));
            } else if (segment.startsWith("{")) {
                labels.put(segment.substring(1, segment.length() - 1), decode(segments.get(i)));
            }
        }
        return labels;
    }

    private static String decode(String segment) {
        try {
            return Percent.decode(segment, false);
        } catch (IllegalArgumentException e) {
            throw new AwsError("InvalidRequestContentException", 400, "The path of the request is malformed.");
        }
    }

    /** Segments between slashes; one slash at the end makes no difference. */
    private static List<String> split(String path) {
        List<String> segments = new ArrayList<>(8);
        int from = path.startsWith("/") ? 1 : 0;
        int end = path.endsWith("/") ? path.length() - 1 : path.length();
        while (from <= end) {
            int slash = path.indexOf('/', from);
            if (slash < 0 || slash > end) {
                slash = end;
            }
            if (slash > from || slash < end) {
                segments.add(path.substring(from, slash));
            }
            from = slash + 1;
        }
        return segments;
    }
}
