package dev.remora.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@Tag("e2e")
@ExtendWith(SharedServer.class)
@DisplayName("Layers are shared")
class LayersAreSharedTest {
    private static final String USE = """
            import greeting, os
            def handler(event, context):
                return greeting.words() + ' ' + ' '.join(sorted(os.listdir('/opt')))
            """;

    @Test
    @DisplayName("by functions of Python and Node.js; a later one covers an earlier one; a deleted one stays where it is used")
    void laidOverEachOther(Account account) {
        var functions = Functions.of(account);
        String role = functions.role("r");
        String base = published(account, "base", Map.of("python/greeting.py", "def words(): return 'base'", "both", "1"));
        String over = published(account, "over", Map.of("python/greeting.py", "def words(): return 'over'", "over", "1"));
        functions.python("f", role, USE, f -> f.layers(base, over));
        assertThat(functions.invoke("f", "{}").payload()).isEqualTo("\"over both over python\"");
        account.awsCommand("lambda", "delete-layer-version", "--layer-name", "over", "--version-number", "1").mustSucceed();
        assertThat(functions.invoke("f", "{}").payload()).isEqualTo("\"over both over python\"");
        account.aws("lambda", "update-function-configuration", "--function-name", "f", "--layers", base);
        account.awsCommand("lambda", "wait", "function-updated-v2", "--function-name", "f").mustSucceed();
        assertThat(functions.invoke("f", "{}").payload()).isEqualTo("\"base both python\"");
        assertThat(account.awsFails("lambda", "update-function-configuration", "--function-name", "f", "--layers", over))
                .contains("InvalidParameterValueException", "Layer version " + over + " does not exist.");

        String node = published(account, "node", Map.of(
                "nodejs/node_modules/greeting/index.js", "module.exports = () => 'from a module';"));
        functions.node(
                "n", role, "exports.handler = async () => require('greeting')();", f -> f.layers(node));
        assertThat(functions.invoke("n", "{}").payload()).isEqualTo("\"from a module\"");
        assertThat(account.aws("lambda", "list-layers").get("Layers")).hasSize(2);
    }

    @Test
    @DisplayName("with other accounts that their policy names, and with no others")
    void withOthers(Account account, Server server) {
        String layer = published(account, "shared", Map.of("python/greeting.py", "def words(): return 'shared'"));
        var other = Account.fresh(server);
        assertThat(other.awsFails("lambda", "get-layer-version-by-arn", "--arn", layer)).contains("AccessDenied");
        var functions = Functions.of(other);
        String role = functions.role("r");
        var create = new String[] {
            "lambda", "create-function", "--function-name", "f", "--runtime", "python3.12", "--handler", "index.handler",
            "--role", role, "--zip-file", "fileb://" + Zips.of(Map.of("index.py", USE)), "--layers", layer
        };
        assertThat(other.awsFails(create)).contains("AccessDeniedException", "lambda:GetLayerVersion");
        account.aws(
                "lambda", "add-layer-version-permission", "--layer-name", "shared", "--version-number", "1",
                "--statement-id", "one", "--action", "lambda:GetLayerVersion", "--principal", other.id());
        assertThat(other.aws("lambda", "get-layer-version-by-arn", "--arn", layer).get("Version").asInt()).isEqualTo(1);
        assertThat(other.aws(create).get("Layers").get(0).get("Arn").asString()).isEqualTo(layer);
        other.awsCommand("lambda", "wait", "function-active-v2", "--function-name", "f").mustSucceed();
        assertThat(functions.invoke("f", "{}").payload()).isEqualTo("\"shared python\"");
    }

    private static String published(Account account, String name, Map<String, String> files) {
        return account.aws(
                        "lambda", "publish-layer-version", "--layer-name", name, "--zip-file", "fileb://" + Zips.of(files),
                        "--compatible-runtimes", "python3.12")
                .get("LayerVersionArn")
                .asString();
    }
}
