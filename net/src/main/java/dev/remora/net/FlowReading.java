package dev.remora.net;

import java.util.List;

/**
 * What crossed a metered router since the last reading.
 *
 * @param overflowed whether there may have been flows that were not counted, for there were too many
 */
public record FlowReading(List<Flow> flows, boolean overflowed) {
    public FlowReading {
        flows = List.copyOf(flows);
    }
}
