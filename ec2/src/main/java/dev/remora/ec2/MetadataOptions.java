package dev.remora.ec2;

import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.InstanceMetadataOptionsRequest;
import software.amazon.awssdk.services.ec2.model.InstanceMetadataOptionsResponse;

/**
 * How an instance's metadata can be read.
 *
 * @param enabled whether it can be read at all
 * @param tokensRequired whether only with a token (IMDSv2)
 * @param hopLimit kept, without effect: nothing in an instance is a hop away
 */
record MetadataOptions(boolean enabled, boolean tokensRequired, int hopLimit) {
    private static final int MAX_HOPS = 64;
    static final MetadataOptions DEFAULT = new MetadataOptions(true, false, 1);

    static MetadataOptions of(@Nullable InstanceMetadataOptionsRequest r) {
        return r == null
                ? DEFAULT
                : DEFAULT.with(
                        r.httpEndpointAsString(), r.httpTokensAsString(), r.httpPutResponseHopLimit(),
                        r.httpProtocolIpv6AsString(), r.instanceMetadataTagsAsString());
    }

    /** These, but for what is given. */
    MetadataOptions with(
            @Nullable String endpoint,
            @Nullable String tokens,
            @Nullable Integer hops,
            @Nullable String ipv6,
            @Nullable String tags) {
        if ("enabled".equals(ipv6) || "enabled".equals(tags)) {
            throw Refusals.unsupported("Instance metadata has no IPv6 endpoint and no tags here.");
        }
        if (hops != null && (hops < 1 || hops > MAX_HOPS)) {
            throw Refusals.invalidValue(
                    hops.toString(), "HttpPutResponseHopLimit", "It must be between 1 and " + MAX_HOPS + ".");
        }
        return new MetadataOptions(
                chosen(endpoint, "HttpEndpoint", "enabled", "disabled", enabled),
                chosen(tokens, "HttpTokens", "required", "optional", tokensRequired),
                hops == null ? hopLimit : hops);
    }

    private static boolean chosen(@Nullable String given, String parameter, String yes, String no, boolean otherwise) {
        if (given != null && !given.equals(yes) && !given.equals(no)) {
            throw Refusals.invalidValue(given, parameter, "It is " + yes + " or " + no + ".");
        }
        return given == null ? otherwise : given.equals(yes);
    }

    String endpoint() {
        return enabled ? "enabled" : "disabled";
    }

    String tokens() {
        return tokensRequired ? "required" : "optional";
    }

    InstanceMetadataOptionsResponse shown() {
        return InstanceMetadataOptionsResponse.builder()
                .state("applied")
                .httpEndpoint(endpoint())
                .httpTokens(tokens())
                .httpPutResponseHopLimit(hopLimit)
                .httpProtocolIpv6("disabled")
                .instanceMetadataTags("disabled")
                .build();
    }
}
