package dev.remora.logs;

import dev.remora.store.Scope;
import dev.remora.wire.Call;
import org.jspecify.annotations.Nullable;

/** ARNs of groups and streams, and the names that requests give for them. */
final class LogArns {
    private LogArns() {}

    static Scope scope(Call call) {
        return new Scope(call.account(), call.region());
    }

    /** A group's ARN as tags use it and {@code logGroupArn} says it. */
    static String group(Scope scope, String group) {
        return "arn:aws:logs:" + scope.region() + ":" + scope.account() + ":log-group:" + group;
    }

    static String stream(Scope scope, String group, String stream) {
        return group(scope, group) + ":log-stream:" + stream;
    }

    /**
     * The resource that IAM decides on for an operation on a group: AWS asks with an empty stream, so that policies written for
     * {@code log-group:NAME:*} match.
     */
    static String decided(Call call, @Nullable String group) {
        return stream(scope(call), group == null ? "" : group, "");
    }

    /** The group of an operation that takes its name, or as identifier its name or ARN. */
    static String named(@Nullable String name, @Nullable String identifier, Call call) {
        if (name != null && identifier != null) {
            throw LogErrors.invalid("LogGroup name and LogGroup ARN are mutually exclusive parameters.");
        }
        if (name != null) {
            return name;
        }
        if (identifier == null) {
            throw LogErrors.invalid("You must specify either logGroupName or logGroupIdentifier.");
        }
        return identifier.startsWith("arn:") ? ofArn(identifier, call) : identifier;
    }

    /** The group that an ARN names, with or without {@code :*} at its end. */
    static String ofArn(String arn, Call call) {
        String prefix = group(scope(call), "");
        if (!arn.startsWith(prefix)) {
            throw LogErrors.noGroup();
        }
        String name = arn.substring(prefix.length());
        return name.endsWith(":*") ? name.substring(0, name.length() - 2) : name;
    }

    /** As {@link #named}, for the resource of an authorization: what is wrong is told by the operation itself. */
    static String decidedNamed(Call call, @Nullable String name, @Nullable String identifier) {
        if (name != null || identifier == null) {
            return decided(call, name);
        }
        String prefix = group(scope(call), "");
        String group = identifier.startsWith(prefix) ? identifier.substring(prefix.length()) : identifier;
        return decided(call, group.endsWith(":*") ? group.substring(0, group.length() - 2) : group);
    }
}
