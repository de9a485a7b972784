package dev.remora.wire;

import java.util.Collection;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
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

    /** What the table is read from at the first call, or null when it has been. */
    private volatile @Nullable Supplier<Operations> later;

    public Operations(ServiceInfo service) {
        this.service = service;
    }

    /**
     * A table that is made at the first call of the service: it names the classes of every request, and a server that nobody
     * asks for this service has no use for them.
     */
    public static Operations later(ServiceInfo service, Supplier<Operations> table) {
        var operations = new Operations(service);
        operations.later = table;
        return operations;
    }

    private Map<String, Operation<?, ?>> table() {
        if (later != null) {
            synchronized (this) {
                Supplier<Operations> table = later;
                if (table != null) {
                    byName.putAll(table.get().byName);
                    later = null;
                }
            }
        }
        return byName;
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
        return table().values();
    }

    /** The operation of that name, whatever its case, or null. */
    public @Nullable Operation<?, ?> byName(String name) {
        return table().get(name.toLowerCase(Locale.ROOT));
    }
}
