package dev.remora.logs;

import dev.remora.logs.LogKinds.Group;
import dev.remora.store.Scope;
import dev.remora.store.Store;
import dev.remora.store.StreamName.Family;
import dev.remora.store.Streams;
import dev.remora.store.Transaction;
import dev.remora.store.View;
import dev.remora.wire.AwsError;
import dev.remora.wire.Call;
import dev.remora.wire.ConditionKeys;
import dev.remora.wire.Permission;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import software.amazon.awssdk.services.cloudwatchlogs.model.CreateLogGroupRequest;
import software.amazon.awssdk.services.cloudwatchlogs.model.CreateLogGroupResponse;
import software.amazon.awssdk.services.cloudwatchlogs.model.DeleteLogGroupRequest;
import software.amazon.awssdk.services.cloudwatchlogs.model.DeleteLogGroupResponse;
import software.amazon.awssdk.services.cloudwatchlogs.model.DeleteRetentionPolicyRequest;
import software.amazon.awssdk.services.cloudwatchlogs.model.DeleteRetentionPolicyResponse;
import software.amazon.awssdk.services.cloudwatchlogs.model.DescribeLogGroupsRequest;
import software.amazon.awssdk.services.cloudwatchlogs.model.DescribeLogGroupsResponse;
import software.amazon.awssdk.services.cloudwatchlogs.model.ListTagsForResourceRequest;
import software.amazon.awssdk.services.cloudwatchlogs.model.ListTagsForResourceResponse;
import software.amazon.awssdk.services.cloudwatchlogs.model.LogGroup;
import software.amazon.awssdk.services.cloudwatchlogs.model.PutRetentionPolicyRequest;
import software.amazon.awssdk.services.cloudwatchlogs.model.PutRetentionPolicyResponse;
import software.amazon.awssdk.services.cloudwatchlogs.model.TagResourceRequest;
import software.amazon.awssdk.services.cloudwatchlogs.model.TagResourceResponse;
import software.amazon.awssdk.services.cloudwatchlogs.model.UntagResourceRequest;
import software.amazon.awssdk.services.cloudwatchlogs.model.UntagResourceResponse;

/** Log groups: their life, their retention and their tags. */
final class LogGroups {
    /** What AWS counts for an event besides its message ("CloudWatch Logs quotas"). */
    static final int EVENT_OVERHEAD_BYTES = 26;

    static final int MAX_TAGS = 50;

    /** The days that AWS lets one choose ("PutRetentionPolicy"). */
    private static final Set<Integer> RETENTION_DAYS = new TreeSet<>(
            List.of(1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653));

    private final Store store;
    private final Streams streams;
    private final Retention retention;

    LogGroups(Store store, Streams streams, Retention retention) {
        this.store = store;
        this.streams = streams;
        this.retention = retention;
    }

    /** The group, or the error that it does not exist. */
    static Group existing(View view, Scope scope, String name) {
        return view.get(LogKinds.GROUPS, scope, name).orElseThrow(LogErrors::noGroup);
    }

    CreateLogGroupResponse create(CreateLogGroupRequest request, Call call) {
        Scope scope = LogArns.scope(call);
        String name = request.logGroupName();
        if (name.toLowerCase(Locale.ROOT).startsWith("aws/")) {
            throw LogErrors.invalid("Log groups starting with AWS/ are reserved for AWS.");
        }
        String logClass = request.logGroupClass() == null ? "STANDARD" : request.logGroupClassAsString();
        var group = new Group(name, call.time(), Optional.empty(), logClass, request.tags());
        forgetLeftOvers(store.view(), scope, name);
        store.write(t -> {
            if (t.get(LogKinds.GROUPS, scope, name).isPresent()) {
                throw LogErrors.groupExists();
            }
            t.put(LogKinds.GROUPS, scope, name, group);
            return group;
        });
        return CreateLogGroupResponse.builder().build();
    }

    /** A deletion that a crash cut short, or a last line of a function, may have left events without a group. */
    private void forgetLeftOvers(View view, Scope scope, String name) {
        Family family = LogKinds.family(scope, name);
        if (view.get(LogKinds.GROUPS, scope, name).isEmpty() && streams.size(family).streams() > 0) {
            streams.drop(family);
        }
    }

    DeleteLogGroupResponse delete(DeleteLogGroupRequest request, Call call) {
        Scope scope = LogArns.scope(call);
        String name = request.logGroupName();
        store.write(t -> {
            existing(t, scope, name);
            LogKinds.streams(t, scope, name, "").forEach(s -> t.delete(LogKinds.STREAMS, scope, LogKinds.id(name, s.name())));
            t.delete(LogKinds.GROUPS, scope, name);
            return name;
        });
        streams.drop(LogKinds.family(scope, name));
        return DeleteLogGroupResponse.builder().build();
    }

