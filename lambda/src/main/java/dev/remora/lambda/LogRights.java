package dev.remora.lambda;

import dev.remora.iam.RoleAccess;
import dev.remora.logs.LogSink;
import dev.remora.store.Scope;
import java.util.List;
import java.util.Map;

/**
 * Whether a function's execution role lets Lambda write its log. The calls are Lambda's own, on the function's behalf, and have
 * {@code lambda:SourceFunctionArn} as the code's own calls have it. ("Lambda calls … with lambda:SourceFunctionArn": CloudWatch
 * Logs is on the list, EC2 is not.)
 */
record LogRights(RoleAccess roles, LogSink sink) {
    boolean allow(Scope scope, String roleArn, String functionArn, String group, String stream) {
        var context = Map.of("lambda:SourceFunctionArn", List.of(functionArn));
        String prefix = "arn:aws:logs:" + scope.region() + ":" + scope.account() + ":log-group:" + group + ":log-stream:";
        return (sink.exists(scope, group) || allows(roleArn, "CreateLogGroup", prefix, context))
                && allows(roleArn, "CreateLogStream", prefix + stream, context)
                && allows(roleArn, "PutLogEvents", prefix + stream, context);
    }

    private boolean allows(String roleArn, String action, String resource, Map<String, List<String>> context) {
        return roles.decide(roleArn, "logs:" + action, List.of(resource), context).allowed();
    }
}
