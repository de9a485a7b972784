package dev.remora.wire;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;

/**
 * What AWS's published models say of a service and the SDK's classes do not: constraints of inputs, statuses of
 * answers. The tables are cut from the models while building ({@code src/build/java/Tables.java}), with our overlay,
 * and read at the first use.
 */
final class Constraints {
    /** One shape of the model; members are the names of further shapes. */
    static final class Shape {
        boolean sensitive;
        /** Whether the list of a member's constraints ends with the one against null, as AWS prints it for some. */
        boolean notNull;

        List<String> required = List.of();
        List<String> enumeration = List.of();
        Map<String, String> members = Map.of();

        @Nullable
        Double min;

        @Nullable
        Double max;

        @Nullable
        String pattern;
        /** Where AWS has another limit for the bare name than for an ARN: above it, this code and the usual words. */
        @Nullable
        Integer bareMax;

        @Nullable
        String bareCode;

        /** Where AWS has a sentence of its own for what does not match the pattern: its second half. */
        @Nullable
        String mismatch;

        private @Nullable Pattern compiled;

        /** The pattern, or null where there is none or Java cannot read it. */
        @Nullable
        Pattern compiled() {
            if (compiled == null && pattern != null) {
                try {
                    compiled = Pattern.compile(pattern);
                } catch (PatternSyntaxException e) {
                    pattern = null;
                }
            }
            return compiled;
        }
    }

    /**
     * One operation: where REST has it, its status, and the shape of its input, or null where nothing constrains it.
     */
    static final class Call {
        String method = "POST";
        String uri = "/";
        int status = 200;

        @Nullable
        String input;
    }

    static final Constraints NONE = new Constraints();

    /** Names of all operations that AWS has, as it spells them. */
    final List<String> names = new ArrayList<>();

    final Map<String, Call> calls = new HashMap<>();
    final Map<String, Integer> errors = new HashMap<>();
    /** The query protocols' codes of errors whose shapes have another name. */
    private final Map<String, String> codes = new HashMap<>();

    final Map<String, Shape> shapes = new HashMap<>();
    /** The code of a failed validation where it is not the protocol's usual one. */
    @Nullable
    String validationCode;

    /** Whether the service does not repeat the values that it refuses. */
    boolean hidesValues;

    private Constraints() {}

    /** Reads the table of a model; a service without a table has no constraints. */
    static Constraints of(String model) {
        try (InputStream in = Constraints.class.getResourceAsStream(model + ".json")) {
            if (in == null) {
                return NONE;
            }
            var constraints = new Constraints();
            try (JsonParser json = JsonReader.JSON.createParser(ObjectReadContext.empty(), in)) {
                constraints.read(json);
            }
            return constraints;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Nullable
    Shape shape(@Nullable String name) {
        return name == null ? null : shapes.get(name);
    }

    /** The code of an error as the query protocols spell it. */
    String queryCode(String error) {
        return codes.getOrDefault(error, error);
    }

    /** The status of an operation's success. */
    int status(String operation) {
        Call call = call(operation);
        return call == null ? 200 : call.status;
    }

    @Nullable
    Call call(String operation) {
        return calls.get(operation.toLowerCase(Locale.ROOT));
    }

    private void read(JsonParser in) {
        in.nextToken();
        while (in.nextToken() != JsonToken.END_OBJECT) {
            String section = in.currentName();
            in.nextToken();
            switch (section) {
                case "validationCode" -> validationCode = in.getString();
                case "hidesValues" -> hidesValues = in.getBooleanValue();
                case "operations" ->
                    eachMember(in, name -> {
                        names.add(name);
                        calls.put(name.toLowerCase(Locale.ROOT), call(in));
                    });
                case "errors" -> eachMember(in, name -> errors.put(name, error(name, in)));
                case "shapes" -> eachMember(in, name -> shapes.put(name, shape(in)));
                default -> in.skipChildren();
            }
        }
    }

    private static void eachMember(JsonParser in, Consumer<String> each) {
        while (in.nextToken() != JsonToken.END_OBJECT) {
            String name = in.currentName();
            in.nextToken();
            each.accept(name);
        }
    }

    private static Call call(JsonParser in) {
        var call = new Call();
        eachMember(in, name -> {
            switch (name) {
                case "method" -> call.method = in.getString();
                case "uri" -> call.uri = in.getString();
                case "status" -> call.status = in.getIntValue();
                case "input" -> call.input = in.getString();
                default -> in.skipChildren();
            }
        });
        return call;
    }

    /** Notes an error's code and returns its status. */
    private int error(String error, JsonParser in) {
        int[] status = {400};
        eachMember(in, name -> {
            switch (name) {
                case "status" -> status[0] = in.getIntValue();
                case "code" -> codes.put(error, in.getString());
                default -> in.skipChildren();
            }
        });
        return status[0];
    }

    private static Shape shape(JsonParser in) {
        var shape = new Shape();
        eachMember(in, name -> {
            switch (name) {
                case "notNull" -> shape.notNull = in.getBooleanValue();
                case "sensitive" -> shape.sensitive = in.getBooleanValue();
                case "required" -> shape.required = texts(in);
                case "enum" -> shape.enumeration = texts(in);
                case "min" -> shape.min = in.getDoubleValue();
                case "max" -> shape.max = in.getDoubleValue();
                case "pattern" -> shape.pattern = in.getString();
                case "mismatch" -> shape.mismatch = in.getString();
                case "bareMax" -> shape.bareMax = in.getIntValue();
                case "bareCode" -> shape.bareCode = in.getString();
                case "members" -> {
                    shape.members = new HashMap<>();
                    eachMember(in, member -> shape.members.put(member, in.getString()));
                }
                default -> in.skipChildren();
            }
        });
        return shape;
    }

    private static List<String> texts(JsonParser in) {
        List<String> texts = new ArrayList<>();
        while (in.nextToken() != JsonToken.END_ARRAY) {
            texts.add(in.getString());
        }
        return List.copyOf(texts);
    }
}
