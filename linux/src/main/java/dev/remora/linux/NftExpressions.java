package dev.remora.linux;

import java.util.function.Consumer;

/** The list of expressions of one rule, as it is written into a message. */
final class NftExpressions {
    /** The first of the registers, each of four bytes; see {@link NftValue}. */
    static final int FIRST_REGISTER = 8;

    private final NetlinkBatch out;

    NftExpressions(NetlinkBatch out) {
        this.out = out;
    }

    void expression(String name, Consumer<NetlinkBatch> body) {
        int element = out.nest(1); // NFTA_LIST_ELEM
        named(name, body);
        out.close(element);
    }

    /** The expression without the list around it, as a set's element holds one. */
    void named(String name, Consumer<NetlinkBatch> body) {
        out.attributeText(1, name);
        int data = out.nest(2);
        body.accept(out);
        out.close(data);
    }

    void compare(int register, int operator, NftData with) {
        expression("cmp", body -> data(body.attributeNetwork(1, register).attributeNetwork(2, operator), 3, with));
    }

    /** Leaves those bits in the register that {@code mask} has. */
    void and(int register, byte[] mask) {
        expression("bitwise", body -> {
            body.attributeNetwork(1, register).attributeNetwork(2, register).attributeNetwork(3, mask.length);
            data(body, 4, NftData.named(mask, "mask"));
            data(body, 5, NftData.named(new byte[mask.length], "xor"));
        });
    }

    /** An attribute of a constant: NFTA_DATA_VALUE within it. */
    void data(NetlinkBatch to, int type, NftData value) {
        int nest = to.nest(type);
        to.attribute(1, value.bytes());
        to.close(nest);
    }

    /** An attribute of a verdict: NFTA_DATA_VERDICT, in it a code and, for jump and goto, a chain. */
    static void verdict(NetlinkBatch to, int type, NftVerdict verdict) {
        int nest = to.nest(type);
        int inner = to.nest(2);
        to.attributeNetwork(1, verdict.code());
        if (!verdict.chain().isEmpty()) {
            to.attributeText(2, verdict.chain());
        }
        to.close(inner).close(nest);
    }
}
