package dev.remora.ec2;

import dev.remora.net.Cidr;
import dev.remora.net.Cidr6;

/** Blocks of addresses as requests give them; the bits beyond the prefix are cleared. */
final class Blocks {
    private static final String WHY = "This is not a valid CIDR block.";

    private Blocks() {}

    static Cidr ipv4(String text, String parameter) {
        try {
            return Cidr.parse(text);
        } catch (IllegalArgumentException e) {
            throw Refusals.invalidValue(text, parameter, WHY);
        }
    }

    static Cidr6 ipv6(String text, String parameter) {
        try {
            return Cidr6.parse(text);
        } catch (IllegalArgumentException e) {
            throw Refusals.invalidValue(text, parameter, WHY);
        }
    }
}
