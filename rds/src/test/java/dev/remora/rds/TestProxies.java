package dev.remora.rds;

import dev.remora.store.Scope;
import dev.remora.store.Store;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Notes what is asked of the proxies' servers; the health of targets is what a test says. */
final class TestProxies implements ProxyView {
    final List<String> attended = new ArrayList<>();
    final List<String> reloaded = new ArrayList<>();
    Health health = Health.AVAILABLE;
    private final Store store;

    TestProxies(Store store) {
        this.store = store;
    }

    @Override
    public void attend(Scope scope, String id) {
        attended.add(id);
    }

    @Override
    public void reload(Scope scope, Proxy proxy) {
        reloaded.add(proxy.id());
    }

    @Override
    public Optional<Database> instance(Scope scope, Proxy proxy) {
        return proxy.target().flatMap(t -> store.view().get(Database.KIND, scope, t.instanceId()));
    }

    @Override
    public Health health(Scope scope, Proxy proxy, Database instance) {
        return health;
    }
}
