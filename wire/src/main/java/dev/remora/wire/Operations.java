package dev.remora.wire;

import java.util.Collection;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.AwsRequest;
import software.amazon.awssdk.awscore.AwsResponse;

/**
 * The table of what one service supports. What is not in it does not exist: the dispatcher answers an absent
 * operation with an error that names it, and the coverage page in the documentation is generated from this table.
 */
public final class Operations {
    private final ServiceInfo service;
    private final Map<String, Operation<?, ?>> byName = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);

    public Operations(ServiceInfo service) {
        this.service = service;
    }

    /**
     * Adds an operation, named after its request class without regard to case. The operation's IAM action is the
     * service's prefix and that name, on resource {@code *}, until {@link Operation} says otherwise. Every member of
     * the request must be declared enforced, recorded or refused; a test fails for one that is not.
     */
    public <I extends AwsRequest, O extends AwsResponse> Operation<I, O> on(Class<I> request, Handler<I, O> handler) {
        String name = request.getSimpleName().replaceAll("Request$", "");
        var operation = new Operation<>(service.signingName(), name, request, handler);
        if (byName.put(name, operation) != null) {
            throw new IllegalStateException(service.signingName() + " " + name + " is registered twice");
        }
        return operation;
    }

    /** Adds an operation that reads its body while it comes. */
    public <I extends AwsRequest, O extends AwsResponse> Operation<I, O> receiving(Class<I> request, Receiver<I, O> receiver) {
        return on(request, Operations.<I, O>streamed()).receiving(receiver);
    }

    /** Adds an operation whose answer has a body besides the response. */
    public <I extends AwsRequest, O extends AwsResponse> Operation<I, O> sending(Class<I> request, Sender<I, O> sender) {
        return on(request, Operations.<I, O>streamed()).sending(sender);
    }

    private static <I, O> Handler<I, O> streamed() {
        return (request, call) -> {
            throw new IllegalStateException("the operation streams");
        };
    }

    public ServiceInfo service() {
        return service;
    }

    public Collection<Operation<?, ?>> all() {
        return byName.values();
    }

    /** The operation of that name, whatever its case, or null. */
    public @Nullable Operation<?, ?> byName(String name) {
        return byName.get(name.toLowerCase(Locale.ROOT));
    }
}
