package dev.remora.wire;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.SdkField;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.core.protocol.MarshallingType;
import software.amazon.awssdk.core.traits.ListTrait;
import software.amazon.awssdk.core.traits.TimestampFormatTrait.Format;

/** restJson1: the operation in method and path; members in labels, query, headers and body. */
final class RestJsonCodec implements Codec {
    private static final String CONTENT_TYPE = "application/json";

    /** Errors of the front door, which the service itself has not seen: their bodies have no Type. */
    private static final Set<String> FRONT_DOOR = Set.of(
            "ValidationException",
            "InvalidSignatureException",
            "UnrecognizedClientException",
            "MissingAuthenticationTokenException",
            "IncompleteSignatureException",
            "ExpiredTokenException",
            "SerializationException",
            "UnknownOperationException");

    private final Operations operations;
    private volatile @Nullable RestRouter router;

    RestJsonCodec(Operations operations) {
        this.operations = operations;
    }

    @Override
    public Incoming open(Request request) {
        RestRouter.Match match = router().find(request.method(), request.rawPath(), request.rawQuery());
        return match == null
                ? new Incoming.Rest(request, request.method() + " " + request.rawPath(), Map.of())
                : new Incoming.Rest(request, match.operation(), match.labels());
    }

    /** The routes are read off the SDK's marshallers at the first request, not at start-up. */
    private RestRouter router() {
        RestRouter known = router;
        if (known == null) {
            known = new RestRouter();
            for (Operation<?, ?> operation : operations.all()) {
                Binding.Http http = Binding.http(operation.request());
                known.add(operation.name(), http.method(), http.uri());
            }
            router = known;
        }
        return known;
    }

    @Override
    public SdkPojo decode(Incoming incoming, SdkPojo builder) {
        if (!(incoming instanceof Incoming.Rest rest)) {
            throw new IllegalArgumentException("not a REST request");
        }
        Request request = incoming.request();
        Map<String, List<String>> query = query(request.rawQuery());
        for (SdkField<?> field : builder.sdkFields()) {
            switch (field.location()) {
                case PATH, GREEDY_PATH -> set(builder, field, rest.labels().get(field.locationName()), Format.ISO_8601);
                case QUERY_PARAM -> parameter(builder, field, query.get(field.locationName()));
                case HEADER -> set(builder, field, request.headers().first(field.locationName()), Format.RFC_822);
                case PAYLOAD, STATUS_CODE -> {}
            }
        }
        body(builder, request.body());
        return (SdkPojo) Fields.build(builder);
    }

    private static void body(SdkPojo builder, byte[] body) {
        Fields fields = Fields.of(builder);
        SdkField<?> payload = fields.payload();
        if (payload == null) {
            if (fields.hasBodyMembers()) {
                JsonReader.read(body, builder);
            }
        } else if (payload.marshallingType() == MarshallingType.SDK_BYTES) {
            if (body.length > 0) {
                payload.set(builder, SdkBytes.fromByteArrayUnsafe(body));
            }
        } else if (payload.marshallingType() == MarshallingType.SDK_POJO) {
            if (body.length > 0) {
                SdkPojo inner = payload.constructor().get();
                JsonReader.read(body, inner);
                payload.set(builder, Fields.build(inner));
            }
        } else {
            payload.set(builder, new String(body, StandardCharsets.UTF_8));
        }
    }

    private static void set(SdkPojo builder, SdkField<?> field, @Nullable String text, Format usual) {
        if (text != null) {
            field.set(builder, scalar(field, text, usual));
        }
    }

    private static void parameter(SdkPojo builder, SdkField<?> field, @Nullable List<String> texts) {
        if (texts == null) {
            return;
        }
        if (field.marshallingType() == MarshallingType.LIST) {
            SdkField<?> member = field.getTrait(ListTrait.class).memberFieldInfo();
            List<Object> values = new ArrayList<>();
            texts.forEach(text -> values.add(scalar(member, text, Format.ISO_8601)));
            field.set(builder, values);
        } else {
            field.set(builder, scalar(field, texts.getFirst(), Format.ISO_8601));
        }
    }

    private static Object scalar(SdkField<?> field, String text, Format usual) {
        try {
            return Scalars.parse(field, text, usual);
        } catch (IllegalArgumentException e) {
            throw new AwsError(
                    "SerializationException",
                    400,
                    "STRING_VALUE can not be converted to the type of " + field.locationName());
        }
    }

    private static Map<String, List<String>> query(String raw) {
        try {
            return Percent.parameters(raw);
        } catch (IllegalArgumentException e) {
            throw new AwsError("SerializationException", 400, "The query string is malformed.");
        }
    }

    @Override
    public Response encode(Incoming incoming, SdkPojo output, int usualStatus, String requestId) {
        int status = usualStatus;
        var headers = Headers.of("Content-Type", CONTENT_TYPE);
        for (SdkField<?> field : output.sdkFields()) {
            switch (field.location()) {
                case STATUS_CODE -> status = field.getValueOrDefault(output) instanceof Integer own ? own : status;
                case HEADER -> {
                    Object value = field.getValueOrDefault(output);
                    if (!Scalars.absent(value)) {
                        headers.set(field.locationName(), Scalars.print(field, value, Format.RFC_822));
                    }
                }
                case PAYLOAD, PATH, GREEDY_PATH, QUERY_PARAM -> {}
            }
        }
        byte[] body = status == 204 ? Response.EMPTY : body(output);
        if (status == 204) {
            headers.remove("Content-Type");
        }
        return new Response(status, headers, body);
    }

    private static byte[] body(SdkPojo output) {
        SdkField<?> payload = Fields.of(output).payload();
        if (payload == null) {
            return JsonWriter.write(output);
        }
        return switch (payload.getValueOrDefault(output)) {
            case SdkBytes bytes -> bytes.asByteArrayUnsafe();
            case SdkPojo structure -> JsonWriter.write(structure);
            case String text -> text.getBytes(StandardCharsets.UTF_8);
            case null, default -> Response.EMPTY;
        };
    }

    /**
     * Lambda's errors say Type and message; ResourceNotFoundException alone says Message, denials say nothing but
     * Message, and what the front door refuses says nothing but message.
     */
    @Override
    public Response error(AwsError error, String requestId) {
        String code = error.code();
        boolean denied = code.startsWith("AccessDenied");
        var headers = Headers.of("Content-Type", CONTENT_TYPE, "x-amzn-ErrorType", code);
        byte[] body = JsonWriter.document(out -> {
            out.writeStartObject();
            error.members().forEach((name, value) -> {
                if (name.equals("retryAfterSeconds")) {
                    headers.set("Retry-After", value.toString());
                } else {
                    JsonWriter.plain(out.writeName(name), value);
                }
            });
            if (!denied && !FRONT_DOOR.contains(code) && !error.members().containsKey("Type")) {
                out.writeName("Type").writeString(error.status() >= 500 ? "Service" : "User");
            }
            out.writeName(denied || code.equals("ResourceNotFoundException") ? "Message" : "message")
                    .writeString(error.text());
            out.writeEndObject();
        });
        return new Response(error.status(), headers, body);
    }
}
