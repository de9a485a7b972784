package dev.remora.wire;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkField;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.core.protocol.MarshallLocation;
import software.amazon.awssdk.core.protocol.MarshallingType;
import software.amazon.awssdk.core.traits.ListTrait;
import software.amazon.awssdk.core.traits.TimestampFormatTrait.Format;

/**
 * restXml as S3 speaks it: the bucket in host or path, the operation in method, key, query and one header, documents in XML.
 *
 * <p>All operations that S3 has are told apart, also those that are not supported: a request for {@code ?versioning} must not be
 * taken for one that lists the bucket.
 */
final class RestXmlCodec implements Codec {
    private static final String CONTENT_TYPE = "application/xml";
    private static final String COPY_SOURCE = "x-amz-copy-source";

    /** What differs from another operation by nothing but a header. */
    private static final Map<String, String> COPIES = Map.of("PutObject", "CopyObject", "UploadPart", "UploadPartCopy");

    /** Documents whose root is not named as the operation's answer. */
    private static final Map<String, String> ROOTS = Map.of(
            "listbuckets", "ListAllMyBucketsResult",
            "listobjects", "ListBucketResult",
            "listobjectsv2", "ListBucketResult",
            "deleteobjects", "DeleteResult",
            "createmultipartupload", "InitiateMultipartUploadResult",
            "getobjecttagging", "Tagging",
            "getbuckettagging", "Tagging");

    private record Route(String operation, String method, boolean bucket, boolean key, Map<String, String> query) {
        boolean matches(String asked, S3Address address, Map<String, List<String>> parameters) {
            return method.equals(asked)
                    && bucket == !address.bucket().isEmpty()
                    && key == !address.key().isEmpty()
                    && query.entrySet().stream().allMatch(e -> parameters.containsKey(e.getKey())
                            && (e.getValue().isEmpty() || parameters.get(e.getKey()).contains(e.getValue())));
        }
    }

    private final ServiceInfo service;
    private final XmlShapes shapes = XmlShapes.s3();
    private volatile @Nullable List<Route> routes;

    RestXmlCodec(ServiceInfo service) {
        this.service = service;
    }

    @Override
    public Incoming open(Request request) {
        S3Address address = S3Address.of(request);
        Map<String, List<String>> query = query(request.rawQuery());
        Route best = null;
        for (Route route : routes()) {
            if (route.matches(request.method(), address, query)
                    && (best == null || route.query().size() > best.query().size())) {
                best = route;
            }
        }
        String operation = best == null ? request.method() + " " + request.rawPath() : best.operation();
        if (request.headers().first(COPY_SOURCE) != null) {
            operation = COPIES.getOrDefault(operation, operation);
        }
        return new Incoming.Rest(request, operation, Map.of("Bucket", address.bucket(), "Key", address.key()));
    }

    private List<Route> routes() {
        List<Route> known = routes;
        if (known == null) {
            Constraints table = Constraints.of(service.model());
            known = table.names.stream()
                    .filter(name -> !COPIES.containsValue(name))
                    .map(name -> route(name, table.call(name)))
                    .toList();
            routes = known;
        }
        return known;
    }

