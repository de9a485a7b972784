package dev.remora.linux;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The packet filter of one namespace, over one socket that was opened in it.
 *
 * <p>A transaction is one {@code send}: a message that begins a batch, the changes, a message that ends it
 * (linux/netfilter/nfnetlink.h, nf_tables.h). The kernel makes all changes at one moment or none; packets never see half of
 * them. The last change asks for an answer: kernels before 6.10 answer nothing to the end of the batch. All numbers are in
 * network order, except what is in registers and elements.
 *
 * <p>Not through libnftables: it reads all sets and chains back before every change, 100 ms at 10,000 of them, where one message
 * costs 0.02 ms.
 */
public final class NfTables implements AutoCloseable {
    private static final int NEWTABLE = 0;
    private static final int DELTABLE = 2;
    private static final int NEWCHAIN = 3;
    private static final int DELCHAIN = 5;
    private static final int NEWRULE = 6;
    private static final int DELRULE = 8;
    private static final int NEWSET = 9;
    private static final int DELSET = 11;
    private static final int NEWSETELEM = 12;
    private static final int GETSETELEM = 13;
    private static final int DELSETELEM = 14;
    private static final int NEWOBJ = 18;
    private static final int GETOBJ = 19;
    private static final int SUBSYSTEM = 10 << 8;
    private static final int BATCH_BEGIN = 16;
    private static final int BATCH_END = 17;
    private static final int COUNTER = 1;

    /** An attribute is at most 65,535 bytes long; larger lists of elements go in several messages. */
    private static final int ELEMENTS_PER_MESSAGE = 400;

    private final NetlinkSocket socket;

    private NfTables(NetlinkSocket socket) {
        this.socket = socket;
    }

    public static NfTables open(Netns namespace) {
        return new NfTables(NetlinkSocket.open(namespace, NetlinkSocket.NETFILTER));
    }

    /**
     * Makes all changes at once. Does nothing for an empty transaction.
     *
     * @throws KernelException naming the change that the kernel refused; none was made
     */
    public void commit(NftTransaction transaction) {
        commit(List.of(transaction));
    }

    /** Makes the changes of several tables at one moment. */
    public void commit(List<NftTransaction> transactions) {
        if (transactions.stream().allMatch(NftTransaction::isEmpty)) {
            return;
        }
        NetlinkBatch batch = new NetlinkBatch();
        boundary(batch, BATCH_BEGIN);
        int sets = 0;
        for (NftTransaction transaction : transactions) {
            for (NftChange change : transaction.changes) {
                sets++;
                write(batch, transaction, change, sets);
            }
        }
        boundary(batch, BATCH_END);
        socket.send(batch, "nf_tables change", batch.messages() - 2);
    }

    /** Packets counted so far, by counter. */
    public Map<String, Long> counters(NftTransaction.Family family, String table) {
        NetlinkBatch request = new NetlinkBatch();
        begin(request, GETOBJ, NetlinkBatch.DUMP, family.number, "counters of " + table);
        request.attributeText(1, table).attributeNetwork(3, COUNTER).end();
        Map<String, Long> counters = new LinkedHashMap<>();
        socket.ask(request, "NFT_MSG_GETOBJ", (type, body) -> {
            if (type == (SUBSYSTEM | NEWOBJ)) {
                NetlinkAttributes counter = new NetlinkAttributes(body.duplicate().position(body.position() + 4));
                counters.put(counter.text(2), counter.nested(4).map(data -> data.number(2)).orElse(0L));
            }
        });
        return counters;
    }

    /**
     * What was counted under a key.
     *
     * @param key as it was in the registers
     */
    public record Tally(byte[] key, long packets, long bytes) {}

    /** All counters of a set that {@link NftSet#tallies} made; never reset, and gone when their time is over. */
    public List<Tally> tallies(NftTransaction.Family family, String table, NftSet set) {
        NetlinkBatch request = new NetlinkBatch();
        begin(request, GETSETELEM, NetlinkBatch.DUMP, family.number, "elements of " + set.name());
        request.attributeText(1, table).attributeText(2, set.name()).end();
        List<Tally> tallies = new ArrayList<>();
        socket.ask(request, "NFT_MSG_GETSETELEM", (type, body) -> {
            if (type == (SUBSYSTEM | NEWSETELEM)) {
                NetlinkAttributes answer = new NetlinkAttributes(body.duplicate().position(body.position() + 4));
                answer.bytes(3).ifPresent(list -> NetlinkAttributes.each(list, element -> tally(element, tallies)));
            }
        });
        return tallies;
    }

    private static void tally(NetlinkAttributes element, List<Tally> to) {
        element.nested(1).flatMap(key -> key.bytes(1)).ifPresent(key -> {
            byte[] bytes = new byte[key.remaining()];
            key.get(bytes);
            element.nested(7).flatMap(expression -> expression.nested(2)).ifPresent(counter ->
                    to.add(new Tally(bytes, counter.number(2), counter.number(1))));
        });
    }

    @Override
    public void close() {
        socket.close();
    }

