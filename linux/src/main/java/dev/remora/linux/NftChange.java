package dev.remora.linux;

import java.util.List;

/** One command of a transaction. */
public sealed interface NftChange {
    String text(String table);

    record AddTable() implements NftChange {
        @Override
        public String text(String table) {
            return "add table " + table;
        }
    }

    record DeleteTable() implements NftChange {
        @Override
        public String text(String table) {
            return "delete table " + table;
        }
    }

    record AddCounter(String name) implements NftChange {
        @Override
        public String text(String table) {
            return "add counter " + table + " " + name;
        }
    }

    record AddSet(NftSet set) implements NftChange {
        @Override
        public String text(String table) {
            return "add " + set.text().replaceFirst("(set|map) ", "$1 " + table + " ");
        }
    }

    record DeleteSet(String name) implements NftChange {
        @Override
        public String text(String table) {
            return "delete set " + table + " " + name;
        }
    }

    record AddChain(String name) implements NftChange {
        @Override
        public String text(String table) {
            return "add chain " + table + " " + name;
        }
    }

    /** A chain that a hook of the kernel enters. */
    record AddBaseChain(String name, String type, NftHook hook, int priority, NftVerdict policy, String device)
            implements NftChange {
        @Override
        public String text(String table) {
            String at = hook + (device.isEmpty() ? "" : " device " + device);
            String how = "type " + type + " hook " + at + " priority " + priority + "; policy " + policy + ";";
            return "add chain " + table + " " + name + " { " + how + " }";
        }
    }

    /** Takes all rules out of a chain. */
    record FlushChain(String name) implements NftChange {
        @Override
        public String text(String table) {
            return "flush chain " + table + " " + name;
        }
    }

    record DeleteChain(String name) implements NftChange {
        @Override
        public String text(String table) {
            return "delete chain " + table + " " + name;
        }
    }

    record AddRule(String chain, List<NftStatement> rule) implements NftChange {
        @Override
        public String text(String table) {
            return "add rule " + table + " " + chain + " " + NftStatement.text(rule);
        }
    }

    record AddElements(NftSet set, List<NftElement> elements) implements NftChange {
        @Override
        public String text(String table) {
            return NftTransaction.elements("add", table, set, elements);
        }
    }

    record DeleteElements(NftSet set, List<NftElement> elements) implements NftChange {
        @Override
        public String text(String table) {
            return NftTransaction.elements("delete", table, set, elements);
        }
    }
}
