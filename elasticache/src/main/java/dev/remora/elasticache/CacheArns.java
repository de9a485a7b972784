package dev.remora.elasticache;

import dev.remora.store.Scope;
import dev.remora.wire.Call;
import org.jspecify.annotations.Nullable;

/** ARNs of ElastiCache. */
final class CacheArns {
    static String of(Call call, String type, @Nullable String id) {
        return of(new Scope(call.account(), call.region()), type, id == null || id.isEmpty() ? "*" : id);
    }

    static String of(Scope scope, String type, String id) {
        return "arn:aws:elasticache:" + scope.region() + ":" + scope.account() + ":" + type + ":" + id;
    }

    private CacheArns() {}
}
