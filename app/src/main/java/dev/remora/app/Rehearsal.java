package dev.remora.app;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * A run that nobody asked anything of: the launcher makes it once, so that Java can keep the classes that a start and the first
 * calls need, loaded and linked, in a file beside the jars. It starts twice, so that there is something to read from the data
 * folder, and makes a signed call in the protocols of the services that every start answers for soonest. Each service more would
 * be classes that are in memory from the start: IAM's alone are 6 MiB, and its first call takes a fifth of a second without.
 */
final class Rehearsal {
    private static final DateTimeFormatter STAMP =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);
    private static final String FORM = "application/x-www-form-urlencoded; charset=utf-8";
    private static final String SECRET = "test";

    /** @param path of the request, with nothing in it that would have to be encoded */
    private record Call(String service, String method, String path, String type, String body) {}

    private static final List<Call> CALLS = List.of(
            new Call("sts", "POST", "/", FORM, "Action=GetCallerIdentity&Version=2011-06-15"),
            new Call("ec2", "POST", "/", FORM, "Action=DescribeVpcs&Version=2016-11-15"),
            new Call("ec2", "POST", "/", FORM, "Action=DescribeSubnets&Version=2016-11-15"),
            new Call("ec2", "POST", "/", FORM, "Action=DescribeNetworkInterfaces&Version=2016-11-15"),
            new Call("lambda", "GET", "/2015-03-31/functions", "application/json", ""));

    static void of(Settings settings) {
        try (var first = Server.start(settings.kept())) {
            call(first);
        }
        try (var second = Server.start(settings)) {
            call(second);
        }
    }

    private static void call(Server server) {
        new RemoteServer(Map.of("REMORA_PORT", Integer.toString(server.port())))
                .ask("GET", "/_remora/health", Map.of());
        for (Call call : CALLS) {
            int status = send(server.port(), call);
            if (status != 200) {
                throw new StartFailure(
                        "the rehearsal's call to " + call.service() + " was answered with " + status + ".");
            }
        }
    }

    private static int send(int port, Call call) {
        try {
            var connection = (HttpURLConnection)
                    URI.create("http://127.0.0.1:" + port + call.path()).toURL().openConnection();
            byte[] body = call.body().getBytes(StandardCharsets.UTF_8);
            String stamp = STAMP.format(Instant.now());
            connection.setRequestMethod(call.method());
            connection.setRequestProperty("Content-Type", call.type());
            connection.setRequestProperty("X-Amz-Date", stamp);
            connection.setRequestProperty("Authorization", authorization(call, "127.0.0.1:" + port, stamp, body));
            if (body.length > 0) {
                connection.setDoOutput(true);
                connection.getOutputStream().write(body);
            }
            return connection.getResponseCode();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** Signature Version 4 over three headers. */
    private static String authorization(Call call, String host, String stamp, byte[] body)
            throws GeneralSecurityException {
        String scope = stamp.substring(0, 8) + "/" + Defaults.REGION + "/" + call.service() + "/aws4_request";
        String request = String.join(
                "\n",
                call.method(),
                call.path(),
                "",
                "content-type:" + call.type(),
                "host:" + host,
                "x-amz-date:" + stamp,
                "",
                "content-type;host;x-amz-date",
                hash(body));
        String text =
                String.join("\n", "AWS4-HMAC-SHA256", stamp, scope, hash(request.getBytes(StandardCharsets.UTF_8)));
        byte[] key = ("AWS4" + SECRET).getBytes(StandardCharsets.UTF_8);
        for (String part : scope.split("/")) {
            key = mac(key, part);
        }
        return "AWS4-HMAC-SHA256 Credential=test/" + scope + ", SignedHeaders=content-type;host;x-amz-date, Signature="
                + HexFormat.of().formatHex(mac(key, text));
    }

    private static String hash(byte[] content) throws GeneralSecurityException {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
    }

    private static byte[] mac(byte[] key, String text) throws GeneralSecurityException {
        var mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(key, "HmacSHA256"));
        return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
    }

    private Rehearsal() {}
}