    private static Route route(String name, Constraints.@Nullable Call call) {
        String uri = call == null ? "/" : call.uri;
        int mark = uri.indexOf('?');
        String path = mark < 0 ? uri : uri.substring(0, mark);
        Map<String, String> query = new HashMap<>();
        for (String literal : mark < 0 ? new String[0] : uri.substring(mark + 1).split("&")) {
            int equals = literal.indexOf('=');
            query.put(equals < 0 ? literal : literal.substring(0, equals), equals < 0 ? "" : literal.substring(equals + 1));
        }
        return new Route(
                name, call == null ? "" : call.method, path.contains("{Bucket}"), path.contains("{Key+}"), query);
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
                case QUERY_PARAM -> set(builder, field, first(query.get(field.locationName())), Format.ISO_8601);
                case HEADER -> header(builder, field, request.headers());
                case PAYLOAD, STATUS_CODE -> {}
            }
        }
        body(builder, request.body());
        return (SdkPojo) Fields.build(builder);
    }

    private static @Nullable String first(@Nullable List<String> values) {
        return values == null ? null : values.getFirst();
    }

    private static void header(SdkPojo builder, SdkField<?> field, Headers headers) {
        if (field.marshallingType() == MarshallingType.MAP) {
            String prefix = field.locationName().toLowerCase(Locale.ROOT);
            Map<String, String> values = new LinkedHashMap<>();
            headers.forEach((name, value) -> {
                String lower = name.toLowerCase(Locale.ROOT);
                if (lower.startsWith(prefix)) {
                    values.merge(lower.substring(prefix.length()), value, (a, b) -> a + "," + b);
                }
            });
            if (!values.isEmpty()) {
                field.set(builder, values);
            }
            return;
        }
        String text = headers.first(field.locationName());
        if (text != null && field.marshallingType() == MarshallingType.LIST) {
            SdkField<?> member = field.getTrait(ListTrait.class).memberFieldInfo();
            List<Object> values = new ArrayList<>();
            headers.all(field.locationName()).forEach(header -> {
                for (String value : header.split(",")) {
                    values.add(scalar(member, value.strip(), Format.RFC_822));
                }
            });
            field.set(builder, values);
        } else {
            set(builder, field, text, Format.RFC_822);
        }
    }

    private static void body(SdkPojo builder, byte[] body) {
        SdkField<?> payload = Fields.of(builder).payload();
        if (payload == null || body.length == 0) {
            return;
        }
        if (payload.marshallingType() == MarshallingType.SDK_POJO) {
            SdkPojo inner = payload.constructor().get();
            XmlReader.read(body, inner);
            payload.set(builder, Fields.build(inner));
        } else if (payload.marshallingType() == MarshallingType.STRING) {
            payload.set(builder, new String(body, StandardCharsets.UTF_8));
        }
    }

    private static void set(SdkPojo builder, SdkField<?> field, @Nullable String text, Format usual) {
        if (text != null) {
            field.set(builder, scalar(field, text, usual));
        }
    }

    private static Object scalar(SdkField<?> field, String text, Format usual) {
        try {
            return Scalars.parse(field, text, usual);
        } catch (IllegalArgumentException e) {
            throw new AwsError("InvalidArgument", 400, "Provided " + field.locationName() + " is not valid",
                    Map.of("ArgumentName", field.locationName(), "ArgumentValue", text));
        }
    }

    private static Map<String, List<String>> query(String raw) {
        try {
            return Percent.parameters(raw);
        } catch (IllegalArgumentException e) {
            throw new AwsError("InvalidURI", 400, "Couldn't parse the specified URI.");
        }
    }

    @Override
    public Response encode(Incoming incoming, SdkPojo output, int usualStatus, String requestId) {
        Headers headers = identified(requestId);
        boolean document = false;
        for (SdkField<?> field : output.sdkFields()) {
            document |= field.location() == MarshallLocation.PAYLOAD;
            Object value = field.getValueOrDefault(output);
            if (field.location() != MarshallLocation.HEADER || Scalars.absent(value)) {
                continue;
            }
            if (value instanceof Map<?, ?> map) {
                map.forEach((name, text) -> headers.set(field.locationName() + name, String.valueOf(text)));
            } else {
                headers.set(field.locationName(), Scalars.print(field, value, Format.RFC_822));
            }
        }
        int status = headers.first("Content-Range") != null ? 206 : usualStatus;
        byte[] body = document ? body(incoming.operation(), output, headers) : Response.EMPTY;
        return new Response(status, headers, body);
    }

    private byte[] body(String operation, SdkPojo output, Headers headers) {
        SdkField<?> payload = Fields.of(output).payload();
        Object value = payload == null ? output : payload.getValueOrDefault(output);
        boolean location = payload != null && payload.locationName().equals("LocationConstraint");
        if (value instanceof String text && !location) {
            headers.set("Content-Type", "application/json");
            return text.getBytes(StandardCharsets.UTF_8);
        }
        headers.set("Content-Type", CONTENT_TYPE);
        var xml = new XmlWriter(shapes);
        if (location) {
            return xml.open("LocationConstraint", service.xmlNamespace())
                    .content(value == null ? "" : value.toString())
                    .close("LocationConstraint")
                    .bytes();
        }
        if (!(value instanceof SdkPojo structure)) {
            headers.remove("Content-Type");
            return Response.EMPTY;
        }
        String root = payload != null
                ? payload.locationName()
                : ROOTS.getOrDefault(operation.toLowerCase(Locale.ROOT), operation + "Result");
        xml.open(root, service.xmlNamespace());
        xml.payload(structure);
        return xml.close(root).bytes();
    }

    private static Headers identified(String requestId) {
        return Headers.of("x-amz-request-id", requestId, "x-amz-id-2", requestId);
    }

    @Override
    public Response error(AwsError error, String requestId) {
        Headers headers = identified(requestId);
        if (error.status() == 304) {
            return new Response(304, headers, Response.EMPTY);
        }
        headers.set("Content-Type", CONTENT_TYPE);
        var xml = new XmlWriter(shapes).open("Error");
        xml.element("Code", error.code()).element("Message", error.text());
        error.members().forEach((name, value) -> xml.element(name, value.toString()));
        xml.element("RequestId", requestId).element("HostId", requestId).close("Error");
        return new Response(error.status(), headers, xml.bytes());
    }
}
