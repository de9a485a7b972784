package dev.remora.ec2;

import static dev.remora.ec2.Resource.INSTANCE;

import dev.remora.store.Scope;
import dev.remora.store.Store;
import dev.remora.wire.Admin;
import dev.remora.wire.Headers;
import dev.remora.wire.Request;
import dev.remora.wire.Response;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The metadata service of one instance, as it is found inside at 169.254.169.254: with tokens (IMDSv2), and without where the
 * instance's options do not require them. Who asks is told by the door that the request came through, which the instance alone
 * can reach. (Amazon EC2 User Guide, "Use the Instance Metadata Service to access instance metadata".)
 */
final class InstanceMetadata implements Admin {
    private static final String TOKEN = "x-aws-ec2-metadata-token";
    private static final String TTL = "x-aws-ec2-metadata-token-ttl-seconds";
    private static final String LATEST = "latest";

    private final Store store;
    private final Scope scope;
    private final String id;
    private final InstantSource clock;
    private final RoleCredentials credentials;
    private final MetadataTokens tokens = new MetadataTokens();

    InstanceMetadata(Store store, Scope scope, String id, InstantSource clock, InstanceRoles roles) {
        this.store = store;
        this.scope = scope;
        this.id = id;
        this.clock = clock;
        this.credentials = new RoleCredentials(roles, clock, scope.account(), id);
    }

    @Override
    public Response handle(Request request) {
        Optional<Instance> instance = store.view().get(INSTANCE.kind(), scope, id);
        if (instance.isEmpty() || !instance.get().metadata().enabled()) {
            return error(403, "Forbidden");
        }
        Instant now = clock.instant();
        if (request.rawPath().equals("/latest/api/token")) {
            return request.method().equals("PUT") ? token(request, now) : error(405, "Method Not Allowed");
        }
        if (!request.method().equals("GET") && !request.method().equals("HEAD")) {
            return error(405, "Method Not Allowed");
        }
        String token = request.headers().first(TOKEN);
        if (token == null ? instance.get().metadata().tokensRequired() : !tokens.good(token, now)) {
            return error(401, "Unauthorized");
        }
        return content(instance.get(), request.rawPath());
    }

    /** A request that came by a proxy shows itself by a header, and is given no token. */
    private Response token(Request request, Instant now) {
        if (request.headers().first("X-Forwarded-For") != null) {
            return error(403, "Forbidden");
        }
        int seconds = seconds(request.headers().first(TTL));
        if (seconds < 1 || seconds > MetadataTokens.MAX_SECONDS) {
            return error(400, "Bad Request");
        }
        return text(tokens.issue(now.plusSeconds(seconds))
                .getBytes(StandardCharsets.UTF_8), Headers.of("Content-Type", "text/plain", TTL, Integer.toString(seconds)));
    }

    private static int seconds(@Nullable String header) {
        try {
            return header == null ? 0 : Integer.parseInt(header.strip());
        } catch (NumberFormatException none) {
            return 0;
        }
    }

    private Response content(Instance i, String path) {
        String below = path.replaceFirst("^/+", "");
        if (below.isEmpty()) {
            return text(LATEST.getBytes(StandardCharsets.UTF_8), Headers.of("Content-Type", "text/plain"));
        }
        int slash = below.indexOf('/');
        String version = slash < 0 ? below : below.substring(0, slash);
        String name = slash < 0 ? "" : below.substring(slash + 1);
        if (!version.equals(LATEST) && !version.matches("\\d{4}-\\d{2}-\\d{2}|1\\.0")) {
            return error(404, "Not Found");
        }
        if (name.equals("user-data")) {
            return i.userData().isEmpty()
                    ? error(404, "Not Found")
                    : text(
                            Base64.getDecoder().decode(i.userData()), Headers.of("Content-Type", "application/octet-stream"));
        }
        return new MetadataTree(store.view(), scope, i, credentials)
                .at(name)
                .map(value -> text(value.getBytes(StandardCharsets.UTF_8), Headers.of("Content-Type", "text/plain")))
                .orElseGet(() -> error(404, "Not Found"));
    }

    private static Response text(byte[] body, Headers headers) {
        return new Response(200, headers.set("Server", "EC2ws"), body);
    }

    private static Response error(int status, String reason) {
        String title = status + " - " + reason;
        String page = "<?xml version=\"1.0\" encoding=\"iso-8859-1\"?>\n<html><head><title>" + title
                + "</title></head><body><h1>" + title + "</h1></body></html>\n";
        return new Response(
                status, Headers.of("Content-Type", "text/html", "Server", "EC2ws"), page.getBytes(StandardCharsets.UTF_8));
    }
}
