package dev.remora.linux;

import java.util.List;

/**
 * What a rule can load into a register: a field of the packet, something that the kernel knows about it, or a value looked up
 * by one of these. Written as {@code nft} would write it.
 *
 * <p>There are 16 registers of four bytes, 8 to 23 in messages (NFT_REG32_00…). A value is loaded from a given one on; a rule
 * is done with its registers when its next statement begins, so every statement starts again at the first.
 */
public sealed interface NftValue {
    NftValue IP_SOURCE = new Payload("ip saddr", 1, 12, 4);
    NftValue IP_DESTINATION = new Payload("ip daddr", 1, 16, 4);
    NftValue IP6_SOURCE = new Payload("ip6 saddr", 1, 8, 16);
    NftValue IP6_DESTINATION = new Payload("ip6 daddr", 1, 24, 16);
    NftValue SOURCE_PORT = new Payload("th sport", 2, 0, 2);
    NftValue DESTINATION_PORT = new Payload("th dport", 2, 2, 2);
    NftValue ICMP_TYPE = new Payload("icmp type", 2, 0, 1);
    NftValue ICMP_CODE = new Payload("icmp code", 2, 1, 1);
    NftValue ICMPV6_TYPE = new Payload("icmpv6 type", 2, 0, 1);
    NftValue ICMPV6_CODE = new Payload("icmpv6 code", 2, 1, 1);
    /** The octet of a TCP header that holds FIN 1, SYN 2, RST 4, ACK 16. */
    NftValue TCP_FLAGS = new Payload("tcp flags", 2, 13, 1);

    /** In the IPv4 header that an ICMP error is about. */
    NftValue QUOTED_SOURCE = new Payload("icmp quoted saddr", 2, 8 + 12, 4);

    NftValue QUOTED_DESTINATION = new Payload("icmp quoted daddr", 2, 8 + 16, 4);
    /** Of a frame; in a table of the family netdev. */
    NftValue MAC_DESTINATION = new Payload("ether daddr", 0, 0, 6);

    NftValue MARK = new Meta("meta mark", 3, 4);
    NftValue IN_DEVICE = new Meta("iif", 4, 4);
    NftValue OUT_DEVICE = new Meta("oif", 5, 4);
    /** 2 is IPv4, 10 is IPv6. */
    NftValue FAMILY = new Meta("meta nfproto", 15, 1);
    /** 6 is TCP, 17 is UDP, 1 is ICMP. */
    NftValue PROTOCOL = new Meta("meta l4proto", 16, 1);

    NftValue CT_STATE = new Ct("ct state", 0, 4);
    /** 0 for a packet that goes the way of its connection's first, 1 for an answer. */
    NftValue CT_DIRECTION = new Ct("ct direction", 1, 1);
    NftValue CT_MARK = new Ct("ct mark", 3, 4);
    NftValue CT_ZONE = new Ct("ct zone", 17, 2);

    /** 2 (RTN_LOCAL) for an address of the namespace itself. */
    NftValue SOURCE_TYPE = new AddressType("fib saddr type", 1);

    String text();

    /** How many bytes it has. */
    int length();

    /** Appends the expressions that leave it in the registers from {@code register} on. */
    void load(NftExpressions out, int register);

    static NftValue constant(NftData data) {
        return new Constant(data);
    }

    static NftValue concat(NftValue... parts) {
        return new Concat(List.of(parts));
    }

    /** A number from 0 to {@code modulus} - 1, another one for each packet. */
    static NftValue random(int modulus) {
        return new Numgen(modulus, true);
    }

    /** A number from 0 to {@code modulus} - 1, for each packet the one after the last one's. */
    static NftValue next(int modulus) {
        return new Numgen(modulus, false);
    }

    /** An address of which only the first bits are left. */
    static NftValue prefix(NftValue address, int bits) {
        return new And(address, NftData.prefix(address.length(), bits), "/" + bits);
    }

    /** A mark of which only some bits are left. */
    static NftValue bits(NftValue mark, int mask) {
        return new And(mark, NftData.host(mask), " & 0x" + Integer.toHexString(mask));
    }

    /** What the map holds under {@code key}; the rule ends here, without effect, if it holds nothing. */
    static NftValue mapped(NftValue key, NftSet map) {
        return new Mapped(key, map);
    }

    /** The mark of the connection with {@code bits} in place of those that are not in {@code kept}. */
    static NftValue ctMarkWith(int kept, int bits) {
        return new CtMarkWith(kept, bits);
    }

