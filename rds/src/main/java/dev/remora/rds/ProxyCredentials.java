package dev.remora.rds;

import dev.remora.iam.RoleAccess;
import dev.remora.secretsmanager.SecretValues;
import dev.remora.store.Scope;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The names and passwords of a proxy's secrets, as far as its role may read them. */
final class ProxyCredentials {
    private final SecretValues secrets;
    private final RoleAccess roles;

    ProxyCredentials(SecretValues secrets, RoleAccess roles) {
        this.secrets = secrets;
        this.roles = roles;
    }

    record Login(String username, String password) {}

    List<Login> of(Scope scope, Proxy proxy) {
        var logins = new ArrayList<Login>();
        for (Proxy.Auth auth : proxy.settings().auth()) {
            boolean allowed = roles.decide(
                            proxy.settings().roleArn(),
                            "secretsmanager:GetSecretValue",
                            List.of(auth.secretArn()),
                            Map.of())
                    .allowed();
            if (allowed) {
                secrets.current(scope, auth.secretArn()).flatMap(ProxyCredentials::login).ifPresent(logins::add);
            }
        }
        return logins;
    }

    /** A secret as the RDS user guide describes it: a JSON object with {@code username} and {@code password}. */
    private static Optional<Login> login(String text) {
        try {
            JsonNode secret = JsonMapper.shared().readTree(text);
            String username = secret.path("username").asString("");
            String password = secret.path("password").asString("");
            boolean usable = !username.isEmpty() && !password.isEmpty() && (username + password).indexOf('\n') < 0;
            return usable ? Optional.of(new Login(username, password)) : Optional.empty();
        } catch (JacksonException notJson) {
            return Optional.empty();
        }
    }
}
