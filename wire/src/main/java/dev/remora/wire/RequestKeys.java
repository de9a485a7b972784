package dev.remora.wire;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The condition keys that every request has (IAM user guide, "AWS global condition context keys"), but for those that follow from
 * who calls and when, which the authorizer adds.
 */
final class RequestKeys {
    private RequestKeys() {}

    static Map<String, List<String>> of(String region, Request request) {
        Map<String, List<String>> keys = new HashMap<>();
        Entrance entrance = request.entrance();
        if (entrance != null) {
            keys.put("aws:SourceVpc", List.of(entrance.vpcId()));
            keys.put("aws:SourceVpce", List.of(entrance.endpointId()));
            keys.put("aws:VpcSourceIp", List.of(request.peer()));
        } else if (!request.peer().isEmpty()) {
            keys.put("aws:SourceIp", List.of(request.peer()));
        }
        keys.put("aws:RequestedRegion", List.of(region));
        keys.put("aws:SecureTransport", List.of(Boolean.toString(request.secure())));
        header(keys, "aws:UserAgent", request.headers().first("User-Agent"));
        header(keys, "aws:Referer", request.headers().first("Referer"));
        return keys;
    }

    private static void header(Map<String, List<String>> keys, String key, @Nullable String value) {
        if (value != null && !value.isEmpty()) {
            keys.put(key, List.of(value));
        }
    }

    /**
     * The keys of a call that a service of ours makes with the caller's permissions. The service makes it from its own network,
     * so that where the caller's request came from is not known there. ("Forward access sessions".)
     */
    static Map<String, List<String>> through(String service, Map<String, List<String>> request) {
        Map<String, List<String>> keys = new HashMap<>(request);
        List.of("aws:SourceIp", "aws:SourceVpc", "aws:SourceVpce", "aws:VpcSourceIp", "aws:UserAgent", "aws:Referer")
                .forEach(keys::remove);
        keys.put("aws:ViaAWSService", List.of("true"));
        keys.put("aws:CalledVia", List.of(service));
        keys.put("aws:CalledViaFirst", List.of(service));
        keys.put("aws:CalledViaLast", List.of(service));
        return keys;
    }
}