    /** @param base 1 from the start of the network header, 2 of the transport header */
    record Payload(String text, int base, int offset, int length) implements NftValue {
        @Override
        public void load(NftExpressions out, int register) {
            out.expression("payload", data -> data.attributeNetwork(1, register)
                    .attributeNetwork(2, base)
                    .attributeNetwork(3, offset)
                    .attributeNetwork(4, length));
        }
    }

    record Meta(String text, int key, int length) implements NftValue {
        @Override
        public void load(NftExpressions out, int register) {
            out.expression("meta", data -> data.attributeNetwork(1, register).attributeNetwork(2, key));
        }
    }

    record Ct(String text, int key, int length) implements NftValue {
        @Override
        public void load(NftExpressions out, int register) {
            out.expression("ct", data -> data.attributeNetwork(1, register).attributeNetwork(2, key));
        }
    }

    /** What the namespace's own routes say of an address. @param flags 1 for the source, 2 for the destination */
    record AddressType(String text, int flags) implements NftValue {
        private static final int NFT_FIB_RESULT_ADDRTYPE = 3;

        @Override
        public int length() {
            return 4;
        }

        @Override
        public void load(NftExpressions out, int register) {
            out.expression("fib", data -> data.attributeNetwork(1, register)
                    .attributeNetwork(2, NFT_FIB_RESULT_ADDRTYPE)
                    .attributeNetwork(3, flags));
        }
    }

    record CtMarkWith(int kept, int bits) implements NftValue {
        @Override
        public String text() {
            return String.format("ct mark & 0x%08x | 0x%08x", kept, bits);
        }

        @Override
        public int length() {
            return CT_MARK.length();
        }

        @Override
        public void load(NftExpressions out, int register) {
            CT_MARK.load(out, register);
            out.expression("bitwise", body -> {
                body.attributeNetwork(1, register).attributeNetwork(2, register).attributeNetwork(3, length());
                out.data(body, 4, NftData.mark(kept));
                out.data(body, 5, NftData.mark(bits));
            });
        }
    }

    record Constant(NftData data) implements NftValue {
        @Override
        public String text() {
            return data.toString();
        }

        @Override
        public int length() {
            return data.bytes().length;
        }

        @Override
        public void load(NftExpressions out, int register) {
            out.expression("immediate", body -> out.data(body.attributeNetwork(1, register), 2, data));
        }
    }

    record Concat(List<NftValue> parts) implements NftValue {
        @Override
        public String text() {
            return String.join(" . ", parts.stream().map(NftValue::text).toList());
        }

        @Override
        public int length() {
            return parts.stream().mapToInt(part -> NftData.words(part.length())).sum();
        }

        @Override
        public void load(NftExpressions out, int register) {
            int next = register;
            for (NftValue part : parts) {
                part.load(out, next);
                next += NftData.words(part.length()) / 4;
            }
        }
    }

    record And(NftValue value, byte[] mask, String shown) implements NftValue {
        @Override
        public String text() {
            return value.text() + shown;
        }

        @Override
        public int length() {
            return value.length();
        }

        @Override
        public void load(NftExpressions out, int register) {
            value.load(out, register);
            out.and(register, mask);
        }
    }

    /** @param random a number drawn, or else the next one in turn */
    record Numgen(int modulus, boolean random) implements NftValue {
        private static final int NFT_NG_INCREMENTAL = 0;
        private static final int NFT_NG_RANDOM = 1;

        @Override
        public String text() {
            return "numgen " + (random ? "random" : "inc") + " mod " + modulus;
        }

        @Override
        public int length() {
            return 4;
        }

        @Override
        public void load(NftExpressions out, int register) {
            out.expression("numgen", data -> data.attributeNetwork(1, register)
                    .attributeNetwork(2, modulus)
                    .attributeNetwork(3, random ? NFT_NG_RANDOM : NFT_NG_INCREMENTAL));
        }
    }

    record Mapped(NftValue key, NftSet map) implements NftValue {
        @Override
        public String text() {
            return key.text() + " map @" + map.name();
        }

        @Override
        public int length() {
            return map.dataLength();
        }

        @Override
        public void load(NftExpressions out, int register) {
            key.load(out, register);
            out.expression("lookup", data -> data.attributeText(1, map.name())
                    .attributeNetwork(2, register)
                    .attributeNetwork(3, register));
        }
    }
}
