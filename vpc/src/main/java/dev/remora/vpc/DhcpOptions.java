package dev.remora.vpc;

import java.util.List;
import java.util.Map;

/**
 * A set of DHCP options.
 *
 * @param options their values by name, e.g. {@code domain-name-servers}
 */
public record DhcpOptions(String id, Map<String, List<String>> options, Map<String, String> tags)
        implements Tagged<DhcpOptions> {
    public DhcpOptions {
        options = Map.copyOf(options);
        tags = Tagged.sorted(tags);
    }

    @Override
    public DhcpOptions withTags(Map<String, String> newTags) {
        return new DhcpOptions(id, options, newTags);
    }
}