    DescribeLogGroupsResponse describe(DescribeLogGroupsRequest request, Call call) {
        Scope scope = LogArns.scope(call);
        String prefix = request.logGroupNamePrefix();
        String pattern = request.logGroupNamePattern();
        if (prefix != null && pattern != null) {
            throw LogErrors.invalid("LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.");
        }
        Set<String> chosen = request.hasLogGroupIdentifiers()
                ? request.logGroupIdentifiers().stream().map(i -> LogArns.named(null, i, call)).collect(Collectors.toSet())
                : Set.of();
        var groups = store.view().all(LogKinds.GROUPS, scope).stream()
                .filter(g -> prefix == null || g.name().startsWith(prefix))
                .filter(g -> pattern == null || g.name().contains(pattern))
                .filter(g -> !request.hasLogGroupIdentifiers() || chosen.contains(g.name()))
                .filter(g -> request.logGroupClass() == null || g.logClass().equals(request.logGroupClassAsString()))
                .toList();
        Page<Group> page = Page.of(call, groups, Group::name, false, request.nextToken(), request.limit());
        return DescribeLogGroupsResponse.builder()
                .logGroups(page.items().stream().map(g -> describe(scope, g)).toList())
                .nextToken(page.token())
                .build();
    }

    private LogGroup describe(Scope scope, Group group) {
        String arn = LogArns.group(scope, group.name());
        var size = streams.size(LogKinds.family(scope, group.name()));
        return LogGroup.builder()
                .logGroupName(group.name())
                .creationTime(group.created().toEpochMilli())
                .retentionInDays(group.retentionDays().orElse(null))
                .metricFilterCount(0)
                .arn(arn + ":*")
                .logGroupArn(arn)
                .storedBytes(size.bytes() + EVENT_OVERHEAD_BYTES * size.rows())
                .logGroupClass(group.logClass())
                .build();
    }

    PutRetentionPolicyResponse putRetention(PutRetentionPolicyRequest request, Call call) {
        int days = request.retentionInDays();
        if (!RETENTION_DAYS.contains(days)) {
            throw LogErrors.invalid("1 validation error detected: Value '" + days + "' at 'retentionInDays' failed to satisfy"
                    + " constraint: Member must satisfy enum value set: " + RETENTION_DAYS);
        }
        change(LogArns.scope(call), request.logGroupName(), g -> g.retained(Optional.of(days)));
        retention.sweepSoon();
        return PutRetentionPolicyResponse.builder().build();
    }

    DeleteRetentionPolicyResponse deleteRetention(DeleteRetentionPolicyRequest request, Call call) {
        change(LogArns.scope(call), request.logGroupName(), g -> g.retained(Optional.empty()));
        return DeleteRetentionPolicyResponse.builder().build();
    }

    ListTagsForResourceResponse listTags(ListTagsForResourceRequest request, Call call) {
        Group group = existing(store.view(), LogArns.scope(call), LogArns.ofArn(request.resourceArn(), call));
        return ListTagsForResourceResponse.builder().tags(group.tags()).build();
    }

    TagResourceResponse tag(TagResourceRequest request, Call call) {
        change(LogArns.scope(call), LogArns.ofArn(request.resourceArn(), call), group -> {
            var tags = new HashMap<>(group.tags());
            tags.putAll(request.tags());
            if (tags.size() > MAX_TAGS) {
                throw new AwsError("TooManyTagsException", 400, "A resource can have no more than " + MAX_TAGS + " tags.",
                        Map.of("resourceName", request.resourceArn()));
            }
            return group.tagged(tags);
        });
        return TagResourceResponse.builder().build();
    }

    UntagResourceResponse untag(UntagResourceRequest request, Call call) {
        var keys = new HashSet<>(request.tagKeys());
        change(LogArns.scope(call), LogArns.ofArn(request.resourceArn(), call), group -> {
            var tags = new HashMap<>(group.tags());
            tags.keySet().removeAll(keys);
            return group.tagged(tags);
        });
        return UntagResourceResponse.builder().build();
    }

    private void change(Scope scope, String name, UnaryOperator<Group> change) {
        store.write((Transaction t) -> {
            t.put(LogKinds.GROUPS, scope, name, change.apply(existing(t, scope, name)));
            return name;
        });
    }

    /** What a call needs for a resource of a group: the action on the ARN, with the group's tags. */
    Permission on(String action, String arn, Call call) {
        String prefix = LogArns.group(LogArns.scope(call), "");
        String rest = arn.startsWith(prefix) ? arn.substring(prefix.length()) : "";
        int colon = rest.indexOf(':');
        Map<String, String> tags = store.view()
                .get(LogKinds.GROUPS, LogArns.scope(call), colon < 0 ? rest : rest.substring(0, colon))
                .map(Group::tags)
                .orElse(Map.of());
        return new Permission(action, arn, ConditionKeys.owned(tags).map());
    }
}
