package dev.remora.wire;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkField;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.core.protocol.MarshallingType;
import software.amazon.awssdk.core.traits.ListTrait;
import software.amazon.awssdk.core.traits.MapTrait;
import software.amazon.awssdk.core.traits.TimestampFormatTrait.Format;

/**
 * awsQuery and ec2Query: a form in, XML out. The two differ in how lists are numbered and in the envelopes of answers
 * and errors.
 */
final class QueryCodec implements Codec {
    /** Operations whose result has no members and is in the answer all the same, by the published models: one. */
    private static final Set<String> EMPTY_RESULTS = Set.of("DeregisterDBProxyTargets");

    private final boolean ec2;
    private final ServiceInfo service;
    private final QueryNames names;
    private final UnaryOperator<String> codes;
    private final XmlShapes shapes;

    QueryCodec(ServiceInfo service, QueryNames names, boolean ec2, UnaryOperator<String> codes) {
        this.service = service;
        this.names = names;
        this.ec2 = ec2;
        this.codes = codes;
        this.shapes = new XmlShapes(ec2, names);
    }

    @Override
    public Incoming open(Request request) {
        var form = new Form().read(request.rawQuery());
        if (request.body().length > 0) {
            form.read(new String(request.body(), StandardCharsets.UTF_8));
        }
        String action = form.value("Action");
        if (action == null || action.isEmpty()) {
            throw new AwsError("MissingAction", 400, "The request must contain the parameter Action");
        }
        return new Incoming.Query(request, action, form);
    }

    @Override
    public SdkPojo decode(Incoming incoming, SdkPojo builder) {
        if (incoming instanceof Incoming.Query query) {
            if (names == QueryNames.SINGULAR) {
                nameThePath(query);
            }
            structure(builder, query.form().root, "");
            return (SdkPojo) Fields.build(builder);
        }
        throw new IllegalArgumentException("not a query request");
    }

    /** A request to a queue's own path need not name the queue a second time. */
    private static void nameThePath(Incoming.Query query) {
        String path = query.request().rawPath();
        if (path.length() > 1 && query.form().value("QueueUrl") == null) {
            query.form().root.child("QueueUrl").value = path;
        }
    }

    private void structure(SdkPojo builder, Form.Node node, String path) {
        for (SdkField<?> field : builder.sdkFields()) {
            String name = names.input(field);
            Form.Node value = node.get(name);
            if (value != null) {
                field.set(builder, value(field, value, path + name));
            }
        }
    }

    private @Nullable Object value(SdkField<?> field, Form.Node node, String path) {
        MarshallingType<?> type = field.marshallingType();
        if (type == MarshallingType.SDK_POJO) {
            SdkPojo builder = field.constructor().get();
            structure(builder, node, path + ".");
            return Fields.build(builder);
        } else if (type == MarshallingType.LIST) {
            return list(field, node, path);
        } else if (type == MarshallingType.MAP) {
            return map(field, node, path);
        }
        String text = node.value == null ? "" : node.value;
        try {
            return Scalars.parse(field, text, Format.ISO_8601);
        } catch (IllegalArgumentException e) {
            throw new AwsError(
                    ec2 ? "InvalidParameterValue" : "MalformedInput",
                    400,
                    "Value (" + text + ") for parameter " + path + " is invalid.");
        }
    }

    private List<@Nullable Object> list(SdkField<?> field, Form.Node node, String path) {
        ListTrait trait = field.getTrait(ListTrait.class);
        Form.Node holder = node;
        if (!ec2 && !names.flattened(trait.isFlattened())) {
            Form.Node wrapped = trait.memberLocationName() == null ? null : node.get(trait.memberLocationName());
            wrapped = wrapped == null ? node.get("member") : wrapped;
            holder = wrapped == null ? node : wrapped;
        }
        List<Map.Entry<Integer, Form.Node>> entries = new ArrayList<>();
        for (var entry : holder.all().entrySet()) {
            entries.add(Map.entry(index(entry.getKey(), path), entry.getValue()));
        }
        entries.sort(Comparator.comparingInt(Map.Entry::getKey));
        List<@Nullable Object> values = new ArrayList<>(entries.size());
        for (var entry : entries) {
            values.add(value(trait.memberFieldInfo(), entry.getValue(), path + "." + entry.getKey()));
        }
        return values;
    }

    private int index(String text, String path) {
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw new AwsError(
                    ec2 ? "InvalidParameterValue" : "MalformedInput",
                    400,
                    "Value (" + text + ") for parameter " + path + " is invalid. A list is numbered from 1.");
        }
    }

    private Map<String, @Nullable Object> map(SdkField<?> field, Form.Node node, String path) {
        MapTrait trait = field.getTrait(MapTrait.class);
        Form.Node wrapped = names.flattened(trait.isFlattened()) ? null : node.get("entry");
        Form.Node holder = wrapped == null ? node : wrapped;
        Map<String, @Nullable Object> values = new LinkedHashMap<>();
        holder.all().forEach((number, entry) -> {
            Form.Node key = entry.get(names.key(field));
            Form.Node value = entry.get(names.value(field));
            if (key != null && key.value != null && value != null) {
                values.put(key.value, value(trait.valueFieldInfo(), value, path + "." + number));
            }
        });
        return values;
    }

    @Override
    public Response encode(Incoming incoming, SdkPojo output, int status, String requestId) {
        String operation = incoming.operation();
        var xml = new XmlWriter(shapes);
        xml.open(operation + "Response", service.xmlNamespace());
        if (ec2) {
            xml.element("requestId", requestId);
            if (output.sdkFields().isEmpty()) {
                xml.element("return", "true");
            } else {
                xml.members(output);
            }
        } else {
            if (!output.sdkFields().isEmpty() || EMPTY_RESULTS.contains(operation)) {
                xml.open(operation + "Result");
                xml.members(output);
                xml.close(operation + "Result");
            }
            xml.open("ResponseMetadata").element("RequestId", requestId).close("ResponseMetadata");
        }
        xml.close(operation + "Response");
        return xml.answer(status, ec2 ? "text/xml;charset=UTF-8" : "text/xml");
    }

    @Override
    public Response error(AwsError error, String requestId) {
        var xml = new XmlWriter(shapes);
        if (ec2) {
            xml.open("Response").open("Errors").open("Error");
        } else {
            xml.open("ErrorResponse", service.xmlNamespace()).open("Error");
            xml.element("Type", error.status() >= 500 ? "Receiver" : "Sender");
        }
        xml.element("Code", codes.apply(error.code())).element("Message", error.text());
        error.members().forEach((name, value) -> xml.element(name, value.toString()));
        xml.close("Error");
        if (ec2) {
            xml.close("Errors").element("RequestID", requestId).close("Response");
        } else {
            xml.element("RequestId", requestId).close("ErrorResponse");
        }
        return xml.answer(error.status(), ec2 ? "text/xml;charset=UTF-8" : "text/xml");
    }
}
