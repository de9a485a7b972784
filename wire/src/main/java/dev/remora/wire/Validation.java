package dev.remora.wire;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.SdkField;
import software.amazon.awssdk.core.SdkPojo;

/**
 * Checks an input against the constraints of its shape and collects what is wrong, in AWS's words and order. A list
 * of single values is reported as a whole, with all constraints of its members, whichever of them failed; so are the
 * keys and the values of a map.
 */
final class Validation {
    private static final String PATTERN = "Member must satisfy regular expression pattern: ";

    private final Constraints constraints;
    private final List<Violation> violations = new ArrayList<>(0);
    /** The code that goes before the usual one, when a value broke a constraint that has one. */
    private @Nullable String code;
    /** What is said of a value that breaks its pattern, where nothing else is wrong and AWS does not list it as a violation. */
    private @Nullable String mismatch;

    private Validation(Constraints constraints) {
        this.constraints = constraints;
    }

    /** Refuses an input that breaks a constraint, with the protocol's usual code unless the model names another. */
    static void check(Constraints constraints, String operation, SdkPojo input, String usualCode) {
        Constraints.Call call = constraints.call(operation);
        Constraints.Shape shape = call == null ? null : constraints.shape(call.input);
        if (shape == null) {
            return;
        }
        var validation = new Validation(constraints);
        validation.structure("", shape, input);
        if (!validation.violations.isEmpty()) {
            String code = validation.code != null
                    ? validation.code
                    : constraints.validationCode != null ? constraints.validationCode : usualCode;
            throw new AwsError(code, 400, Violation.text(validation.violations));
        }
        if (validation.mismatch != null) {
            throw new AwsError(usualCode, 400, validation.mismatch);
        }
    }

    private void structure(String path, Constraints.Shape shape, SdkPojo input) {
        for (SdkField<?> field : input.sdkFields()) {
            String name = field.memberName();
            Constraints.Shape member = constraints.shape(shape.members.get(name));
            boolean required = shape.required.contains(name);
            if (member == null && !required) {
                continue;
            }
            Object value = field.getValueOrDefault(input);
            if (Scalars.absent(value)) {
                if (required) {
                    violations.add(new Violation("null", join(path, name), "Member must not be null"));
                }
            } else if (member != null) {
                value(join(path, name), member, value);
            }
        }
    }

    private void value(String path, Constraints.Shape shape, Object value) {
        switch (value) {
            case SdkPojo structure -> structure(path, shape, structure);
            case List<?> list -> list(path, shape, list);
            case Map<?, ?> map -> map(path, shape, map);
            default -> scalar(path, shape, value);
        }
    }

    private void list(String path, Constraints.Shape shape, List<?> list) {
        size(path, shape, list.size(), list);
        Constraints.Shape member = constraints.shape(shape.members.get("member"));
        if (member == null || list.isEmpty()) {
            return;
        }
        boolean single = true;
        for (int i = 0; i < list.size(); i++) {
            Object value = list.get(i);
            if (value instanceof SdkPojo || value instanceof List || value instanceof Map) {
                single = false;
                value(path + "." + (i + 1) + ".member", member, value);
            }
        }
        if (single && list.stream().anyMatch(value -> value == null || breaks(member, value))) {
            violations.add(
                    new Violation(shown(shape, member, list), path, "Member must satisfy constraint: " + all(member)));
        }
    }

    private void map(String path, Constraints.Shape shape, Map<?, ?> map) {
        size(path, shape, map.size(), map);
        Constraints.Shape key = constraints.shape(shape.members.get("key"));
        if (key != null && map.keySet().stream().anyMatch(k -> breaks(key, k))) {
            violations.add(
                    new Violation(shown(shape, key, map), path, "Map keys must satisfy constraint: " + all(key)));
        }
        Constraints.Shape member = constraints.shape(shape.members.get("value"));
        if (member == null) {
            return;
        }
        boolean single = true;
        for (var entry : map.entrySet()) {
            if (entry.getValue() instanceof SdkPojo
                    || entry.getValue() instanceof List
                    || entry.getValue() instanceof Map) {
                single = false;
                value(path + "." + entry.getKey() + ".member", member, entry.getValue());
            }
        }
        if (single && map.values().stream().anyMatch(v -> v == null || breaks(member, v))) {
            violations.add(new Violation(
                    shown(shape, member, map), path, "Map value must satisfy constraint: " + all(member)));
        }
    }

