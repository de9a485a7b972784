package dev.remora.iam;

import dev.remora.store.Store;
import dev.remora.wire.Call;
import dev.remora.wire.Operation;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import software.amazon.awssdk.awscore.AwsRequest;
import software.amazon.awssdk.awscore.AwsResponse;

/** Users, groups or roles, as what a permission is about: their ARNs and condition keys. */
final class Identities<T extends Record & Identity> {
    private final Store store;
    private final IdentityKind<T> kind;

    Identities(Store store, IdentityKind<T> kind) {
        this.store = store;
        this.kind = kind;
    }

    /** An operation on one identity, by its name: its ARN, and the keys of its tags. */
    <I extends AwsRequest, O extends AwsResponse> Operation<I, O> on(Operation<I, O> operation, Function<I, String> name) {
        return operation.resources((i, c) -> List.of(arn(name.apply(i), c))).context((i, c) -> keys(name.apply(i), c));
    }

    /** An operation that changes what an identity may do: the boundary that it is under is a condition key as well. */
    <I extends AwsRequest, O extends AwsResponse> Operation<I, O> bounded(Operation<I, O> operation, Function<I, String> name) {
        return on(operation, name).context((i, c) -> joined(keys(name.apply(i), c), boundary(name.apply(i), c)));
    }

    /** An operation that attaches or detaches a policy. */
    <I extends AwsRequest, O extends AwsResponse> Operation<I, O> attaching(
            Operation<I, O> operation, Function<I, String> name, Function<I, String> policyArn) {
        return on(operation, name).context((i, c) -> joined(joined(keys(name.apply(i), c), boundary(name.apply(i), c)),
                Map.of("iam:PolicyARN", List.of(policyArn.apply(i)))));
    }

    /** The ARN with its path where the identity exists, for what a policy's Resource is matched with. */
    String arn(String name, Call call) {
        return find(name, call).map(Identity::arn).orElse("arn:aws:iam::" + call.account() + ":" + kind.noun() + "/" + name);
    }

    Map<String, List<String>> keys(String name, Call call) {
        return find(name, call).map(identity -> Tags.owned(identity.tags())).orElse(Map.of());
    }

    private Map<String, List<String>> boundary(String name, Call call) {
        return find(name, call).map(Identity::boundary).filter(arn -> !arn.isEmpty())
                .map(Boundaries::requested)
                .orElse(Map.of());
    }

    private Optional<T> find(String name, Call call) {
        return kind.find(store.view(), call.account(), name);
    }

    static Map<String, List<String>> joined(Map<String, List<String>> some, Map<String, List<String>> more) {
        var keys = new HashMap<>(some);
        keys.putAll(more);
        return keys;
    }
}
