package dev.remora.net;

import dev.remora.linux.NftStatement;
import dev.remora.linux.NftTransaction;
import dev.remora.linux.NftVerdict;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/**
 * How every ruleset drops: one chain for each cause, that counts every packet, reports some, and drops.
 *
 * <p>The counter is exact. Reports are limited, so that a flood costs a counter and not a thread: each cause in each
 * namespace may report {@link #REPORTS_PER_SECOND}, and {@link #REPORTS_AT_ONCE} in a burst.
 */
final class DropChains {
    static final int REPORTS_PER_SECOND = 20;
    static final int REPORTS_AT_ONCE = 100;

    /** The log group of all our namespaces; each namespace has its own groups. */
    static final int LOG_GROUP = 1;

    static void add(NftTransaction rules, Drop.Cause... causes) {
        for (Drop.Cause cause : causes) {
            rules.addCounter(counter(cause));
            rules.addChain(chain(cause));
            rules.addRule(chain(cause), NftStatement.count(counter(cause)));
            rules.addRule(
                    chain(cause),
                    NftStatement.limit(REPORTS_PER_SECOND, REPORTS_AT_ONCE),
                    NftStatement.log(LOG_GROUP, cause.name()));
            rules.addRule(chain(cause), NftStatement.verdict(NftVerdict.DROP));
        }
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

    private static String chain(Drop.Cause cause) {
        return "drop_" + counter(cause);
    }

    private DropChains() {}
}
