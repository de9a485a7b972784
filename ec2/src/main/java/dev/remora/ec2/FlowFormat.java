package dev.remora.ec2;

import dev.remora.net.Flow;
import dev.remora.net.Ipv6;
import dev.remora.vpc.NetworkInterface;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The fields of a flow log's lines ("Flow log records" in the Amazon VPC User Guide). A field that has no value for a record is a
 * hyphen, and so are all but the interface's, the times and the status where there is no flow.
 */
final class FlowFormat {
    static final String DEFAULT = "${version} ${account-id} ${interface-id} ${srcaddr} ${dstaddr} ${srcport} ${dstport}"
            + " ${protocol} ${packets} ${bytes} ${start} ${end} ${action} ${log-status}";

    private static final String NONE = "-";
    private static final Pattern FIELD = Pattern.compile("\\$\\{([a-z0-9-]+)}");

    private static final Map<String, Field> FIELDS = new LinkedHashMap<>();

    /** @param version in which the field came; a line shows the highest of its fields' */
    private record Field(int version, Function<Context, String> value) {}

    private record Context(FlowRecord record, Region region, String account, int version) {
        NetworkInterface networkInterface() {
            return record.networkInterface();
        }

        String flow(Function<Flow, Object> value) {
            return record.flow().map(flow -> value.apply(flow).toString()).orElse(NONE);
        }
    }

    static {
        field("version", 2, c -> Integer.toString(c.version()));
        field("account-id", 2, Context::account);
        field("interface-id", 2, c -> c.networkInterface().id());
        field("srcaddr", 2, c -> c.flow(Flow::source));
        field("dstaddr", 2, c -> c.flow(Flow::destination));
        field("srcport", 2, c -> c.flow(Flow::sourcePort));
        field("dstport", 2, c -> c.flow(Flow::destinationPort));
        field("protocol", 2, c -> c.flow(Flow::protocol));
        field("packets", 2, c -> c.flow(Flow::packets));
        field("bytes", 2, c -> c.flow(Flow::bytes));
        field("start", 2, c -> Long.toString(c.record().start().getEpochSecond()));
        field("end", 2, c -> Long.toString(c.record().end().getEpochSecond()));
        field("action", 2, c -> c.flow(flow -> c.record().accepted() ? "ACCEPT" : "REJECT"));
        field("log-status", 2, c -> c.record().status().name());
        field("vpc-id", 3, c -> c.networkInterface().vpcId());
        field("subnet-id", 3, c -> c.networkInterface().subnetId());
        field("instance-id", 3, c -> c.networkInterface().attachment().map(a -> a.instanceId()).filter(i -> !i.isEmpty())
                .orElse(NONE));
        field("tcp-flags", 3, c -> c.flow(Flow::tcpFlags));
        field("type", 3, c -> c.flow(flow -> flow.source() instanceof Ipv6 ? "IPv6" : "IPv4"));
        // Nothing stands between the interface and what it speaks with: a translator's packets are its own.
        field("pkt-srcaddr", 3, c -> c.flow(Flow::source));
        field("pkt-dstaddr", 3, c -> c.flow(Flow::destination));
        field("region", 4, c -> c.region().name());
        field("az-id", 4, c -> c.region().zoneId(c.networkInterface().zone()));
        field("sublocation-type", 4, c -> NONE);
        field("sublocation-id", 4, c -> NONE);
        field("pkt-src-aws-service", 5, c -> NONE);
        field("pkt-dst-aws-service", 5, c -> NONE);
        field("flow-direction", 5, c -> c.flow(flow -> c.record().egress() ? "egress" : "ingress"));
        field("traffic-path", 5, c -> NONE);
    }

    private final List<String> names = new ArrayList<>();
    private final int version;

    /** @throws dev.remora.wire.AwsError if the text is not made of known fields */
    FlowFormat(String text) {
        Matcher field = FIELD.matcher(text);
        while (field.find()) {
            names.add(field.group(1));
        }
        String rest = field.reset().replaceAll("").replaceAll("[ ,]", "");
        if (names.isEmpty() || !rest.isEmpty()) {
            throw Refusals.of("InvalidParameter", "Invalid LogFormat: fields are written as ${name}, with spaces between them.");
        }
        List<String> unknown = names.stream().filter(name -> !FIELDS.containsKey(name)).toList();
        if (!unknown.isEmpty()) {
            throw Refusals.of("InvalidParameter", "Unknown fields provided: " + unknown);
        }
        version = names.stream().mapToInt(name -> known(name).version()).max().orElseThrow();
    }

    private static void field(String name, int version, Function<Context, String> value) {
        FIELDS.put(name, new Field(version, value));
    }

    private static Field known(String name) {
        Field field = FIELDS.get(name);
        if (field == null) {
            throw new IllegalStateException(name);
        }
        return field;
    }

    /** The names of the fields, as the first line of a file has them. */
    String header() {
        return String.join(" ", names);
    }

    String line(FlowRecord record, Region region, String account) {
        var context = new Context(record, region, account, version);
        return names.stream().map(name -> known(name).value().apply(context)).collect(Collectors.joining(" "));
    }
}
