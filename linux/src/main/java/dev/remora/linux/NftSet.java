package dev.remora.linux;

import java.util.Optional;

/**
 * A set of keys, or a map from keys to values or to verdicts. A hash table, so that finding an element costs the same however
 * many there are.
 *
 * @param key how a reader writes the key, e.g. {@code iif . ip saddr}
 * @param keyLength in bytes, every part of a concatenation filled up to four
 * @param timeoutMillis after which an element goes that no rule has touched; 0 for never
 * @param size how many elements rules may put into it
 */
public record NftSet(
        String name, String key, int keyLength, Optional<Value> value, boolean dynamic, long timeoutMillis, int size) {
    private static final int MAP = 0x8;
    private static final int TIMEOUT = 0x10;
    private static final int DYNAMIC = 0x20;
    private static final int SIZE = 65535;
    private static final int VERDICT = 0xffffff00;

    /** What a map holds. */
    public enum Value {
        VERDICT("verdict", 16),
        MARK("mark", 4),
        DEVICE("device", 4),
        ADDRESS("ipv4", 4),
        ADDRESS6("ipv6", 16),
        ZONE("ct zone", 2);

        private final String text;
        private final int length;

        Value(String text, int length) {
            this.text = text;
            this.length = length;
        }
    }

    public static NftSet set(String name, NftValue key) {
        return new NftSet(name, key.text(), key.length(), Optional.empty(), false, 0, 0);
    }

    public static NftSet map(String name, NftValue key, Value value) {
        return new NftSet(name, key.text(), key.length(), Optional.of(value), false, 0, 0);
    }

    /** A set that rules put elements into. */
    public static NftSet dynamic(String name, NftValue key) {
        return new NftSet(name, key.text(), key.length(), Optional.empty(), true, 0, SIZE);
    }

    /** A set of counters, which {@link NftStatement#tally} fills and {@link NfTables#tallies} reads. */
    public static NftSet tallies(String name, NftValue key, long timeoutMillis, int size) {
        return new NftSet(name, key.text(), key.length(), Optional.empty(), true, timeoutMillis, size);
    }

    int dataLength() {
        return value.map(kind -> kind.length).orElse(0);
    }

    String text() {
        return value.isPresent()
                ? "map " + name + " { " + key + " : " + value.get().text + " }"
                : (dynamic ? "dynamic set " : "set ") + name + " { " + key + " }";
    }

    /** Writes the attributes of NFT_MSG_NEWSET after the table's name. The type numbers only tell tools how to show elements. */
    void write(NetlinkBatch out, int id) {
        int flags = (value.isPresent() ? MAP : 0) | (dynamic ? DYNAMIC : 0) | (timeoutMillis > 0 ? TIMEOUT : 0);
        out.attributeText(2, name).attributeNetwork(3, flags).attributeNetwork(4, 0).attributeNetwork(5, keyLength);
        value.ifPresent(kind -> {
            out.attributeNetwork(6, kind == Value.VERDICT ? VERDICT : 0);
            if (kind != Value.VERDICT) {
                out.attributeNetwork(7, kind.length);
            }
        });
        if (dynamic) {
            int description = out.nest(9);
            out.attributeNetwork(1, size); // NFTA_SET_DESC_SIZE: rules may add no more
            out.close(description);
        }
        if (timeoutMillis > 0) {
            out.attribute(11, NetlinkBatch.long64(timeoutMillis));
        }
        out.attributeNetwork(10, id);
    }
}
