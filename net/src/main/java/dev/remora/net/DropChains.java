package dev.remora.net;

import dev.remora.linux.NftStatement;
import dev.remora.linux.NftTransaction;
import dev.remora.linux.NftVerdict;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * How every ruleset drops: one chain for each cause, and for each entry of a network ACL that denies, that counts every packet,
 * reports some, and drops.
 *
 * <p>The counter is exact. Reports are limited, so that a flood costs a counter and not a thread: each chain
 * may report {@link #REPORTS_PER_SECOND}, and {@link #REPORTS_AT_ONCE} in a burst.
 */
final class DropChains {
    static final int REPORTS_PER_SECOND = 20;
    static final int REPORTS_AT_ONCE = 100;

    /** The log group of all our namespaces; each namespace has its own groups. */
    static final int LOG_GROUP = 1;

    static void add(NftTransaction rules, Drop.Cause... causes) {
        for (Drop.Cause cause : causes) {
            rules.addCounter(counter(cause)).addChain(chain(cause));
            fill(rules, chain(cause), cause, cause.name());
        }
    }

    /** Adds to a chain that it drops for one entry of a network ACL, which its reports name. */
    static void fill(NftTransaction rules, String chain, Drop.Cause cause, Drop.Entry entry) {
        fill(rules, chain, cause, cause.name() + " " + entry.acl() + " " + entry.number());
    }

    private static void fill(NftTransaction rules, String chain, Drop.Cause cause, String report) {
        rules.addRule(chain, NftStatement.count(counter(cause)))
                .addRule(
                        chain,
                        NftStatement.limit(REPORTS_PER_SECOND, REPORTS_AT_ONCE),
                        NftStatement.log(LOG_GROUP, report))
                .addRule(chain, NftStatement.verdict(NftVerdict.DROP));
    }

    /** What a report is about. */
    static Drop.Cause cause(String report) {
        return Drop.Cause.valueOf(report.split(" ")[0]);
    }

    static Optional<Drop.Entry> entry(String report) {
        String[] words = report.split(" ");
        return words.length < 3 ? Optional.empty() : Optional.of(new Drop.Entry(words[1], Integer.parseInt(words[2])));
    }

    static NftStatement drop(Drop.Cause cause) {
        return NftStatement.verdict(NftVerdict.goTo(chain(cause)));
    }

    /** What the kernel's counters mean. */
    static Map<Drop.Cause, Long> causes(Map<String, Long> counters) {
        Map<Drop.Cause, Long> causes = new HashMap<>();
        for (Drop.Cause cause : Drop.Cause.values()) {
            Long packets = counters.get(counter(cause));
            if (packets != null) {
                causes.put(cause, packets);
            }
        }
        return causes;
    }

    private static String counter(Drop.Cause cause) {
        return cause.name().toLowerCase(Locale.ROOT);
    }

    static String chain(Drop.Cause cause) {
        return "drop_" + counter(cause);
    }

    private DropChains() {}
}
