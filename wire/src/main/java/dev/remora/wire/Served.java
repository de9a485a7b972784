package dev.remora.wire;

import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkField;
import software.amazon.awssdk.core.SdkPojo;

/** A service as the dispatcher sees it. Nothing of its operations is looked at before the first call. */
final class Served {
    final Operations operations;
    final Protocol protocol;
    final Codec codec;
    final Refusals refusals;
    private final Map<Operation<?, ?>, Binding> bindings = new ConcurrentHashMap<>();
    private volatile @Nullable Constraints constraints;

    /** The same service as it speaks awsQuery, where its own protocol is another. */
    private final @Nullable Served inQuery;

    Served(Operations operations) {
        this(operations, operations.service().protocol());
    }

    private Served(Operations operations, Protocol protocol) {
        this.operations = operations;
        this.protocol = protocol;
        this.codec = Codec.of(operations, protocol, code -> constraints().queryCode(code));
        this.refusals = new Refusals(protocol);
        this.inQuery = protocol == Protocol.AWS_JSON_1_0 && operations.service().queryToo()
                ? new Served(operations, Protocol.AWS_QUERY)
                : null;
    }

    /** The service in the protocol of a request. */
    Served speaking(Request request) {
        return inQuery == null || request.headers().first("X-Amz-Target") != null ? this : inQuery;
    }

    ServiceInfo service() {
        return operations.service();
    }

    Binding binding(Operation<?, ?> operation) {
        Binding known = bindings.get(operation);
        return known != null ? known : bindings.computeIfAbsent(operation, o -> new Binding(o.request()));
    }

    Constraints constraints() {
        Constraints known = constraints;
        if (known == null) {
            constraints = known = Constraints.of(service().model());
        }
        return known;
    }

    /** The input without its refused parameters and within its constraints, or an error. */
    void check(Operation<?, ?> operation, SdkPojo input, String spelling) {
        refuse(operation, input, spelling);
        if (service().queryToo()) {
            Presence.check(constraints(), operation.name(), input);
            return;
        }
        switch (protocol) {
            case EC2_QUERY -> Ec2Validation.check(constraints(), operation.name(), input);
            case AWS_QUERY -> Validation.check(constraints(), operation.name(), input, "ValidationError");
            // The model that is published has no constraints of S3: its operations check what they need.
            case REST_XML -> {}
            case REST_JSON, AWS_JSON_1_0, AWS_JSON_1_1 ->
                Validation.check(constraints(), operation.name(), input, "ValidationException");
        }
    }

    private void refuse(Operation<?, ?> operation, SdkPojo input, String spelling) {
        if (!operation.refuses()) {
            return;
        }
        for (SdkField<?> field : input.sdkFields()) {
            if (operation.parameters().get(field.memberName()) == Operation.Treatment.REFUSED
                    && !Scalars.absent(field.getValueOrDefault(input))) {
                throw refusals.refusedParameter(field.memberName(), spelling);
            }
        }
    }

    /** An action as denials print it: the operation as AWS spells it; by SQS, alone of all, in lower case. */
    String printed(String action) {
        if (service().queryToo()) {
            return action.toLowerCase(Locale.ROOT);
        }
        String prefix = service().signingName() + ":";
        return constraints().names.stream()
                .map(name -> prefix + name)
                .filter(action::equalsIgnoreCase)
                .findFirst()
                .orElse(action);
    }

    /** Names what a caller asked for; for REST, the operation that AWS has there. */
    String nameOf(Incoming incoming) {
        if (incoming instanceof Incoming.Rest rest && protocol == Protocol.REST_JSON) {
            var known = new RestRouter();
            constraints().names.forEach(name -> {
                Constraints.Call call = constraints().call(name);
                if (call != null) {
                    known.add(name, call.method, call.uri);
                }
            });
            Request request = rest.request();
            RestRouter.Match match = known.find(request.method(), request.rawPath(), request.rawQuery());
            return match == null ? incoming.operation() : match.operation();
        }
        return incoming.operation();
    }
}