    private void scalar(String path, Constraints.Shape shape, Object value) {
        List<String> all = broken(shape, value);
        if (shape.mismatch != null && !all.isEmpty() && all.removeIf(broken -> broken.startsWith(PATTERN))
                && mismatch == null) {
            mismatch = "The specified value for " + path.substring(path.lastIndexOf('.') + 1) + " is invalid. " + shape.mismatch;
        }
        for (String broken : all) {
            violations.add(new Violation(shown(shape, shape, value), path, broken));
        }
        if (all.isEmpty()
                && shape.bareMax != null
                && value instanceof String text
                && text.indexOf(':') < 0
                && text.length() > shape.bareMax) {
            violations.add(Violation.of(value, path, "Member must have length less than or equal to " + shape.bareMax));
            code = shape.bareCode;
        }
    }

    private String shown(Constraints.Shape outer, Constraints.Shape inner, Object value) {
        return constraints.hidesValues || outer.sensitive || inner.sensitive ? "" : "'" + value + "'";
    }

    private void size(String path, Constraints.Shape shape, int size, Object value) {
        if (shape.max != null && size > shape.max) {
            violations.add(new Violation(shown(shape, shape, value), path, atMost("length", shape.max)));
        }
        if (shape.min != null && size < shape.min) {
            violations.add(new Violation(shown(shape, shape, value), path, atLeast("length", shape.min)));
        }
    }

    private static boolean breaks(Constraints.Shape shape, Object value) {
        return !broken(shape, value).isEmpty();
    }

    /** The constraints that a single value breaks: pattern first and lengths after it, as AWS lists them. */
    private static List<String> broken(Constraints.Shape shape, Object value) {
        List<String> broken = List.of();
        if (value instanceof String text) {
            if (!shape.enumeration.isEmpty() && !shape.enumeration.contains(text)) {
                broken = and(broken, "Member must satisfy enum value set: " + shape.enumeration);
            }
            Pattern pattern = shape.compiled();
            if (pattern != null && !matches(pattern, text)) {
                broken = and(broken, PATTERN + shape.pattern);
            }
        }
        boolean number = value instanceof Number;
        double size = value instanceof Number n ? n.doubleValue() : length(value);
        if (shape.max != null && size > shape.max) {
            broken = and(broken, atMost(number ? "value" : "length", shape.max));
        }
        if (shape.min != null && (number || size >= 0) && size < shape.min) {
            broken = and(broken, atLeast(number ? "value" : "length", shape.min));
        }
        return broken;
    }

    /**
     * Java matches a repeated group by recursion, so that a text of very many rounds ends the stack. Nothing that AWS takes is as
     * long as that.
     */
    private static boolean matches(Pattern pattern, String text) {
        try {
            return pattern.matcher(text).matches();
        } catch (StackOverflowError e) {
            return false;
        }
    }

    /** Of texts and blobs; anything else has no length and breaks no limit. */
    private static int length(Object value) {
        return switch (value) {
            case String text -> text.codePointCount(0, text.length());
            case SdkBytes bytes -> bytes.asByteArrayUnsafe().length;
            default -> -1;
        };
    }

    private static List<String> and(List<String> list, String next) {
        List<String> longer = list.isEmpty() ? new ArrayList<>(2) : list;
        longer.add(next);
        return longer;
    }

    /** All constraints of a member in brackets, in the order that AWS prints them there. */
    private static String all(Constraints.Shape shape) {
        List<String> all = new ArrayList<>();
        if (shape.max != null) {
            all.add(atMost("length", shape.max));
        }
        if (shape.min != null) {
            all.add(atLeast("length", shape.min));
        }
        if (shape.pattern != null) {
            all.add(PATTERN + shape.pattern);
        }
        if (!shape.enumeration.isEmpty()) {
            all.add("Member must satisfy enum value set: " + shape.enumeration);
        }
        if (shape.notNull) {
            all.add("Member must not be null");
        }
        return all.toString();
    }

    private static String atMost(String what, double limit) {
        return "Member must have " + what + " less than or equal to " + plain(limit);
    }

    private static String atLeast(String what, double limit) {
        return "Member must have " + what + " greater than or equal to " + plain(limit);
    }

    private static String plain(double number) {
        return number == Math.rint(number) ? Long.toString((long) number) : Double.toString(number);
    }

    static String join(String path, String name) {
        String member = Character.toLowerCase(name.charAt(0)) + name.substring(1);
        return path.isEmpty() ? member : path + "." + member;
    }
}
