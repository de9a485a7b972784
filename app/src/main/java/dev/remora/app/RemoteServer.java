package dev.remora.app;

import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.MalformedURLException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The server that the client commands speak to, through its admin paths. */
final class RemoteServer {
    private static final int TIMEOUT_MILLIS = 30_000;
    private static final JsonMapper JSON = new JsonMapper();
    private final String endpoint;

    RemoteServer(Map<String, String> environment) {
        String port = environment.getOrDefault("REMORA_PORT", Integer.toString(Settings.PORT));
        this.endpoint = environment.getOrDefault("REMORA_ENDPOINT", "http://127.0.0.1:" + port);
    }

    /** @throws StartFailure if no server answers, or it refuses, with its words */
    JsonNode ask(String method, String path, Map<String, String> query) {
        var text = new StringBuilder(endpoint).append(path);
        char before = '?';
        for (var parameter : query.entrySet()) {
            text.append(before).append(parameter.getKey()).append('=');
            text.append(URLEncoder.encode(parameter.getValue(), StandardCharsets.UTF_8));
            before = '&';
        }
        try {
            HttpURLConnection connection = connection(text.toString());
            connection.setRequestMethod(method);
            connection.setConnectTimeout(TIMEOUT_MILLIS);
            connection.setReadTimeout(TIMEOUT_MILLIS);
            int status = connection.getResponseCode();
            try (InputStream body = status < 400 ? connection.getInputStream() : connection.getErrorStream()) {
                JsonNode answer = body == null ? JSON.createObjectNode() : JSON.readTree(body);
                if (status >= 400) {
                    throw new StartFailure(answer.path("message").asString("the server answered " + status));
                }
                return answer;
            }
        } catch (SocketTimeoutException silent) {
            throw new StartFailure("what listens at " + endpoint + " did not answer in time.");
        } catch (IOException unreachable) {
            throw new StartFailure("no server answers at " + endpoint + ". Start one with 'remora start'.");
        } catch (JacksonException foreign) {
            throw new StartFailure("what answers at " + endpoint + " is not a Remora server.");
        }
    }

    private HttpURLConnection connection(String address) throws IOException {
        try {
            if (URI.create(address).toURL().openConnection() instanceof HttpURLConnection http) {
                return http;
            }
        } catch (IllegalArgumentException | MalformedURLException wrong) {
            // Told below: it is what the environment says that is wrong, whatever is wrong with it.
        }
        throw new StartFailure("'" + endpoint + "' is no endpoint: see $REMORA_ENDPOINT and $REMORA_PORT.");
    }
}
