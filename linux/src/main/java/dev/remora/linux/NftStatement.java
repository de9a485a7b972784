package dev.remora.linux;

import static dev.remora.linux.NftExpressions.FIRST_REGISTER;

import java.util.List;

/**
 * A part of a rule. A rule is a list of these: conditions, which end it where they do not hold, and effects. Written as
 * {@code nft} would write it.
 */
public sealed interface NftStatement {
    int EQUAL = 0;
    int NOT_EQUAL = 1;

    int ESTABLISHED = 2;
    int RELATED = 4;
    int NEW = 8;
    int INVALID = 1;

    String text();

    void write(NftExpressions out);

    static NftStatement is(NftValue value, NftData data) {
        return new Compare(value, EQUAL, data);
    }

    static NftStatement isNot(NftValue value, NftData data) {
        return new Compare(value, NOT_EQUAL, data);
    }

    static NftStatement between(NftValue value, NftData from, NftData to) {
        return new Between(value, from, to);
    }

    /** An address within a block. */
    static NftStatement within(NftValue address, byte[] base, int prefix) {
        byte[] mask = NftData.prefix(base.length, prefix);
        NftData data = NftData.address(base);
        return new Masked(address, mask, EQUAL, data, address.text() + " " + data + "/" + prefix);
    }

    /** A connection's state is one of those whose bits are given. */
    static NftStatement state(int bits) {
        String text = ((bits & ESTABLISHED) != 0 ? ",established" : "")
                + ((bits & RELATED) != 0 ? ",related" : "")
                + ((bits & NEW) != 0 ? ",new" : "")
                + ((bits & INVALID) != 0 ? ",invalid" : "");
        return new Masked(NftValue.CT_STATE, NftData.host(bits), NOT_EQUAL, NftData.mark(0), "ct state " + text.substring(1));
    }

    /** A TCP segment that begins a connection: SYN without FIN, RST and ACK. */
    static NftStatement tcpOpens(boolean opens) {
        byte[] mask = {1 | 2 | 4 | 16};
        return new Masked(
                NftValue.TCP_FLAGS,
                mask,
                opens ? EQUAL : NOT_EQUAL,
                NftData.octet(2),
                "tcp flags & (fin|syn|rst|ack) " + (opens ? "==" : "!=") + " syn");
    }

    static NftStatement in(NftValue value, NftSet set) {
        return new In(value, set);
    }

    static NftStatement verdictFrom(NftValue value, NftSet map) {
        return new VerdictFrom(value, map);
    }

    static NftStatement verdict(NftVerdict verdict) {
        return new Verdict(verdict);
    }

    /** Counts by a counter of the table. */
    static NftStatement count(String counter) {
        return new Count(counter);
    }

    static NftStatement limit(int packetsPerSecond, int burst) {
        return new Limit(packetsPerSecond, burst);
    }

    /** Sends the first bytes of the packet to the listeners of the group; see {@link Nflog}. */
    static NftStatement log(int group, String prefix) {
        return new Log(group, prefix);
    }

    static NftStatement setMark(NftValue value) {
        return new Set("meta", "meta mark", 3, value);
    }

    static NftStatement setCtMark(NftValue value) {
        return new Set("ct", "ct mark", 3, value);
    }

    /** Before connection tracking only, i.e. in a chain of a priority below -200. */
    static NftStatement setCtZone(NftValue value) {
        return new Set("ct", "ct zone", 17, value);
    }

    /** The packet is tracked as no connection. Before connection tracking only, i.e. in a chain of a priority below -200. */
    static NftStatement notrack() {
        return new Notrack();
    }

    /** Writes an IPv4 address into a packet, without connection tracking; its checksums are adjusted. */
    static NftStatement setSource(NftValue address) {
        return Write.source(address);
    }

    /** Like {@link #setSource}. */
    static NftStatement setDestination(NftValue address) {
        return Write.destination(address);
    }

    /** Writes the source into the IPv4 header that an ICMP error quotes; see {@link NftValue#QUOTED_SOURCE}. */
    static NftStatement setQuotedSource(NftValue address) {
        return Write.quotedSource(address);
    }

    static NftStatement setQuotedDestination(NftValue address) {
        return Write.quotedDestination(address);
    }

    /** Writes both hardware addresses of a frame; in a table of the family netdev. */
    static NftStatement setMacs(byte[] destination, byte[] source) {
        return Write.macs(destination, source);
    }

    /** Answers a TCP segment with a reset, and drops it. */
    static NftStatement reset() {
        return new Reset();
    }

    /**
     * Translates the source of IPv4 packets, or of IPv6 packets if {@code address} has 16 bytes; the others go on to the next
     * rule.
     *
     * @param from lowest port, or 0 to leave ports alone
     */
    static NftStatement snat(NftValue address, int from, int to) {
        return new Snat(address, from, to);
    }

    /** In a netdev chain: sends the packet out of that device, as it is. */
    static NftStatement forwardTo(NftValue device) {
        return new ForwardTo(device);
    }

    /** Holds for a new connection if more than {@code limit} with the same key are alive; counts it. */
    static NftStatement moreThan(int limit, NftValue key, NftSet counted) {
        return new MoreThan(limit, key, counted);
    }

