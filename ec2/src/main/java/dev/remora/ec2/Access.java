package dev.remora.ec2;

import dev.remora.store.Scope;
import dev.remora.store.Store;
import dev.remora.store.View;
import dev.remora.vpc.EgressOnlyGateway;
import dev.remora.vpc.InternetGateway;
import dev.remora.vpc.NatGateway;
import dev.remora.vpc.NetworkAcl;
import dev.remora.vpc.NetworkInterface;
import dev.remora.vpc.RouteTable;
import dev.remora.vpc.SecurityGroup;
import dev.remora.vpc.Subnet;
import dev.remora.vpc.Tagged;
import dev.remora.vpc.Vpc;
import dev.remora.wire.Call;
import dev.remora.wire.Operation;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.AwsRequest;
import software.amazon.awssdk.awscore.AwsResponse;
import software.amazon.awssdk.services.ec2.model.Tag;
import software.amazon.awssdk.services.ec2.model.TagSpecification;

/**
 * What an operation needs of IAM: the ARNs of the resources that a request makes and names, and the condition keys that
 * follow from them: {@code ec2:Region}, {@code ec2:Vpc}, {@code ec2:Subnet}, {@code ec2:ResourceTag/KEY} and {@code
 * aws:ResourceTag/KEY} of the first resource named, {@code aws:RequestTag/KEY} and {@code aws:TagKeys} of the tags given.
 */
final class Access {
    private final Store store;

    Access(Store store) {
        this.store = store;
    }

    /** The ids that are there. */
    static List<String> ids(@Nullable String... ids) {
        return Stream.of(ids).filter(id -> id != null && !id.isEmpty()).map(String::valueOf).toList();
    }

    /** For an operation on resources that exist. */
    <I extends AwsRequest, O extends AwsResponse> Operation<I, O> names(
            Operation<I, O> operation, Function<I, List<String>> named) {
        return operation
                .resources((r, call) -> arns(scope(call), named.apply(r)))
                .context((r, call) -> keys(call, named.apply(r), List.of()));
    }

    /** For an operation that makes a resource of a type, beside those that it names. */
    <I extends AwsRequest, O extends AwsResponse> Operation<I, O> makes(
            Operation<I, O> operation,
            String type,
            Function<I, List<String>> named,
            Function<I, List<TagSpecification>> tagged) {
        return operation
                .resources((r, call) -> {
                    var all = new ArrayList<String>();
                    all.add(Resource.arn(type, scope(call), "*"));
                    all.addAll(arns(scope(call), named.apply(r)));
                    return all;
                })
                .context((r, call) -> keys(
                        call,
                        named.apply(r),
                        tagged.apply(r).stream().flatMap(s -> s.tags().stream()).toList()));
    }

    /** For the operations that tag. */
    <I extends AwsRequest, O extends AwsResponse> Operation<I, O> tags(
            Operation<I, O> operation, Function<I, List<String>> named, Function<I, List<Tag>> tags) {
        return operation
                .resources((r, call) -> arns(scope(call), named.apply(r)))
                .context((r, call) -> keys(call, named.apply(r), tags.apply(r)));
    }

    private static Scope scope(Call call) {
        return new Scope(call.account(), call.region());
    }

    private static List<String> arns(Scope scope, List<String> named) {
        return named.isEmpty() ? List.of("*") : named.stream().map(id -> Tags.arn(scope, id)).toList();
    }

    private Map<String, List<String>> keys(Call call, List<String> named, List<Tag> given) {
        Scope scope = scope(call);
        View view = store.view();
        var keys = new LinkedHashMap<String, List<String>>();
        keys.put("ec2:Region", List.of(call.region()));
        for (String id : named) {
            if (Resource.SUBNET.isId(id)) {
                keys.putIfAbsent("ec2:Subnet", List.of(Resource.SUBNET.arn(scope, id)));
            }
            Optional<Tagged<?>> found = find(view, scope, id);
            found.flatMap(Access::vpcOf).ifPresent(vpc -> keys.putIfAbsent("ec2:Vpc", List.of(Resource.VPC.arn(scope, vpc))));
        }
        named.stream().findFirst().flatMap(id -> find(view, scope, id)).ifPresent(resource -> resource.tags()
                .forEach((key, value) -> {
                    keys.put("ec2:ResourceTag/" + key, List.of(value));
                    keys.put("aws:ResourceTag/" + key, List.of(value));
                }));
        for (Tag tag : given) {
            if (tag.key() != null) {
                keys.put("aws:RequestTag/" + tag.key(), List.of(tag.value() == null ? "" : tag.value()));
            }
        }
        if (!given.isEmpty()) {
            keys.put("aws:TagKeys", given.stream().map(t -> t.key() == null ? "" : t.key()).distinct().toList());
        }
        return keys;
    }

    private static Optional<Tagged<?>> find(View view, Scope scope, String id) {
        for (Resource<?> type : Resource.ALL) {
            if (type.isId(id)) {
                return view.get(type.kind(), scope, id).map(found -> (Tagged<?>) found);
            }
        }
        return Optional.empty();
    }

    private static Optional<String> vpcOf(Tagged<?> resource) {
        return switch (resource) {
            case Vpc vpc -> Optional.of(vpc.id());
            case Subnet subnet -> Optional.of(subnet.vpcId());
            case SecurityGroup group -> Optional.of(group.vpcId());
            case NetworkInterface networkInterface -> Optional.of(networkInterface.vpcId());
            case RouteTable table -> Optional.of(table.vpcId());
            case NetworkAcl acl -> Optional.of(acl.vpcId());
            case InternetGateway gateway -> Optional.of(gateway.vpcId()).filter(id -> !id.isEmpty());
            case EgressOnlyGateway gateway -> Optional.of(gateway.vpcId());
            case NatGateway gateway -> Optional.of(gateway.vpcId());
            default -> Optional.empty();
        };
    }
}
