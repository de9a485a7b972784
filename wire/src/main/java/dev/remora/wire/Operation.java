package dev.remora.wire;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.AwsRequest;
import software.amazon.awssdk.awscore.AwsResponse;

/** One supported operation: its handler, what it needs of IAM, and what becomes of each of its parameters. */
public final class Operation<I extends AwsRequest, O extends AwsResponse> {
    /** What becomes of a parameter. */
    public enum Treatment {
        /** Has the effect that AWS documents. */
        ENFORCED,
        /** Kept and returned, but without effect here; the coverage page says so. */
        RECORDED,
        /** Answered with an error that names it. */
        REFUSED
    }

    private final String name;
    private final Class<I> request;
    private final Handler<I, O> handler;
    private @Nullable Receiver<I, O> receiver;
    private @Nullable Sender<I, O> sender;
    private final Map<String, Treatment> parameters = new LinkedHashMap<>();
    private String action;
    private boolean open;
    private boolean refuses;
    private boolean resourcesDeclared;
    private BiFunction<I, Call, List<Permission>> permissions = (i, c) -> List.of(permission("*"));
    private @Nullable Function<I, String> printed;
    private BiFunction<I, Call, Map<String, List<String>>> context = (i, c) -> Map.of();

    Operation(String service, String name, Class<I> request, Handler<I, O> handler) {
        this.name = name;
        this.request = request;
        this.handler = handler;
        this.action = service + ":" + name;
    }

    /**
     * Names of request members (as the SDK's {@code SdkField.memberName()} says them) that have their full effect.
     */
    public Operation<I, O> enforced(String... members) {
        return declare(Treatment.ENFORCED, members);
    }

    /** Names of request members that are kept and returned without effect. */
    public Operation<I, O> recorded(String... members) {
        return declare(Treatment.RECORDED, members);
    }

    /** Names of request members that are answered with an error when present. */
    public Operation<I, O> refused(String... members) {
        return declare(Treatment.REFUSED, members);
    }

    /** Whether any parameter is refused. */
    boolean refuses() {
        return refuses;
    }

    private Operation<I, O> declare(Treatment treatment, String... members) {
        refuses |= treatment == Treatment.REFUSED && members.length > 0;
        for (String member : members) {
            if (parameters.put(member, treatment) != null) {
                throw new IllegalStateException(action + " declares " + member + " twice");
            }
        }
        return this;
    }

    /** The IAM action where it is not the operation's name, e.g. {@code lambda:InvokeFunction} for Invoke. */
    public Operation<I, O> action(String iamAction) {
        this.action = iamAction;
        return this;
    }

    /** No permission is needed, as for GetCallerIdentity; the request must be signed all the same. */
    public Operation<I, O> open() {
        this.open = true;
        this.resourcesDeclared = true;
        return this;
    }

    /** The ARNs that the call touches. */
    public Operation<I, O> resources(BiFunction<I, Call, List<String>> arns) {
        return permissions((i, c) -> arns.apply(i, c).stream().map(this::permission).toList());
    }

    /** All that the call needs permissions for, where it is more than this operation's action on some ARNs. */
    public Operation<I, O> permissions(BiFunction<I, Call, List<Permission>> needed) {
        this.permissions = needed;
        this.resourcesDeclared = true;
        return this;
    }

    /** IAM knows no resources of this action: only a statement about all resources speaks of it. */
    public Operation<I, O> anyResource() {
        this.resourcesDeclared = true;
        return this;
    }

    private Permission permission(String arn) {
        return new Permission(action, arn, Map.of());
    }

    /** The operation's own condition keys and their values in this call; global keys are added by the dispatcher. */
    public Operation<I, O> context(BiFunction<I, Call, Map<String, List<String>>> keys) {
        this.context = keys;
        return this;
    }

    /** What a denial calls the resource where that is not its ARN; nothing if the text is empty. */
    public Operation<I, O> printing(Function<I, String> resource) {
        this.printed = resource;
        return this;
    }

    /** A resource as a denial prints it. */
    String printed(I input, String resource) {
        return printed == null ? resource : printed.apply(input);
    }

    public String name() {
        return name;
    }

    public String action() {
        return action;
    }

    public boolean isOpen() {
        return open;
    }

    public Class<I> request() {
        return request;
    }

    public Handler<I, O> handler() {
        return handler;
    }

    /** Whether the table says what the operation's permission is about. */
    boolean declaresResources() {
        return resourcesDeclared;
    }

    /** What a call needs; never nothing, for that would be to ask nobody. */
    public Function<Call, List<Permission>> permissions(I input) {
        return call -> {
            List<Permission> needed = permissions.apply(input, call);
            return needed.isEmpty() ? List.of(permission("*")) : needed;
        };
    }

    public Function<Call, Map<String, List<String>>> context(I input) {
        return call -> context.apply(input, call);
    }

    Operation<I, O> receiving(Receiver<I, O> whole) {
        receiver = whole;
        return this;
    }

    Operation<I, O> sending(Sender<I, O> whole) {
        sender = whole;
        return this;
    }

    /** Whether the body is the operation's to read and not a document of the protocol. */
    boolean receives() {
        return receiver != null;
    }

    /** Runs the operation, whichever form it has. */
    Sender.Sent<O> run(I input, Call call, Body body) {
        if (sender != null) {
            return sender.handle(input, call);
        }
        return new Sender.Sent<>(
                receiver != null ? receiver.handle(input, call, body) : handler.handle(input, call), null);
    }

    /** Declared parameters in the order of their declaration. */
    public Map<String, Treatment> parameters() {
        return parameters;
    }
}