    /** Counts packets and bytes by key in an element of the set, made when it is first met. A full set counts nothing new. */
    static NftStatement tally(NftValue key, NftSet tallies) {
        return new Tally(key, tallies);
    }

    record Compare(NftValue value, int operator, NftData data) implements NftStatement {
        @Override
        public String text() {
            return value.text() + (operator == EQUAL ? " " : " != ") + data;
        }

        @Override
        public void write(NftExpressions out) {
            value.load(out, FIRST_REGISTER);
            out.compare(FIRST_REGISTER, operator, data);
        }
    }

    record Between(NftValue value, NftData from, NftData to) implements NftStatement {
        @Override
        public String text() {
            return value.text() + " " + from + "-" + to;
        }

        @Override
        public void write(NftExpressions out) {
            value.load(out, FIRST_REGISTER);
            out.expression("range", body -> {
                body.attributeNetwork(1, FIRST_REGISTER).attributeNetwork(2, EQUAL);
                out.data(body, 3, from);
                out.data(body, 4, to);
            });
        }
    }

    record Masked(NftValue value, byte[] mask, int operator, NftData data, String text) implements NftStatement {
        @Override
        public void write(NftExpressions out) {
            value.load(out, FIRST_REGISTER);
            out.and(FIRST_REGISTER, mask);
            out.compare(FIRST_REGISTER, operator, data);
        }
    }

    record In(NftValue value, NftSet set) implements NftStatement {
        @Override
        public String text() {
            return value.text() + " @" + set.name();
        }

        @Override
        public void write(NftExpressions out) {
            value.load(out, FIRST_REGISTER);
            out.expression("lookup", body -> body.attributeText(1, set.name()).attributeNetwork(2, FIRST_REGISTER));
        }
    }

    record VerdictFrom(NftValue value, NftSet map) implements NftStatement {
        @Override
        public String text() {
            return value.text() + " vmap @" + map.name();
        }

        @Override
        public void write(NftExpressions out) {
            value.load(out, FIRST_REGISTER);
            out.expression("lookup", body -> body.attributeText(1, map.name())
                    .attributeNetwork(2, FIRST_REGISTER)
                    .attributeNetwork(3, 0)); // NFT_REG_VERDICT
        }
    }

    record Verdict(NftVerdict verdict) implements NftStatement {
        @Override
        public String text() {
            return verdict.toString();
        }

        @Override
        public void write(NftExpressions out) {
            out.expression("immediate", body -> NftExpressions.verdict(body.attributeNetwork(1, 0), 2, verdict));
        }
    }

    record Count(String counter) implements NftStatement {
        @Override
        public String text() {
            return "counter name " + counter;
        }

        @Override
        public void write(NftExpressions out) {
            out.expression("objref", body -> body.attributeNetwork(1, 1).attributeText(2, counter));
        }
    }

    record Limit(int packetsPerSecond, int burst) implements NftStatement {
        @Override
        public String text() {
            return "limit rate " + packetsPerSecond + "/second burst " + burst + " packets";
        }

        @Override
        public void write(NftExpressions out) {
            // Two numbers of 64 bits: the rate, and the unit in seconds.
            out.expression("limit", body -> body.attribute(1, NetlinkBatch.long64(packetsPerSecond))
                    .attribute(2, NetlinkBatch.long64(1))
                    .attributeNetwork(3, burst)
                    .attributeNetwork(4, 0));
        }
    }

    record Log(int group, String prefix) implements NftStatement {
        private static final int BYTES = 96;

        @Override
        public String text() {
            return "log group " + group + " prefix " + prefix;
        }

        @Override
        public void write(NftExpressions out) {
            byte[] number = {(byte) (group >> 8), (byte) group};
            out.expression("log", body -> body.attribute(1, number)
                    .attributeText(2, prefix)
                    .attributeNetwork(3, BYTES));
        }
    }

    /** A key of the packet ("meta") or of its connection ("ct"). */
    record Set(String expression, String name, int key, NftValue value) implements NftStatement {
        @Override
        public String text() {
            return name + " set " + value.text();
        }

        @Override
        public void write(NftExpressions out) {
            value.load(out, FIRST_REGISTER);
            int source = expression.equals("ct") ? 4 : 3; // NFTA_CT_SREG, NFTA_META_SREG
            out.expression(expression, body -> body.attributeNetwork(2, key).attributeNetwork(source, FIRST_REGISTER));
        }
    }

    record Notrack() implements NftStatement {
        @Override
        public String text() {
            return "notrack";
        }

        @Override
        public void write(NftExpressions out) {
            out.expression("notrack", body -> {});
        }
    }

    record Reset() implements NftStatement {
        @Override
        public String text() {
            return "reject with tcp reset";
        }

        @Override
        public void write(NftExpressions out) {
            out.expression("reject", body -> body.attributeNetwork(1, 1)); // NFT_REJECT_TCP_RST
        }
    }