    private static void write(NetlinkBatch batch, NftTransaction transaction, NftChange change, int id) {
        int family = transaction.family.number;
        String table = transaction.table;
        switch (change) {
            case NftChange.AddTable() -> {
                begin(batch, NEWTABLE, NetlinkBatch.CREATE | NetlinkBatch.EXCLUSIVE, family, "table " + table);
                batch.attributeText(1, table).end();
            }
            case NftChange.DeleteTable() -> {
                begin(batch, DELTABLE, 0, family, "table " + table);
                batch.attributeText(1, table).end();
            }
            case NftChange.AddCounter(String name) -> {
                begin(batch, NEWOBJ, NetlinkBatch.CREATE, family, "counter " + name);
                batch.attributeText(1, table).attributeText(2, name).attributeNetwork(3, COUNTER);
                int data = batch.nest(4);
                batch.attribute(1, NetlinkBatch.long64(0)).attribute(2, NetlinkBatch.long64(0)).close(data).end();
            }
            case NftChange.AddSet(NftSet set) -> {
                begin(batch, NEWSET, NetlinkBatch.CREATE | NetlinkBatch.EXCLUSIVE, family, "set " + set.name());
                set.write(batch.attributeText(1, table), id);
                batch.end();
            }
            case NftChange.DeleteSet(String name) -> {
                begin(batch, DELSET, 0, family, "set " + name);
                batch.attributeText(1, table).attributeText(2, name).end();
            }
            case NftChange.AddChain(String name) -> {
                begin(batch, NEWCHAIN, NetlinkBatch.CREATE | NetlinkBatch.EXCLUSIVE, family, "chain " + name);
                batch.attributeText(1, table).attributeText(3, name).end();
            }
            case NftChange.AddBaseChain base -> baseChain(batch, family, table, base);
            case NftChange.FlushChain(String name) -> {
                begin(batch, DELRULE, 0, family, "chain " + name);
                batch.attributeText(1, table).attributeText(2, name).end();
            }
            case NftChange.DeleteChain(String name) -> {
                begin(batch, DELCHAIN, 0, family, "chain " + name);
                batch.attributeText(1, table).attributeText(3, name).end();
            }
            case NftChange.AddRule(String chain, List<NftStatement> rule) -> rule(batch, family, table, chain, rule);
            case NftChange.AddElements(NftSet set, List<NftElement> elements) ->
                elements(batch, NEWSETELEM, NetlinkBatch.CREATE, family, table, set, elements);
            case NftChange.DeleteElements(NftSet set, List<NftElement> elements) ->
                elements(batch, DELSETELEM, 0, family, table, set, elements);
        }
    }

    private static void rule(NetlinkBatch batch, int family, String table, String chain, List<NftStatement> rule) {
        String object = "rule " + chain + " " + NftStatement.text(rule);
        begin(batch, NEWRULE, NetlinkBatch.CREATE | NetlinkBatch.APPEND, family, object);
        batch.attributeText(1, table).attributeText(2, chain);
        int list = batch.nest(4);
        NftExpressions expressions = new NftExpressions(batch);
        rule.forEach(statement -> statement.write(expressions));
        batch.close(list).end();
    }

    private static void baseChain(NetlinkBatch batch, int family, String table, NftChange.AddBaseChain chain) {
        begin(batch, NEWCHAIN, NetlinkBatch.CREATE | NetlinkBatch.EXCLUSIVE, family, "chain " + chain.name());
        batch.attributeText(1, table).attributeText(3, chain.name());
        int hook = batch.nest(4);
        batch.attributeNetwork(1, chain.hook().number).attributeNetwork(2, chain.priority());
        if (!chain.device().isEmpty()) {
            batch.attributeText(3, chain.device());
        }
        batch.close(hook).attributeNetwork(5, chain.policy().code()).attributeText(7, chain.type()).end();
    }

    private static void elements(
            NetlinkBatch batch, int type, int flags, int family, String table, NftSet set, List<NftElement> elements) {
        for (int from = 0; from < elements.size(); from += ELEMENTS_PER_MESSAGE) {
            List<NftElement> some = elements.subList(from, Math.min(elements.size(), from + ELEMENTS_PER_MESSAGE));
            begin(batch, type, flags, family, "element of " + set.name() + " " + some.getFirst().key());
            batch.attributeText(1, table).attributeText(2, set.name());
            int list = batch.nest(3);
            for (NftElement element : some) {
                int item = batch.nest(1);
                int key = batch.nest(1);
                batch.attribute(1, element.key().bytes()).close(key);
                element.data().ifPresent(data -> {
                    int value = batch.nest(2);
                    batch.attribute(1, data.bytes()).close(value);
                });
                element.verdict().ifPresent(verdict -> NftExpressions.verdict(batch, 2, verdict));
                batch.close(item);
            }
            batch.close(list).end();
        }
    }

    private static void begin(NetlinkBatch batch, int type, int flags, int family, String object) {
        batch.begin(SUBSYSTEM | type, NetlinkBatch.REQUEST | flags, object); // struct nfgenmsg: family, version, a number
        batch.u8(family).u8(0).u16(0);
    }

    private static void boundary(NetlinkBatch batch, int type) {
        batch.begin(type, NetlinkBatch.REQUEST, "the transaction").u8(0).u8(0).u8(0).u8(SUBSYSTEM >> 8).end();
    }
}
