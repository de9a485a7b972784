package dev.remora.net;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The names of public addresses, which are made of the address: {@code ec2-198-18-64-1.eu-west-1.compute.amazonaws.com}. So
 * nobody has to know which of them are in use.
 */
public final class PublicNames {
    private static final Pattern NAME = Pattern.compile("ec2-(\\d{1,3})-(\\d{1,3})-(\\d{1,3})-(\\d{1,3})"
            + "\\.(compute-1|[a-z0-9-]+\\.compute)\\.amazonaws\\.com");

    private PublicNames() {}

    public static String of(Ipv4 address, String region) {
        return "ec2-" + address.toString().replace('.', '-')
                + (region.equals("us-east-1") ? ".compute-1" : "." + region + ".compute") + ".amazonaws.com";
    }

    /** Whether the name is of that form, of whatever address. */
    static boolean isOne(String name) {
        return NAME.matcher(name).matches();
    }

    /** The address in the name, if it is one that the internet here gives away; others are of hosts elsewhere. */
    static Optional<Ipv4> address(String name) {
        Matcher parts = NAME.matcher(name);
        if (!parts.matches()) {
            return Optional.empty();
        }
        try {
            return Optional.of(Ipv4.parse(String.join(".", parts.group(1), parts.group(2), parts.group(3), parts.group(4))))
                    .filter(InternetPlan.PUBLIC::contains);
        } catch (IllegalArgumentException noAddress) {
            return Optional.empty();
        }
    }
}