    /**
     * Writes into a packet (NFTA_PAYLOAD_SREG and what follows).
     *
     * @param base 0 from the start of the frame, 1 of the network header, 2 of the transport header
     * @param checksum where the checksum of the header is, from {@code base}; negative if there is none
     * @param pseudo whether TCP's and UDP's checksums are about these bytes, too
     */
    record Write(String field, NftValue value, int base, int offset, int length, int checksum, boolean pseudo)
            implements NftStatement {
        /** An ICMP error is eight bytes, then the header that it is about. */
        private static final int QUOTED = 8;

        private static Write source(NftValue address) {
            return new Write("ip saddr", address, 1, 12, 4, 10, true);
        }

        private static Write destination(NftValue address) {
            return new Write("ip daddr", address, 1, 16, 4, 10, true);
        }

        /**
         * The quoted header's checksum makes up for the address, so that the sum over both, and with it the checksum of the
         * ICMP message around them, stays what it is.
         */
        private static Write quotedSource(NftValue address) {
            return new Write("icmp quoted saddr", address, 2, QUOTED + 12, 4, QUOTED + 10, false);
        }

        private static Write quotedDestination(NftValue address) {
            return new Write("icmp quoted daddr", address, 2, QUOTED + 16, 4, QUOTED + 10, false);
        }

        private static Write macs(byte[] destination, byte[] source) {
            return new Write("ether", NftValue.constant(NftData.macs(destination, source)), 0, 0, 12, -1, false);
        }

        @Override
        public String text() {
            return field + " set " + value.text();
        }

        @Override
        public void write(NftExpressions out) {
            value.load(out, FIRST_REGISTER);
            out.expression("payload", body -> {
                body.attributeNetwork(2, base).attributeNetwork(3, offset).attributeNetwork(4, length);
                body.attributeNetwork(5, FIRST_REGISTER);
                if (checksum >= 0) {
                    body.attributeNetwork(6, 1).attributeNetwork(7, checksum); // NFT_PAYLOAD_CSUM_INET
                }
                if (pseudo) {
                    body.attributeNetwork(8, 1); // NFT_PAYLOAD_L4CSUM_PSEUDOHDR
                }
            });
        }
    }

    record Snat(NftValue address, int from, int to) implements NftStatement {
        @Override
        public String text() {
            String family = address.length() == 4 ? "ip" : "ip6";
            return "snat " + family + " to " + address.text() + (from == 0 ? "" : " : " + from + "-" + to);
        }

        @Override
        public void write(NftExpressions out) {
            int ports = FIRST_REGISTER + address.length() / 4;
            address.load(out, FIRST_REGISTER);
            if (from != 0) {
                NftValue.constant(NftData.port(from)).load(out, ports);
                NftValue.constant(NftData.port(to)).load(out, ports + 1);
            }
            out.expression("nat", body -> {
                body.attributeNetwork(1, 0).attributeNetwork(2, address.length() == 4 ? 2 : 10); // NFT_NAT_SNAT, the family
                body.attributeNetwork(3, FIRST_REGISTER).attributeNetwork(4, FIRST_REGISTER);
                if (from != 0) {
                    body.attributeNetwork(5, ports).attributeNetwork(6, ports + 1);
                }
            });
        }
    }

    record ForwardTo(NftValue device) implements NftStatement {
        @Override
        public String text() {
            return "fwd to " + device.text();
        }

        @Override
        public void write(NftExpressions out) {
            device.load(out, FIRST_REGISTER);
            out.expression("fwd", body -> body.attributeNetwork(1, FIRST_REGISTER));
        }
    }

    record MoreThan(int limit, NftValue key, NftSet counted) implements NftStatement {
        @Override
        public String text() {
            return "add @" + counted.name() + " { " + key.text() + " ct count over " + limit + " }";
        }

        @Override
        public void write(NftExpressions out) {
            key.load(out, FIRST_REGISTER);
            out.expression("dynset", body -> {
                body.attributeText(1, counted.name()).attributeNetwork(3, 0).attributeNetwork(4, FIRST_REGISTER);
                int each = body.nest(7); // NFTA_DYNSET_EXPR
                out.named("connlimit", inner -> inner.attributeNetwork(1, limit).attributeNetwork(2, 1)); // over
                body.close(each);
            });
        }
    }

    record Tally(NftValue key, NftSet tallies) implements NftStatement {
        @Override
        public String text() {
            return "update @" + tallies.name() + " { " + key.text() + " counter }";
        }

        @Override
        public void write(NftExpressions out) {
            key.load(out, FIRST_REGISTER);
            out.expression("dynset", body -> {
                body.attributeText(1, tallies.name()).attributeNetwork(3, 1).attributeNetwork(4, FIRST_REGISTER); // update
                body.attribute(6, NetlinkBatch.long64(tallies.timeoutMillis())); // NFTA_DYNSET_TIMEOUT
                int each = body.nest(7); // NFTA_DYNSET_EXPR
                out.named("counter", inner -> inner.attribute(1, NetlinkBatch.long64(0)).attribute(2, NetlinkBatch.long64(0)));
                body.close(each);
            });
        }
    }

    static String text(List<NftStatement> rule) {
        return String.join(" ", rule.stream().map(NftStatement::text).toList());
    }
}
