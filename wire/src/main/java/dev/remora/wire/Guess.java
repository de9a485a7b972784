package dev.remora.wire;

import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Which protocol a request speaks that names no service of ours in a credential scope; only for the form of the error
 * that it gets.
 */
final class Guess {
    /** Paths of the REST services that speak JSON begin with their version; those of S3 are its callers'. */
    private static final Pattern DATED = Pattern.compile("/\\d{4}-\\d\\d-\\d\\d/");

    private final Collection<Served> services;
    private final Codec query = unknown(Protocol.AWS_QUERY, "http://webservices.amazon.com/AWSFault/2005-15-09");
    private final Codec target = TargetJsonCodec.VERSION_1_1;
    private final Codec rest = unknown(Protocol.REST_JSON, "");
    private final Codec s3 = unknown(Protocol.REST_XML, "");

    private static Codec unknown(Protocol protocol, String xmlNamespace) {
        var service = new ServiceInfo("", "", protocol, "", xmlNamespace, "");
        return Codec.of(new Operations(service), protocol, UnaryOperator.identity());
    }

    Guess(Collection<Served> services) {
        this.services = List.copyOf(services);
    }

    private Protocol protocol(Request request) {
        Served served = served(request);
        if (served != null) {
            return served.protocol;
        }
        if (request.headers().first("X-Amz-Target") != null) {
            return Protocol.AWS_JSON_1_1;
        }
        if (S3Address.namedByHost(request)) {
            return Protocol.REST_XML;
        }
        if (request.rawPath().length() <= 1) {
            return Protocol.AWS_QUERY;
        }
        return DATED.matcher(request.rawPath()).lookingAt() ? Protocol.REST_JSON : Protocol.REST_XML;
    }

    Refusals refusals(Request request) {
        return new Refusals(protocol(request));
    }

    Codec codec(Request request) {
        Served served = served(request);
        if (served != null) {
            return served.codec;
        }
        return switch (protocol(request)) {
            case AWS_JSON_1_0, AWS_JSON_1_1 -> target;
            case REST_JSON -> rest;
            case REST_XML -> s3;
            case AWS_QUERY, EC2_QUERY -> query;
        };
    }

    /** What the request calls, or its path. */
    String operation(Request request) {
        try {
            return codec(request).open(request).operation();
        } catch (AwsError e) {
            return request.method() + " " + request.rawPath();
        }
    }

    /** By the target's prefix or the version in the form. */
    private @Nullable Served served(Request request) {
        String prefix = request.headers().first("X-Amz-Target");
        String version = prefix == null && request.rawPath().length() <= 1 ? version(request) : null;
        for (Served served : services) {
            ServiceInfo service = served.service();
            if (prefix != null
                    && !service.targetPrefix().isEmpty()
                    && prefix.startsWith(service.targetPrefix() + ".")) {
                return served.speaking(request);
            }
            if (version != null && version.equals(service.apiVersion()) && service.protocol() != Protocol.REST_JSON
                    && service.protocol() != Protocol.REST_XML) {
                return served.speaking(request);
            }
        }
        return null;
    }

    private static @Nullable String version(Request request) {
        try {
            return new Form()
                    .read(request.rawQuery())
                    .read(new String(request.body(), StandardCharsets.UTF_8))
                    .value("Version");
        } catch (AwsError e) {
            return null;
        }
    }
}
