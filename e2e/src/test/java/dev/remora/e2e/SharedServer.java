package dev.remora.e2e;

import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** One server for all test classes that ask for it; each test works in an account of its own, so that none sees another's. */
final class SharedServer implements ParameterResolver {
    private static final ExtensionContext.Namespace HERE = ExtensionContext.Namespace.create(SharedServer.class);

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext test) {
        Class<?> type = parameter.getParameter().getType();
        return type == Server.class || type == Account.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext test) {
        Server server = test.getRoot()
                .getStore(HERE)
                .computeIfAbsent("server", name -> Server.start("--ephemeral"), Server.class);
        return parameter.getParameter().getType() == Server.class ? server : Account.fresh(server);
    }
}
