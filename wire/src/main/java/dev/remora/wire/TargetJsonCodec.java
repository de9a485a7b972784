package dev.remora.wire;

import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkPojo;

/** awsJson1.0 and 1.1: the operation in X-Amz-Target, JSON in and out. */
final class TargetJsonCodec implements Codec {
    static final TargetJsonCodec VERSION_1_1 = new TargetJsonCodec("application/x-amz-json-1.1", "", null);

    private final String contentType;
    private final String namespace;
    private final @Nullable UnaryOperator<String> queryCodes;

    private TargetJsonCodec(String contentType, String namespace, @Nullable UnaryOperator<String> queryCodes) {
        this.contentType = contentType;
        this.namespace = namespace;
        this.queryCodes = queryCodes;
    }

    /**
     * @param namespace of the service's shapes, with the sign that ends it, e.g. {@code com.amazonaws.sqs#}
     * @param queryCodes for a service that once spoke awsQuery: the codes by which clients still know its errors, which travel
     *     in a header (Smithy, "AWS query-compatible trait")
     */
    static TargetJsonCodec version10(String namespace, @Nullable UnaryOperator<String> queryCodes) {
        return new TargetJsonCodec("application/x-amz-json-1.0", namespace, queryCodes);
    }

    @Override
    public Incoming open(Request request) {
        String target = request.headers().first("X-Amz-Target");
        if (target == null) {
            throw new AwsError(
                    "UnknownOperationException", 400, "The request names no operation: it has no X-Amz-Target header.");
        }
        return new Incoming.Target(request, target.substring(target.lastIndexOf('.') + 1));
    }

    @Override
    public SdkPojo decode(Incoming incoming, SdkPojo builder) {
        JsonReader.read(incoming.request().body(), builder);
        return (SdkPojo) Fields.build(builder);
    }

    @Override
    public Response encode(Incoming incoming, SdkPojo output, int status, String requestId) {
        return Response.of(status, contentType, output.sdkFields().isEmpty() ? Response.EMPTY : JsonWriter.write(output));
    }

    @Override
    public Response error(AwsError error, String requestId) {
        byte[] body = JsonWriter.document(out -> {
            out.writeStartObject();
            out.writeName("__type").writeString(namespace(error.code()) + error.code());
            error.members().forEach((name, value) -> JsonWriter.plain(out.writeName(name), value));
            out.writeName(error.code().startsWith("AccessDenied") ? "Message" : "message")
                    .writeString(error.text());
            out.writeEndObject();
        });
        Response response = Response.of(error.status(), contentType, body);
        if (queryCodes != null) {
            String fault = error.status() >= 500 ? "Receiver" : "Sender";
            String code = error.code().equals(Refusals.ACCESS_DENIED) ? "AccessDenied" : queryCodes.apply(error.code());
            response.headers().set("x-amzn-query-error", code + ";" + fault);
        }
        return response;
    }

    /** A denial is no shape of the service: what stands before it gives it. */
    private String namespace(String code) {
        return queryCodes != null && code.equals(Refusals.ACCESS_DENIED) ? "com.amazon.coral.service#" : namespace;
    }
}
