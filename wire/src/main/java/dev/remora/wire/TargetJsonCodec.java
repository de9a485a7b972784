package dev.remora.wire;

import software.amazon.awssdk.core.SdkPojo;

/** awsJson1.1: the operation in X-Amz-Target, JSON in and out. */
final class TargetJsonCodec implements Codec {
    static final String CONTENT_TYPE = "application/x-amz-json-1.1";

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
        return Response.of(
                status, CONTENT_TYPE, output.sdkFields().isEmpty() ? Response.EMPTY : JsonWriter.write(output));
    }

    @Override
    public Response error(AwsError error, String requestId) {
        byte[] body = JsonWriter.document(out -> {
            out.writeStartObject();
            out.writeName("__type").writeString(error.code());
            error.members().forEach((name, value) -> JsonWriter.plain(out.writeName(name), value));
            out.writeName(error.code().startsWith("AccessDenied") ? "Message" : "message")
                    .writeString(error.text());
            out.writeEndObject();
        });
        return Response.of(error.status(), CONTENT_TYPE, body);
    }
}
