package dev.remora.wire;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The condition keys that every request has. (IAM user guide, "AWS global condition context keys".) */
final class RequestKeys {
    private RequestKeys() {}

    static Map<String, List<String>> of(Principal principal, String region, Instant time, Request request) {
        Map<String, List<String>> keys = new HashMap<>(48);
        Entrance entrance = request.entrance();
        if (entrance != null) {
            keys.put("aws:SourceVpc", List.of(entrance.vpcId()));
            keys.put("aws:SourceVpce", List.of(entrance.endpointId()));
            keys.put("aws:VpcSourceIp", List.of(request.peer()));
        } else if (!request.peer().isEmpty()) {
            keys.put("aws:SourceIp", List.of(request.peer()));
        }
        keys.put("aws:RequestedRegion", List.of(region));
        Instant second = time.truncatedTo(ChronoUnit.SECONDS);
        keys.put("aws:CurrentTime", List.of(second.toString()));
        keys.put("aws:EpochTime", List.of(Long.toString(second.getEpochSecond())));
        keys.put("aws:SecureTransport", List.of(Boolean.toString(request.secure())));
        keys.put("aws:ViaAWSService", List.of("false"));
        header(keys, "aws:UserAgent", request.headers().first("User-Agent"));
        header(keys, "aws:Referer", request.headers().first("Referer"));
        principal(keys, principal);
        return keys;
    }

    private static void header(Map<String, List<String>> keys, String key, @Nullable String value) {
        if (value != null && !value.isEmpty()) {
            keys.put(key, List.of(value));
        }
    }

    private static void principal(Map<String, List<String>> keys, Principal principal) {
        keys.put("aws:PrincipalAccount", List.of(principal.account()));
        keys.put("aws:userid", List.of(principal.userId()));
        keys.put("aws:PrincipalIsAWSService", List.of(Boolean.toString(principal instanceof Principal.Service)));
        switch (principal) {
            case Principal.RoleSession session -> {
                keys.put("aws:PrincipalArn", List.of(session.roleArn()));
                keys.put("aws:PrincipalType", List.of("AssumedRole"));
                if (!session.sourceFunctionArn().isEmpty()) {
                    keys.put("lambda:SourceFunctionArn", List.of(session.sourceFunctionArn()));
                }
            }
            case Principal.Root root -> {
                keys.put("aws:PrincipalArn", List.of(root.arn()));
                keys.put("aws:PrincipalType", List.of("Account"));
            }
            case Principal.User user -> {
                keys.put("aws:PrincipalArn", List.of(user.arn()));
                keys.put("aws:PrincipalType", List.of("User"));
                keys.put("aws:username", List.of(user.name()));
            }
            case Principal.FederatedUser user -> {
                keys.put("aws:PrincipalArn", List.of(user.arn()));
                keys.put("aws:PrincipalType", List.of("FederatedUser"));
            }
            case Principal.Service service -> keys.put("aws:PrincipalArn", List.of(service.arn()));
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
